//! What happens while a regrade waits or is being approved: nothing is lost, and nothing happens twice.

use domain::regrade::State;
use service::regrade::{Outcome, again, approve, reject};
use testkit::{World, engines};

use super::{hand_in, holds, points, shared, singles, sitters, target, told, typed, voided};
use crate::races::actor;

#[tokio::test]
async fn what_is_finished_while_a_regrade_waits_makes_it_stale_and_nothing_is_lost() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 8).await, 3).await;
        let (methodologist, chair) = (actor(&world, "methodologist").await, actor(&world, "chair").await);
        let s = &world.services;
        hand_in(&world, &mut sat[0], target, target.key, 0).await;
        let regrade = voided(&world, &methodologist, target).await;
        hand_in(&world, &mut sat[1], target, target.key, 0).await;
        assert!(service::regrade::view(s, &chair, regrade, None).await.unwrap().is_stale());
        assert_eq!(approve(s, &chair, regrade).await.unwrap(), Outcome::Stale);
        assert_eq!(store::regrade::find(&s.db, regrade).await.unwrap().unwrap().state, State::Stale);
        assert_eq!(points(&world, sat[0].attempt).await, (40, 40, true), "all or nothing");

        let new = again(s, &chair, regrade).await.unwrap();
        let found = store::regrade::find(&s.db, new).await.unwrap().unwrap();
        assert_eq!(found.prepared_by, methodologist.person, "who wants it stays who wanted it");
        assert_eq!(approve(s, &chair, new).await.unwrap(), Outcome::Approved);
        hand_in(&world, &mut sat[2], target, target.key, 0).await;
        for sitter in &sat[..3] {
            assert_eq!(points(&world, sitter.attempt).await, (39, 39, true), "{engine:?}");
            holds(&world, sitter.attempt).await;
        }
        let told = store::regrade::told(&s.db, sat[2].attempt).await.unwrap();
        assert!(told.is_none(), "it was graded with the change at once");
    }
}

#[tokio::test]
async fn what_another_server_graded_without_the_change_is_caught_up_with() {
    for engine in engines() {
        let mut world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 6).await, 2).await;
        hand_in(&world, &mut sat[0], target, target.key, 0).await;
        // The browsers stay with the server that they know; the decision is made at another one.
        world.restart().await;
        let regrade = voided(&world, &actor(&world, "methodologist").await, target).await;
        approve(&world.services, &actor(&world, "chair").await, regrade).await.unwrap();
        hand_in(&world, &mut sat[1], target, target.key, 0).await;
        assert_eq!(points(&world, sat[1].attempt).await, (40, 40, true), "it has not heard of it yet");
        world.advance_minutes(1).await;
        assert_eq!(points(&world, sat[1].attempt).await, (39, 39, true), "{engine:?}");
        holds(&world, sat[1].attempt).await;
        world.advance_minutes(11).await;
        for sitter in &sat[..2] {
            assert_eq!(told(&world, sitter.person, "regraded").await, 1);
            assert_eq!(
                store::maintenance::current_results(&world.services.db, sitter.attempt).await.unwrap(),
                1
            );
        }
    }
}

#[tokio::test]
async fn approving_twice_at_once_is_approving_once() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 1).await, 1).await;
        hand_in(&world, &mut sat[0], target, target.key, 0).await;
        let regrade = voided(&world, &actor(&world, "methodologist").await, target).await;
        let chair = actor(&world, "chair").await;
        let mut at_once = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (s, chair) = (world.services.clone(), chair.clone());
            at_once.spawn(async move { approve(&s, &chair, regrade).await.unwrap() });
        }
        let outcomes = at_once.join_all().await;
        let approved = outcomes.iter().filter(|outcome| **outcome == Outcome::Approved).count();
        assert_eq!(approved, 1, "{engine:?}: {outcomes:?}");
        assert!(outcomes.iter().all(|outcome| *outcome != Outcome::Stale), "{outcomes:?}");
        assert_eq!(approve(&world.services, &chair, regrade).await.unwrap(), Outcome::Already);
        world.advance_minutes(1).await;
        assert_eq!(told(&world, sat[0].person, "regraded").await, 1);
        holds(&world, sat[0].attempt).await;
    }
}

#[tokio::test]
async fn two_regrades_of_one_form_do_not_undo_each_other() {
    for engine in engines() {
        let world = World::new(engine).await;
        let mut sat = sitters(&world, 1).await;
        let slots = singles(&world, sat[0].attempt).await;
        let (first, second) =
            (target(&world, slots[0].version).await, target(&world, slots[1].version).await);
        hand_in(&world, &mut sat[0], first, first.key, 0).await;
        let (methodologist, chair) = (actor(&world, "methodologist").await, actor(&world, "chair").await);
        let s = &world.services;
        let one = voided(&world, &methodologist, first).await;
        let other = voided(&world, &methodologist, second).await;
        assert_eq!(approve(s, &chair, one).await.unwrap(), Outcome::Approved);
        assert_eq!(approve(s, &chair, other).await.unwrap(), Outcome::Stale);
        assert_eq!(points(&world, sat[0].attempt).await, (39, 39, true));
        let other = again(s, &chair, other).await.unwrap();
        assert_eq!(approve(s, &chair, other).await.unwrap(), Outcome::Approved);
        assert_eq!(points(&world, sat[0].attempt).await, (38, 38, true));
        holds(&world, sat[0].attempt).await;
    }
}

#[tokio::test]
async fn preparing_for_three_takes_no_more_statements_than_for_one() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 8).await, 3).await;
        let (methodologist, chair) = (actor(&world, "methodologist").await, actor(&world, "chair").await);
        let db = &world.services.db;
        hand_in(&world, &mut sat[0], target, target.key, 0).await;
        let before = db.statements();
        let first = voided(&world, &methodologist, target).await;
        let one = db.statements() - before;
        reject(&world.services, &chair, first, typed(&[("note", "Посчитаем ещё раз")])).await.unwrap();
        for sitter in &mut sat[1..3] {
            hand_in(&world, sitter, target, target.key, 0).await;
        }
        let before = db.statements();
        let second = voided(&world, &methodologist, target).await;
        let three = db.statements() - before;
        assert!(three <= one, "{engine:?}: {one} for one attempt, {three} for three");
        let before = db.statements();
        approve(&world.services, &chair, second).await.unwrap();
        let took = db.statements() - before;
        assert!(took < 40, "{engine:?}: {took} to approve");
    }
}
