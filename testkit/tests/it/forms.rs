//! Forms: who meets which items, and what is said of that before a test is published.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Actor;
use domain::draw::{Candidate, Drawn, Seen, draw, seen};
use domain::id::{AttemptId, Id, ItemId, TestId};
use domain::item::Pool;
use domain::test::Kind;
use store::attempt::{Attempt, Slot};
use testkit::{Browser, Engine, Page, World, engines};
use uuid::Uuid;

use crate::races::actor;

async fn test_of(world: &World, kind: Kind) -> TestId {
    let tests = store::test::list(&world.services.db).await.unwrap();
    tests.into_iter().find(|test| test.kind == kind).unwrap().id
}

async fn start(world: &World, by: &Actor, kind: Kind) -> AttemptId {
    let test = test_of(world, kind).await;
    service::attempt::start(&world.services, by, test, kind, true).await.unwrap()
}

async fn kept(world: &World, id: AttemptId) -> (Attempt, Vec<Slot>) {
    let db = &world.services.db;
    let attempt = store::attempt::find(db, id).await.unwrap().unwrap();
    (attempt, store::attempt::slots(db, id).await.unwrap())
}

async fn items_of(world: &World, id: AttemptId) -> BTreeSet<Uuid> {
    kept(world, id).await.1.into_iter().map(|slot| slot.item.raw()).collect()
}

async fn item(world: &World, code: &str) -> ItemId {
    let found = store::item::by_codes(&world.services.db, Pool::Exam, &[code.to_owned()]).await.unwrap();
    found[code]
}

/// Writes into the form of an item with which items it never meets.
async fn part(world: &World, by: &Actor, code: &str, never_with: &str) {
    let s = &world.services;
    let id = item(world, code).await;
    let view = service::item::open(s, by, id).await.unwrap();
    let form = service::item::form_of(&view.versions[0], &view.item);
    let form = service::item::with_enemies(form, &view.enemies).with("enemies", never_with);
    service::item::save(s, by, Some(id), form).await.unwrap();
}

async fn enemies(world: &World, by: &Actor, code: &str) -> Vec<String> {
    let id = item(world, code).await;
    let view = service::item::open(&world.services, by, id).await.unwrap();
    view.enemies.into_iter().map(|(_, code)| code).collect()
}

#[tokio::test]
async fn a_form_never_holds_two_enemies() {
    for engine in engines() {
        let world = World::new(engine).await;
        let methodologist = actor(&world, "methodologist").await;
        // Rule 1 gives two easy items and two of middle difficulty: with any of these three easy ones, only
        // one of middle difficulty is left.
        let easy = ["R1-E-01", "R1-E-02", "R1-E-03"];
        let middle = ["R1-E-06", "R1-E-07", "R1-E-08", "R1-E-09"];
        for code in easy {
            part(&world, &methodologist, code, &middle.join("\r\n").to_lowercase()).await;
        }
        assert_eq!(enemies(&world, &methodologist, "R1-E-07").await, easy, "{engine:?}: from either side");
        world.people(6).await;
        for number in 1..=6 {
            let employee = actor(&world, &format!("e{number:05}")).await;
            let items = items_of(&world, start(&world, &employee, Kind::Certification).await).await;
            assert_eq!(items.len(), 40);
            let mut met = Vec::new();
            for code in easy.iter().chain(&middle) {
                if items.contains(&item(&world, code).await.raw()) {
                    met.push(*code);
                }
            }
            let both = met.iter().any(|code| easy.contains(code)) && met.iter().any(|c| middle.contains(c));
            assert!(!both, "{engine:?}: {met:?}");
        }
    }
}

#[tokio::test]
async fn what_is_changed_from_the_other_side_meanwhile_stays() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (s, by) = (&world.services, actor(&world, "methodologist").await);
        let id = item(&world, "R2-E-01").await;
        let opened = service::item::open(s, &by, id).await.unwrap();
        let form = service::item::form_of(&opened.versions[0], &opened.item);
        let form = service::item::with_enemies(form, &opened.enemies).with("enemies", "R2-E-03");
        part(&world, &by, "R2-E-02", "R2-E-01, R2-E-04").await;
        service::item::save(s, &by, Some(id), form).await.unwrap();
        assert_eq!(enemies(&world, &by, "R2-E-01").await, ["R2-E-02", "R2-E-03"], "{engine:?}");
        part(&world, &by, "R2-E-01", "R2-E-03").await;
        assert_eq!(enemies(&world, &by, "R2-E-02").await, ["R2-E-04"], "{engine:?}: they may meet again");
        part(&world, &by, "R2-E-02", "R2-E-04 R2-E-01").await;
        assert_eq!(enemies(&world, &by, "R2-E-01").await, ["R2-E-02", "R2-E-03"], "{engine:?}: and not");
    }
}

#[tokio::test]
async fn a_code_that_names_no_other_item_of_the_pool_is_refused_beside_the_field() {
    let world = World::new(Engine::Sqlite).await;
    let mut browser = world.signed_in("methodologist").await;
    let path = format!("/trainer/items/{}", item(&world, "R1-E-01").await);
    for wrong in ["R1-E-01", "R1-P-01", "R99-E-01"] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200);
        let version = page.values("version").remove(0);
        let refused = browser.post(&path, &[("do", "save"), ("version", &version), ("enemies", wrong)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("id=\"enemies-error\""), "{wrong}");
    }
}

#[tokio::test]
async fn a_second_attempt_shows_unseen_items_and_a_third_what_was_seen_longest_ago() {
    for engine in engines() {
        let world = World::new(engine).await;
        let employee = actor(&world, "employee").await;
        let mut forms = Vec::new();
        for _ in 0..3 {
            forms.push(items_of(&world, start(&world, &employee, Kind::Practice).await).await);
            world.advance_minutes(60).await;
        }
        // The bank has two practice items for each one that a form takes.
        assert!(forms[0].is_disjoint(&forms[1]), "{engine:?}");
        assert_eq!(forms[0], forms[2], "{engine:?}");
    }
}

/// Draws an attempt again, from what was kept of it and of the attempts before it.
async fn again(world: &World, attempt: &Attempt, seen: &Seen) -> Vec<Drawn> {
    let db = &world.services.db;
    let mut pool: Vec<Candidate> = store::attempt::pool(db, attempt.pool).await.unwrap().unwrap();
    let versions = pool.iter().map(|candidate| Id::new(candidate.version)).collect::<Vec<_>>();
    let versions = store::item::versions_by_id(db, versions).await.unwrap();
    for candidate in &mut pool {
        candidate.key.clone_from(&versions[&Id::new(candidate.version)].content.key);
    }
    let version = store::test::version(db, attempt.version).await.unwrap().unwrap();
    draw(&version.blueprint, version.conditions.policy(), &pool, seen, attempt.seed).unwrap()
}

#[tokio::test]
async fn a_draw_is_replayed_from_what_was_kept() {
    for engine in engines() {
        let world = World::new(engine).await;
        let employee = actor(&world, "employee").await;
        let mut met = Vec::new();
        for _ in 0..3 {
            let id = start(&world, &employee, Kind::Practice).await;
            let (attempt, slots) = kept(&world, id).await;
            let drawn = again(&world, &attempt, &seen(&met)).await;
            let kept: Vec<_> =
                slots.iter().map(|s| (s.item.raw(), s.version.raw(), s.order.clone())).collect();
            let found: Vec<_> = drawn.into_iter().map(|d| (d.item, d.version, d.order)).collect();
            assert_eq!(found, kept, "{engine:?}");
            met.extend(kept.iter().map(|(item, ..)| (*item, attempt.id.raw(), attempt.started_at)));
            world.advance_minutes(60).await;
        }
    }
}

#[tokio::test]
async fn an_item_in_most_forms_of_the_days_before_waits_for_the_others() {
    let world = World::new(Engine::Sqlite).await;
    world.people(21).await;
    for number in 1..=20 {
        start(&world, &actor(&world, &format!("e{number:05}")).await, Kind::Practice).await;
    }
    world.advance_minutes(24 * 60).await;
    let id = start(&world, &actor(&world, "e00021").await, Kind::Practice).await;
    let (attempt, slots) = kept(&world, id).await;
    let pool = store::attempt::pool(&world.services.db, attempt.pool).await.unwrap().unwrap();
    let used: BTreeMap<Uuid, u32> = pool.iter().map(|c| (c.item, c.exposure_bp)).collect();
    assert_eq!(used.values().sum::<u32>(), 16 * 10_000, "sixteen items in every form");
    for slot in slots {
        // Of two items one can be in more than six forms of ten, and then the other is not.
        assert!(used[&slot.item.raw()] <= 6_000, "{}", used[&slot.item.raw()]);
    }
}

/// Saves the draft that is open with this blueprint.
async fn save(browser: &mut Browser, test: &str, blueprint: &[(&str, &str)]) -> Page {
    let page = browser.get(&format!("{test}/draft")).await;
    let (draft, revision) = (page.values("draft").remove(0), page.values("revision").remove(0));
    let mut form = vec![
        ("do", "publish"),
        ("draft", draft.as_str()),
        ("revision", revision.as_str()),
        ("limit_minutes", "20"),
        ("pass_percent", "80"),
        ("rule_pass_percent", "0"),
        ("attempts_max", "0"),
        ("pause_days", "0"),
        ("grace_seconds", "30"),
        ("availability", "on_demand"),
        ("unseen_attempts", "3"),
        ("exposure_cap_percent", "35"),
    ];
    form.extend_from_slice(blueprint);
    let saved = browser.post(&format!("{test}/draft"), &form).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    browser.get(&format!("{test}/publish")).await
}

async fn publish(browser: &mut Browser, test: &str) -> Page {
    let page = browser.get(&format!("{test}/publish")).await;
    let (draft, revision) = (page.values("draft").remove(0), page.values("revision").remove(0));
    let form = [("draft", draft.as_str()), ("revision", revision.as_str()), ("acknowledged", "yes")];
    browser.post(&format!("{test}/publish"), &form).await
}

#[tokio::test]
async fn publishing_shows_what_the_forms_would_be_and_refuses_what_cannot_be_drawn() {
    for engine in engines() {
        let world = World::new(engine).await;
        let mut browser = world.signed_in("methodologist").await;
        let test = format!("/trainer/tests/{}", test_of(&world, Kind::Certification).await);
        assert_eq!(browser.post(&format!("{test}/draft"), &[("do", "begin")]).await.status, 303);

        let page = browser.get(&format!("{test}/publish")).await;
        assert!(page.body.contains("Два варианта в среднем совпадают на"), "{}", page.body);
        assert!(page.body.contains("Чаще других встречаются R"), "{engine:?}: items by their codes");
        assert!(page.body.contains("Банк неглубок"), "two items of five: the third attempt repeats");

        let page = save(&mut browser, &test, &[("count.r1.1", "2"), ("count.r2.3", "1")]).await;
        assert!(page.body.contains("Чаще предела в 35 %"), "{engine:?}: two of five are more than that");

        for (blueprint, said) in [
            ([("count.r1.1", "6"), ("count.r2.3", "1")], "нужно 6, в банке 5"),
            ([("count.r1.1", "5"), ("venue.event", "5")], "нужно не меньше 5"),
        ] {
            let page = save(&mut browser, &test, &blueprint).await;
            assert!(page.body.contains(said), "{engine:?}: {said}");
            let refused = publish(&mut browser, &test).await;
            assert_eq!(refused.status, 409, "{engine:?}: {said}");
            assert!(refused.body.contains(said), "{engine:?}: the page names what is missing");
        }

        save(&mut browser, &test, &[("count.r1.1", "2"), ("venue.centre", "1")]).await;
        assert_eq!(publish(&mut browser, &test).await.status, 303, "{engine:?}");
        let id = test_of(&world, Kind::Certification).await;
        let db = &world.services.db;
        let current = store::test::find(db, id).await.unwrap().unwrap().current.unwrap();
        let conditions = store::test::version(db, current).await.unwrap().unwrap().conditions;
        assert_eq!((conditions.unseen_attempts, conditions.exposure_cap_bp), (3, 3500));
    }
}
