//! What follows for people: nobody loses a certificate by a regrade alone.

use domain::access::Actor;
use domain::certification::Standing;
use domain::id::PersonId;
use domain::refusal::Refusal;
use domain::regrade::DoubtState;
use service::regrade::{Outcome, approve, prepare};
use testkit::{World, engines};

use super::{REASON, hand_in, holds, is_ready, points, shared, sitters, told, typed, voided};
use crate::races::actor;

async fn certify(world: &World, hr: &Actor, person: PersonId) {
    let known = store::certification::candidacies_of(&world.services.db, person).await.unwrap();
    let ready = known.iter().find(|candidacy| candidacy.ready_at.is_some()).expect("ready");
    let decided = service::certification::decide(&world.services, hr, &[ready.id], "").await.unwrap();
    assert_eq!(decided.now, [person]);
}

async fn standing(world: &World, person: PersonId) -> Standing {
    let award = store::badge::of_person(&world.services.db, person).await.unwrap().remove(0);
    service::badge::verify(&world.services, award.serial.as_str()).await.unwrap().standing
}

#[tokio::test]
async fn a_certified_person_keeps_period_and_badge_until_a_person_decides() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 6).await, 2).await;
        let hr = actor(&world, "hr").await;
        for candidate in &mut sat[..2] {
            hand_in(&world, candidate, target, target.key, 8).await;
            assert_eq!(points(&world, candidate.attempt).await, (32, 40, true));
            certify(&world, &hr, candidate.person).await;
        }
        let regrade = voided(&world, &actor(&world, "methodologist").await, target).await;
        let chair = actor(&world, "chair").await;
        let seen = service::regrade::view(&world.services, &chair, regrade, None).await.unwrap();
        assert_eq!((seen.counts.now_fails, seen.numbers.unwrap().doubts), (2, 2), "said before it happens");
        assert_eq!(approve(&world.services, &chair, regrade).await.unwrap(), Outcome::Approved);
        for candidate in &sat[..2] {
            assert_eq!(points(&world, candidate.attempt).await, (31, 39, false));
            assert_eq!(standing(&world, candidate.person).await, Standing::Certified, "{engine:?}");
            holds(&world, candidate.attempt).await;
        }
        let result = format!("/results/{}", sat[0].attempt);
        let shown = sat[0].browser.get(&result).await;
        assert!(shown.body.contains("Ваш допуск и значок действуют"), "{}", shown.body);
        world.advance_minutes(1).await;
        assert_eq!(told(&world, hr.person, "doubts_raised").await, 1);

        let mut browser = world.signed_in("hr").await;
        let list = browser.get("/hr/doubts").await;
        let doubts = service::doubt::list(&world.services, &hr, None).await.unwrap().rows;
        let address = |person: PersonId| {
            let of = |row: &&service::doubt::Shown| row.doubt.person == person;
            format!("/hr/doubts/{}", doubts.iter().find(of).expect("a doubt").doubt.id)
        };
        let (kept, lost) = (address(sat[0].person), address(sat[1].person));
        assert!(list.link(&kept).is_some() && list.link(&lost).is_some(), "{}", list.body);
        assert_eq!(browser.get(&kept).await.status, 200);
        for form in [vec![("verdict", "revoke")], vec![("reason", "После беседы и пересдачи")]]
        {
            assert_eq!(browser.post(&kept, &form).await.status, 422, "a decision with its reason");
        }
        let keep = [("verdict", "keep"), ("reason", "Практика безупречна, оставляем")];
        assert_eq!(browser.post(&kept, &keep).await.status, 303);
        let revoke = [("verdict", "revoke"), ("reason", "Пробел по правилу подтвердился")];
        assert_eq!(browser.post(&lost, &revoke).await.status, 303);
        assert_eq!(browser.post(&lost, &revoke).await.status, 409, "it was decided");
        assert_eq!(standing(&world, sat[0].person).await, Standing::Certified);
        assert_eq!(standing(&world, sat[1].person).await, Standing::Revoked);
        assert_eq!(told(&world, sat[0].person, "certificate_kept").await, 1);
        assert_eq!(told(&world, sat[1].person, "certificate_revoked").await, 1);
        assert_eq!(service::doubt::count(&world.services, &hr).await.unwrap(), 0);
        let chain = browser.get(&format!("/hr/people/{}", sat[0].person)).await;
        assert!(chain.body.contains(REASON) && chain.body.contains(keep[1].1), "{}", chain.body);

        let period = store::certification::periods_of(&world.services.db, [sat[1].person]).await.unwrap();
        let period = period[&sat[1].person][0].period.id;
        let twice = service::certification::revoke(&world.services, &hr, period, "Ещё раз", "test").await;
        assert!(matches!(twice, Err(Refusal::Conflict("period_revoked"))));
        // Looking again does not ask again.
        world.advance_minutes(11).await;
        let doubts = store::doubt::of_person(&world.services.db, sat[0].person).await.unwrap();
        assert_eq!(doubts.iter().map(|doubt| doubt.state).collect::<Vec<_>>(), [DoubtState::Kept]);
    }
}

#[tokio::test]
async fn who_was_only_ready_goes_back_and_comes_back_with_the_pass() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 1).await, 1).await;
        let candidate = &mut sat[0];
        hand_in(&world, candidate, target, target.key, 8).await;
        assert!(is_ready(&world, candidate.person).await);
        let (methodologist, chair) = (actor(&world, "methodologist").await, actor(&world, "chair").await);
        let regrade = voided(&world, &methodologist, target).await;
        approve(&world.services, &chair, regrade).await.unwrap();
        assert!(!is_ready(&world, candidate.person).await);
        holds(&world, candidate.attempt).await;

        world.advance_minutes(1).await;
        let key = (target.key + 1).to_string();
        let form = typed(&[("version", "1"), ("change", "key"), ("key", &key), ("reason", REASON)]);
        let back = prepare(&world.services, &methodologist, target.item, form).await.unwrap();
        approve(&world.services, &chair, back).await.unwrap();
        assert_eq!(points(&world, candidate.attempt).await, (32, 40, true));
        assert!(is_ready(&world, candidate.person).await);
        holds(&world, candidate.attempt).await;
        assert_eq!(told(&world, candidate.person, "regraded").await, 2);
    }
}

#[tokio::test]
async fn a_pass_that_comes_back_settles_the_doubt() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 1).await, 1).await;
        let candidate = &mut sat[0];
        hand_in(&world, candidate, target, target.key, 8).await;
        let (methodologist, chair) = (actor(&world, "methodologist").await, actor(&world, "chair").await);
        certify(&world, &chair, candidate.person).await;
        let regrade = voided(&world, &methodologist, target).await;
        approve(&world.services, &chair, regrade).await.unwrap();
        assert_eq!(service::doubt::count(&world.services, &chair).await.unwrap(), 1);
        world.advance_minutes(1).await;
        let key = (target.key + 1).to_string();
        let form = typed(&[("version", "1"), ("change", "key"), ("key", &key), ("reason", REASON)]);
        let back = prepare(&world.services, &methodologist, target.item, form).await.unwrap();
        approve(&world.services, &chair, back).await.unwrap();
        assert_eq!(service::doubt::count(&world.services, &chair).await.unwrap(), 0);
        let doubts = store::doubt::of_person(&world.services.db, candidate.person).await.unwrap();
        assert_eq!(doubts[0].state, DoubtState::Settled);
        assert_eq!(standing(&world, candidate.person).await, Standing::Certified);
    }
}
