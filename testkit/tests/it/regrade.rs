//! Regrading: a wrong key is mended, a second person approves, and nobody's pass is taken silently.

mod doubts;
mod meanwhile;

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Actor;
use domain::form::FormState;
use domain::grading::Score;
use domain::id::{AttemptId, ItemId, ItemVersionId, PersonId, RegradeId};
use domain::item::Kind;
use domain::refusal::Refusal;
use serde_json::json;
use service::regrade::{approve, prepare, reject};
use service::verify::{Verified, attempt as verify};
use store::attempt::Slot;
use testkit::{Browser, World, engines};

use crate::exam::{attempt_of, right, sitting, writer};
use crate::races::actor;

const REASON: &str = "В ключе была опечатка, исправили";

/// Somebody who sits the certification test.
struct Sitter {
    browser: Browser,
    exam: String,
    attempt: AttemptId,
    person: PersonId,
}

/// An item version that is mended, with an option that its key calls wrong.
#[derive(Clone, Copy)]
struct Target {
    item: ItemId,
    version: ItemVersionId,
    key: u8,
    other: u8,
}

async fn sitters(world: &World, count: u32) -> Vec<Sitter> {
    world.people(count).await;
    let mut sitters = Vec::new();
    for number in 1..=count {
        let (browser, exam) = sitting(world, &format!("e{number:05}")).await;
        let attempt = attempt_of(&exam);
        let held = store::attempt::find(&world.services.db, attempt).await.unwrap().unwrap();
        sitters.push(Sitter { browser, exam, attempt, person: held.person });
    }
    sitters
}

async fn target(world: &World, version: ItemVersionId) -> Target {
    let found = store::item::versions_by_id(&world.services.db, [version]).await.unwrap();
    let found = &found[&version];
    let key = found.content.key[0];
    Target { item: found.item, version, key, other: u8::from(key == 0) }
}

/// Questions with one right answer of an attempt's form.
async fn singles(world: &World, attempt: AttemptId) -> Vec<Slot> {
    let slots = store::attempt::slots(&world.services.db, attempt).await.unwrap();
    slots.into_iter().filter(|slot| slot.kind == Kind::Single).collect()
}

/// The item that most of some people have met, and those who have.
async fn shared(world: &World, mut sitters: Vec<Sitter>, least: usize) -> (Target, Vec<Sitter>) {
    let mut holders: BTreeMap<ItemVersionId, BTreeSet<AttemptId>> = BTreeMap::new();
    for sitter in &sitters {
        for slot in singles(world, sitter.attempt).await {
            holders.entry(slot.version).or_default().insert(sitter.attempt);
        }
    }
    let (version, holders) = holders.into_iter().max_by_key(|(_, holders)| holders.len()).unwrap();
    sitters.retain(|sitter| holders.contains(&sitter.attempt));
    assert!(sitters.len() >= least, "{} of them met it", sitters.len());
    (target(world, version).await, sitters)
}

/// Answers everything right but so many questions, one of each rule in turn, gives this answer to the target, and
/// hands in.
async fn hand_in(world: &World, sitter: &mut Sitter, target: Target, answer: u8, wrong: usize) {
    let db = &world.services.db;
    let held = store::attempt::find(db, sitter.attempt).await.unwrap().unwrap();
    let slots = store::attempt::slots(db, sitter.attempt).await.unwrap();
    let keys = right(world, sitter.attempt).await;
    let rank = |slot: &Slot| {
        slots.iter().filter(|other| other.rule == slot.rule && other.position < slot.position).count()
    };
    let mut left_out: Vec<&Slot> = slots.iter().filter(|slot| slot.version != target.version).collect();
    left_out.sort_by_key(|slot| (rank(slot), slot.position));
    let left_out: BTreeSet<u32> = left_out.into_iter().take(wrong).map(|slot| slot.position).collect();
    let answered = slots.iter().filter(|slot| !left_out.contains(&slot.position));
    let events: Vec<_> = (1i64..)
        .zip(answered)
        .map(|(seq, slot)| {
            let tokens = if slot.version == target.version {
                vec![domain::draw::option_token(&held.seed, slot.position, answer)]
            } else {
                keys[&slot.position].clone()
            };
            json!({ "seq": seq, "position": slot.position, "value": tokens })
        })
        .collect();
    let writer = writer(&mut sitter.browser, sitter.attempt).await;
    let batch = json!({ "attempt": sitter.attempt, "writer": writer, "events": events });
    assert_eq!(sitter.browser.call("/api/exam/answer", &batch).await.status, 200);
    let done = sitter.browser.post(&format!("{}/finish", sitter.exam), &[("confirm", "anyway")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
}

async fn score(world: &World, attempt: AttemptId) -> Score {
    store::attempt::scores(&world.services.db, [attempt]).await.unwrap().remove(&attempt).expect("a result")
}

async fn points(world: &World, attempt: AttemptId) -> (u32, u32, bool) {
    let score = score(world, attempt).await;
    (score.points, score.max, score.passed)
}

async fn holds(world: &World, attempt: AttemptId) {
    let verified = verify(&world.services, attempt).await.unwrap();
    assert!(matches!(verified, Verified::Holds(_)), "{verified:?}");
    assert_eq!(store::maintenance::current_results(&world.services.db, attempt).await.unwrap(), 1);
}

fn typed(pairs: &[(&str, &str)]) -> FormState {
    FormState::of(pairs.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect())
}

async fn voided(world: &World, by: &Actor, target: Target) -> RegradeId {
    let form = typed(&[("version", "1"), ("change", "void"), ("reason", REASON)]);
    prepare(&world.services, by, target.item, form).await.unwrap()
}

/// How many notices of a kind somebody has.
async fn told(world: &World, person: PersonId, kind: &str) -> usize {
    let notices = store::notice::of_person(&world.services.db, person, 50).await.unwrap();
    notices.iter().filter(|notice| notice.kind == kind).count()
}

async fn is_ready(world: &World, person: PersonId) -> bool {
    let known = store::certification::candidacies_of(&world.services.db, person).await.unwrap();
    known.iter().any(|candidacy| candidacy.closed_at.is_none() && candidacy.ready_at.is_some())
}

/// The name of whoever sat an attempt, as it was.
async fn name_of(world: &World, attempt: AttemptId) -> String {
    store::attempt::find(&world.services.db, attempt).await.unwrap().unwrap().as_was.name
}

#[tokio::test]
async fn a_wrong_key_is_mended_and_a_failed_candidate_passes() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 1).await, 1).await;
        let candidate = &mut sat[0];
        hand_in(&world, candidate, target, target.other, 8).await;
        assert_eq!(points(&world, candidate.attempt).await, (31, 40, false));

        let mend = format!("/trainer/items/{}/regrade", target.item);
        let mut methodologist = world.signed_in("methodologist").await;
        assert!(methodologist.get(&mend).await.body.contains("name=\"reason\""));
        let (key, other) = ((target.key + 1).to_string(), (target.other + 1).to_string());
        for (key, reason) in [(&key, REASON), (&other, "ошибка")] {
            let form = [("version", "1"), ("change", "key"), ("key", key.as_str()), ("reason", reason)];
            assert_eq!(methodologist.post(&mend, &form).await.status, 422, "{key} {reason}");
        }
        let form = [("version", "1"), ("change", "key"), ("key", other.as_str()), ("reason", REASON)];
        let prepared = methodologist.post(&mend, &form).await;
        assert_eq!(prepared.status, 303, "{}", prepared.body);
        let address = prepared.location.split('?').next().unwrap().to_owned();
        assert_eq!(points(&world, candidate.attempt).await, (31, 40, false), "nothing has changed yet");
        assert_eq!(methodologist.post(&mend, &form).await.status, 409, "one of a version waits at a time");

        let versions = store::item::versions_by_id(&world.services.db, [target.version]).await.unwrap();
        let content = &versions[&target.version].content;
        let name = name_of(&world, candidate.attempt).await;
        let seen = methodologist.get(&address).await;
        assert!(seen.body.contains(&content.options[1]), "who may read exam items sees this one");
        assert!(!seen.body.contains(&name), "but whoever may not see results sees no names");
        assert!(!seen.body.contains("/approve"), "and has no button");
        assert_eq!(methodologist.post(&format!("{address}/approve"), &[]).await.status, 409);

        let mut chair = world.signed_in("chair").await;
        let seen = chair.get(&address).await;
        assert!(seen.body.contains(&name) && seen.body.contains("/approve"), "{}", seen.body);
        assert!(!seen.body.contains(&content.options[1]), "{}", seen.body);
        let approved = chair.post(&format!("{address}/approve"), &[]).await;
        assert_eq!((approved.status, approved.location.ends_with("done=approved")), (303, true));
        assert_eq!(points(&world, candidate.attempt).await, (32, 40, true));
        holds(&world, candidate.attempt).await;
        assert!(is_ready(&world, candidate.person).await, "as after an exam");
        assert_eq!(told(&world, candidate.person, "regraded").await, 1);

        let result = candidate.browser.get(&format!("/results/{}", candidate.attempt)).await;
        for part in ["31 из 40", "32 из 40", REASON] {
            assert!(result.body.contains(part), "{part} in {}", result.body);
        }
        let notices = candidate.browser.get("/notices").await;
        for page in [&result, &notices] {
            let mut secret = content.options.iter().chain([&content.stem, &content.rationale]);
            assert!(secret.all(|text| !page.body.contains(text.as_str())), "{}", page.body);
        }
    }
}

#[tokio::test]
async fn nobody_approves_what_they_prepared() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 1).await, 1).await;
        hand_in(&world, &mut sat[0], target, target.key, 0).await;
        let (methodologist, chair) = (actor(&world, "methodologist").await, actor(&world, "chair").await);
        let s = &world.services;
        let regrade = voided(&world, &methodologist, target).await;
        assert_eq!(told(&world, chair.person, "regrade_waiting").await, 1);
        assert_eq!(told(&world, methodologist.person, "regrade_waiting").await, 0);
        let note = typed(&[("note", "Передумала сама")]);
        for refused in [
            approve(s, &methodologist, regrade).await.map(|_| ()),
            reject(s, &methodologist, regrade, note.clone()).await,
        ] {
            assert!(matches!(refused, Err(Refusal::Conflict("own_regrade"))));
        }
        let hr = actor(&world, "hr").await;
        assert!(matches!(approve(s, &hr, regrade).await, Err(Refusal::Denied)));
        let form = typed(&[("version", "1"), ("change", "void"), ("reason", REASON)]);
        assert!(matches!(prepare(s, &chair, target.item, form).await, Err(Refusal::Denied)));
        assert!(matches!(reject(s, &chair, regrade, typed(&[("note", "нет")])).await, Err(Refusal::Form(_))));
        reject(s, &chair, regrade, note).await.unwrap();
        assert!(matches!(approve(s, &chair, regrade).await, Err(Refusal::Conflict("regrade_decided"))));
        assert_eq!(points(&world, sat[0].attempt).await, (40, 40, true));
        assert_eq!(told(&world, sat[0].person, "regraded").await, 0);
    }
}

#[tokio::test]
async fn a_void_item_leaves_the_points_and_the_maximum_of_its_rule_too() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (target, mut sat) = shared(&world, sitters(&world, 1).await, 1).await;
        hand_in(&world, &mut sat[0], target, target.other, 0).await;
        let before = score(&world, sat[0].attempt).await;
        assert_eq!((before.points, before.max), (39, 40));
        let regrade = voided(&world, &actor(&world, "methodologist").await, target).await;
        approve(&world.services, &actor(&world, "chair").await, regrade).await.unwrap();
        let after = score(&world, sat[0].attempt).await;
        assert_eq!((after.points, after.max, after.per_item.len()), (39, 39, 39));
        let moved = before.per_rule.iter().zip(&after.per_rule).filter(|(before, after)| before != after);
        let moved: Vec<_> = moved.map(|(before, after)| (before.max - after.max, after.points)).collect();
        assert_eq!(moved, [(1, 4)], "one rule has lost one item that was answered wrong");
    }
}
