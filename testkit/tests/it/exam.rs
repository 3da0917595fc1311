//! The exam: what is kept, what counts, what never reaches a browser.

use std::collections::BTreeMap;

use domain::id::{AttemptId, Id};
use serde_json::json;
use testkit::{Browser, Engine, Page, World, engines};

/// How a test sits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    Right,
    Wrong,
}

async fn start(browser: &mut Browser, test: &str) -> String {
    let started = browser.post(test, &[("consent", "yes")]).await;
    assert_eq!(started.status, 303, "{}", started.body);
    started.location
}

pub(crate) fn attempt_of(exam: &str) -> AttemptId {
    Id::new(exam.trim_start_matches("/exam/").parse().expect("an id"))
}

/// The right tokens of every question, from the bank: no page could tell.
pub(crate) async fn right(world: &World, id: AttemptId) -> BTreeMap<u32, Vec<String>> {
    let db = &world.services.db;
    let attempt = store::attempt::find(db, id).await.unwrap().unwrap();
    let slots = store::attempt::slots(db, id).await.unwrap();
    let versions = store::item::versions_by_id(db, slots.iter().map(|slot| slot.version)).await.unwrap();
    slots
        .iter()
        .map(|slot| {
            let key = &versions[&slot.version].content.key;
            let token = |option: &u8| domain::draw::option_token(&attempt.seed, slot.position, *option);
            (slot.position, key.iter().map(token).collect())
        })
        .collect()
}

async fn answer(browser: &mut Browser, exam: &str, position: u32, tokens: &[String]) -> Page {
    let page = browser.get(&format!("{exam}?q={position}")).await;
    assert_eq!(page.status, 200, "question {position}");
    let mut form =
        vec![("q".to_owned(), position.to_string()), ("go".to_owned(), (position + 1).to_string())];
    if page.body.contains("name=\"choice\"") {
        form.extend(tokens.iter().map(|token| ("choice".to_owned(), token.clone())));
    } else {
        form.extend(
            tokens.iter().zip(1..).map(|(token, place)| (format!("place.{token}"), place.to_string())),
        );
    }
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&format!("{exam}?q={position}"), &pairs).await
}

/// Sits a whole test page by page and shows the result.
pub(crate) async fn sit(world: &World, browser: &mut Browser, test: &str, how: Answers) -> Page {
    let exam = start(browser, test).await;
    let second = browser.post(test, &[("consent", "yes")]).await;
    assert_eq!(second.location, exam, "a second start returns the open attempt");
    for (position, tokens) in right(world, attempt_of(&exam)).await {
        let tokens = if how == Answers::Right { tokens } else { Vec::new() };
        let saved = answer(browser, &exam, position, &tokens).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
    }
    let asked = browser.get(&format!("{exam}/finish")).await;
    assert_eq!(asked.body.contains("class=\"unanswered\""), how == Answers::Wrong, "the open ones are named");
    let done = browser.post(&format!("{exam}/finish"), &[("confirm", "1")]).await;
    assert_eq!(done.status, 303);
    let twice = browser.post(&format!("{exam}/finish"), &[("confirm", "1")]).await;
    assert_eq!(twice.location, done.location, "handing in twice is handing in once");
    browser.get(&done.location).await
}

pub(crate) async fn sitting(world: &World, login: &str) -> (Browser, String) {
    let mut browser = world.signed_in(login).await;
    let test = browser.get("/learn").await.link("/tests/").expect("a test");
    let exam = start(&mut browser, &test).await;
    (browser, exam)
}

pub(crate) async fn writer(browser: &mut Browser, attempt: AttemptId) -> String {
    let held = browser
        .call("/api/exam/take-over", &json!({ "attempt": attempt, "writer": null, "confirm": false }))
        .await;
    assert_eq!(held.status, 200, "{}", held.body);
    let held: serde_json::Value = serde_json::from_str(&held.body).unwrap();
    held["held"]["writer"].as_str().expect("a writer").to_owned()
}

#[tokio::test]
async fn the_deadline_passes_while_away_and_the_saved_answers_count() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let keys = right(&world, attempt_of(&exam)).await;
        for position in 1..=3 {
            answer(&mut browser, &exam, position, &keys[&position]).await;
        }
        world.advance_minutes(50).await;
        let after = browser.get(&exam).await;
        assert_eq!(after.status, 303, "the exam is over");
        let result = browser.get(&after.location).await;
        assert!(result.body.contains("3 из 40") || result.body.contains("7 %"), "{}", result.body);
        let late = browser.post(&format!("{exam}?q=4"), &[("q", "4"), ("choice", "x")]).await;
        assert!(late.location.starts_with("/results/"), "nothing more is taken");
    }
}

#[tokio::test]
async fn an_event_is_acknowledged_again_and_never_counted_twice() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        let keys = right(&world, attempt).await;
        let writer = writer(&mut browser, attempt).await;
        let batch = json!({ "attempt": attempt, "writer": writer, "events": [
            { "seq": 1, "position": 1, "value": keys[&1] },
            { "seq": 2, "position": 2, "value": { "mark": true } },
            { "seq": 3, "position": 1, "value": ["feedfeedfe"] },
            { "seq": 4, "position": 99, "value": [] },
        ]});
        for _ in 0..2 {
            let page = browser.call("/api/exam/answer", &batch).await;
            assert_eq!(page.status, 200, "{}", page.body);
            let ack: serde_json::Value = serde_json::from_str(&page.body).unwrap();
            assert_eq!(ack["acked_seq"], 4);
            assert_eq!(ack["state"], "open");
        }
        let journal = store::attempt::journal(&world.services.db, attempt).await.unwrap();
        assert_eq!(journal.len(), 4, "each event once");
        let other_body = json!({ "attempt": attempt, "writer": writer, "events": [
            { "seq": 1, "position": 1, "value": [] },
        ]});
        let page = browser.call("/api/exam/answer", &other_body).await;
        assert!(page.body.contains("conflict"), "{}", page.body);
        let page = browser.get(&format!("{exam}?q=1")).await;
        assert!(page.body.contains("checked") || page.body.contains("selected"), "the first body stands");
        chain_holds(&world, attempt).await;
    }
}

pub(crate) async fn chain_holds(world: &World, attempt: AttemptId) {
    let mut link = domain::journal::EMPTY;
    for event in store::attempt::journal(&world.services.db, attempt).await.unwrap() {
        link = domain::journal::link(
            &link,
            &domain::journal::Event {
                attempt,
                writer: event.writer,
                seq: event.seq,
                ord: event.ord,
                position: event.position,
                value: &event.value,
                verdict: event.verdict,
                code: &event.code,
                received_at: event.received_at,
            },
        );
        assert_eq!(link, event.link, "event {}", event.ord);
    }
    let held = store::attempt::find(&world.services.db, attempt).await.unwrap().unwrap();
    assert_eq!(held.journal_hash, link);
}

#[tokio::test]
async fn somebody_elses_attempt_is_not_found() {
    let world = World::new(Engine::Sqlite).await;
    world.people(2).await;
    let (_, exam) = sitting(&world, "e00001").await;
    let mut other = world.signed_in("e00002").await;
    for path in [exam.clone(), format!("{exam}/finish"), exam.replace("/exam/", "/results/")] {
        assert_eq!(other.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(other.post(&exam, &[("q", "1")]).await.status, 404);
    assert_eq!(other.get("/exam/not-an-id").await.status, 404);
    let call = json!({ "attempt": attempt_of(&exam), "writer": attempt_of(&exam), "events": [] });
    assert_eq!(other.call("/api/exam/answer", &call).await.status, 404);
    other.forget();
    assert_eq!(other.call("/api/exam/answer", &call).await.status, 401);
}

#[tokio::test]
async fn a_lost_session_costs_no_answer() {
    let world = World::new(Engine::Sqlite).await;
    world.people(1).await;
    let (mut browser, exam) = sitting(&world, "e00001").await;
    let keys = right(&world, attempt_of(&exam)).await;
    answer(&mut browser, &exam, 1, &keys[&1]).await;
    browser.forget();
    let led = browser.get(&format!("{exam}?q=1")).await;
    assert!(led.location.starts_with("/login?next="), "{}", led.location);
    let mut again = world.signed_in("e00001").await;
    let page = again.get(&exam).await;
    assert!(page.body.contains("/take-over"), "another session asks before it goes on");
    let on = again.post(&format!("{exam}/take-over"), &[]).await;
    assert_eq!(on.status, 303);
    let page = again.get(&format!("{exam}?q=1")).await;
    assert!(page.body.contains("checked") || page.body.contains("selected"), "the answer is still there");
}

#[tokio::test]
async fn a_huge_answer_is_refused_in_words_and_changes_nothing() {
    let world = World::new(Engine::Sqlite).await;
    world.people(1).await;
    let (mut browser, exam) = sitting(&world, "e00001").await;
    let huge = "x".repeat(1024 * 1024);
    let page = browser.post(&exam, &[("q", "1"), ("choice", &huge)]).await;
    assert_eq!(page.status, 413);
    assert!(page.body.contains("<h1>"), "with a page that says so");
    for position in 1..=40 {
        let foreign = answer(&mut browser, &exam, position, &["0123456789".to_owned()]).await;
        assert_eq!(foreign.status, 409, "question {position}: an option that was not in the form");
    }
    let events = json!({ "attempt": attempt_of(&exam), "writer": attempt_of(&exam), "events": huge });
    assert_eq!(browser.call("/api/exam/answer", &events).await.status, 413);
}

#[tokio::test]
async fn which_option_is_the_key_changes_no_byte_of_the_exam() {
    let mut world = World::new(Engine::Sqlite).await;
    world.people(1).await;
    let (mut browser, exam) = sitting(&world, "e00001").await;
    let nonce = |page: Page| {
        let mut parts = page.body.split("nonce=\"");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('"').map_or("", |(_, rest)| rest))
    };
    let mut before = Vec::new();
    for position in 1..=40 {
        before.push(nonce(browser.get(&format!("{exam}?q={position}")).await));
    }
    store::maintenance::turn_all_keys(&world.services.db).await.unwrap();
    // Forms are kept in memory: only a new start reads what was turned.
    world.restart().await;
    browser.move_to(world.router.clone());
    for (position, before) in (1..=40).zip(before) {
        let after = nonce(browser.get(&format!("{exam}?q={position}")).await);
        let cut = |text: &str| text.replace(char::is_whitespace, "");
        assert_eq!(cut(&after), cut(&before), "question {position}");
    }
}

#[tokio::test]
async fn pages_need_few_statements_however_long_the_form() {
    let world = World::new(Engine::Sqlite).await;
    world.people(1).await;
    let (mut browser, exam) = sitting(&world, "e00001").await;
    let count = async |browser: &mut Browser, path: &str| {
        let before = world.services.db.statements();
        assert_eq!(browser.get(path).await.status, 200, "{path}");
        world.services.db.statements() - before
    };
    let lesson = browser.get("/learn").await.link("/learn/").expect("a lesson");
    // Every page but the exam's counts the unread notices for its bell. What everybody reads is read once.
    for (path, most) in [
        (exam.as_str(), 2),
        ("/learn", 6),
        (lesson.as_str(), 3),
        ("/results", 4),
        ("/badge", 3),
        ("/account", 2),
    ] {
        count(&mut browser, path).await;
        let statements = count(&mut browser, path).await;
        assert!(statements <= most, "{path} took {statements} statements");
    }
}
