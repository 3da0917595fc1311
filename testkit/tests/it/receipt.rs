//! The receipt of a finished attempt, and an attempt checked against its frozen records.

use std::collections::BTreeSet;

use domain::form::FormState;
use domain::id::AttemptId;
use domain::refusal::{Fault, Refusal};
use serde_json::json;
use service::keys::Keys;
use service::receipt::{Checked, check};
use service::verify::{Verified, attempt as verify};
use store::maintenance::tamper;
use store::signing_key::Purpose;
use testkit::world::SECRET;
use testkit::{Browser, Page, World, engines};

use crate::exam::{Answers, attempt_of, right, sit, sitting, writer};

/// Sits the certification test with three right answers, and hands it in twice.
async fn finished(world: &World, login: &str) -> (Browser, AttemptId) {
    let (mut browser, exam) = sitting(world, login).await;
    let attempt = attempt_of(&exam);
    let keys = right(world, attempt).await;
    let writer = writer(&mut browser, attempt).await;
    let events: Vec<_> = (1..=3).map(|at| json!({ "seq": at, "position": at, "value": keys[&at] })).collect();
    let batch = json!({ "attempt": attempt, "writer": writer, "events": events });
    assert_eq!(browser.call("/api/exam/answer", &batch).await.status, 200);
    for _ in 0..2 {
        let done = browser.post(&format!("{exam}/finish"), &[("confirm", "anyway")]).await;
        assert_eq!(done.status, 303, "{}", done.body);
    }
    (browser, attempt)
}

/// The text to be pasted, from the page of a receipt.
fn text_of(page: &Page) -> String {
    let block = page.body.split("id=\"receipt-text\"").nth(1).expect("a receipt");
    let block = block.split("</div>").next().unwrap();
    let lines = block.split("<code").skip(1).map(|line| {
        let (_, line) = line.split_once('>').unwrap();
        // The renderer marks where a list of parts ends.
        format!("{}\n", line.split("</code>").next().unwrap().replace("<!>", ""))
    });
    lines.collect()
}

async fn receipt(browser: &mut Browser, attempt: AttemptId) -> String {
    let page = browser.get(&format!("/results/{attempt}/receipt")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    text_of(&page)
}

async fn judged(world: &World, text: &str) -> Checked {
    check(&world.services, FormState::default().with("text", text)).await.unwrap()
}

#[tokio::test]
async fn a_finished_attempt_has_a_receipt_that_anybody_can_check() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(2).await;
        let (mut running, exam) = sitting(&world, "e00002").await;
        let unfinished = exam.replace("/exam/", "/results/") + "/receipt";
        assert_eq!(running.get(&unfinished).await.status, 404, "there is none yet");

        let (mut browser, attempt) = finished(&world, "e00001").await;
        let kept = store::receipt::of(&world.services.db, attempt).await.unwrap().expect("a receipt");
        assert!(kept.body.contains("\nquestions: 40\nanswered: 3\nevents: 3\n"), "{}", kept.body);
        let signer = world.services.keys.ready(Purpose::Receipt).unwrap();
        assert_eq!(kept.key, signer.id());
        assert!(signer.has_signed(&kept.body, &kept.signature));

        let address = format!("/results/{attempt}");
        let held = store::attempt::find(&world.services.db, attempt).await.unwrap().unwrap();
        let result = browser.get(&address).await;
        assert!(result.body.contains(&domain::receipt::short(&held.journal_hash)), "{}", result.body);
        assert!(result.link(&format!("{address}/receipt")).is_some());
        let text = receipt(&mut browser, attempt).await;
        assert!(text.starts_with(&kept.body), "{text}");
        assert_eq!(running.get(&format!("{address}/receipt")).await.status, 404, "somebody else's");

        let mut stranger = world.browser();
        let genuine = stranger.post("/verify/receipt", &[("text", &text)]).await;
        assert_eq!(genuine.status, 200);
        assert!(genuine.body.contains("verify-state is-done"), "{}", genuine.body);
        let altered = text.replace("answered: 3\n", "answered: 33\n");
        let altered = stranger.post("/verify/receipt", &[("text", &altered)]).await;
        assert!(altered.body.contains("verify-state is-lost"), "{}", altered.body);
        for pasted in ["", "passed: yes", &text.repeat(20)] {
            let page = stranger.post("/verify/receipt", &[("text", pasted)]).await;
            assert_eq!(page.status, 422, "{} letters", pasted.len());
        }
        assert_eq!(stranger.get("/verify/receipt").await.status, 200);
        assert_eq!(stranger.get("/verify/receipts").await.status, 404, "a serial, if anything");
    }
}

#[tokio::test]
async fn a_changed_letter_of_a_receipt_is_noticed() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, attempt) = finished(&world, "e00001").await;
        let text = receipt(&mut browser, attempt).await;
        assert!(matches!(judged(&world, &text).await, Checked::Genuine(_)), "{text}");
        assert!(matches!(judged(&world, &text.replace('\n', "\r\n\r\n")).await, Checked::Genuine(_)));
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            changed[at].pop();
            changed[at].push(if line.ends_with('0') { '1' } else { '0' });
            let verdict = judged(&world, &changed.join("\n")).await;
            assert!(!matches!(verdict, Checked::Genuine(_)), "{line}");
        }
        for (from, to, expected) in [
            ("answered: 3\n", "answered: 4\n", Checked::Altered),
            ("cause: person", "cause: deadline", Checked::Altered),
            ("signature: ", "signature: A", Checked::Altered),
            ("cause: person\n", "", Checked::Unreadable),
        ] {
            assert_eq!(judged(&world, &text.replace(from, to)).await, expected, "{from:?} to {to:?}");
        }
    }
}

#[tokio::test]
async fn a_receipt_of_another_server_is_not_ours() {
    for engine in engines() {
        let (ours, theirs) = (World::new(engine).await, World::new(engine).await);
        theirs.people(1).await;
        let (mut browser, attempt) = finished(&theirs, "e00001").await;
        let text = receipt(&mut browser, attempt).await;
        assert_eq!(judged(&ours, &text).await, Checked::NotOurs);
        let [our_key, their_key] =
            [&ours, &theirs].map(|world| world.services.keys.ready(Purpose::Receipt).unwrap().id());
        let sly = text.replace(&their_key.to_string(), &our_key.to_string());
        assert_eq!(judged(&ours, &sly).await, Checked::Altered);
    }
}

#[tokio::test]
async fn servers_that_start_at_once_make_one_key() {
    for engine in engines() {
        let world = World::empty(engine).await;
        let now = world.services.now();
        let mut starts = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let db = world.services.db.clone();
            starts.spawn(async move {
                let keys = Keys::new(&SECRET);
                let signer = keys.signer(&db, now, Purpose::Badge).await?;
                Ok::<_, Fault>((signer.id(), signer.public()))
            });
        }
        let made: BTreeSet<_> = starts.join_all().await.into_iter().map(Result::unwrap).collect();
        assert_eq!(made.len(), 1, "{engine:?}");
        let foreign = Keys::of(&[8; 32], &world.services.db, now).await;
        assert!(foreign.is_err(), "a key that was wrapped with another secret");
    }
}

async fn holds(world: &World, attempt: AttemptId) -> service::verify::Holds {
    match verify(&world.services, attempt).await.unwrap() {
        Verified::Holds(holds) => holds,
        Verified::Differs(difference) => panic!("{difference}"),
    }
}

#[tokio::test]
async fn what_was_recorded_follows_from_the_frozen_records() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(2).await;
        let (_, open) = sitting(&world, "e00002").await;
        assert_eq!(holds(&world, attempt_of(&open)).await.finished, None);
        let (_, attempt) = finished(&world, "e00001").await;
        let whole = holds(&world, attempt).await;
        assert_eq!((whole.questions, whole.events), (40, 3));
        assert!(matches!(whole.finished, Some((3, 40, _))), "{whole:?}");

        // Each draw goes by what was seen before it, and later ones change nothing of it.
        let mut browser = world.signed_in("employee").await;
        let practice = browser.get("/learn").await.link("/practice/").expect("a practice test");
        let mut sat = Vec::new();
        for how in [Answers::Right, Answers::Wrong, Answers::Right] {
            world.clock.advance_ms(60_000);
            let page = sit(&world, &mut browser, &practice, how).await;
            let id = page.link("/results/").expect("a receipt").replace("/receipt", "");
            sat.push(id.trim_start_matches("/results/").parse().unwrap());
        }
        for attempt in sat {
            holds(&world, attempt).await;
        }
        let nobodys = verify(&world.services, domain::id::Id::new(uuid::Uuid::nil())).await;
        assert!(matches!(nobodys, Err(Refusal::NotFound)), "{nobodys:?}");
    }
}

#[tokio::test]
async fn every_verdict_follows_from_the_times() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        let keys = right(&world, attempt).await;
        let first = writer(&mut browser, attempt).await;
        let send = async |browser: &mut Browser, writer: &str, events: serde_json::Value| {
            let batch = json!({ "attempt": attempt, "writer": writer, "events": events });
            assert_eq!(browser.call("/api/exam/answer", &batch).await.status, 200);
        };
        let malformed = json!([
            { "seq": 1, "position": 1, "value": keys[&1] },
            { "seq": 2, "position": 99, "value": [] },
            { "seq": 3, "position": 2, "value": ["feedfeedfe"] },
            { "seq": 4, "position": 2, "value": ["x".repeat(2_000)] },
            { "seq": 5, "position": 2, "value": { "mark": true } },
            { "seq": 1, "position": 1, "value": [] },
        ]);
        send(&mut browser, &first, malformed).await;
        let taken = json!({ "attempt": attempt, "writer": null, "confirm": true });
        let taken = browser.call("/api/exam/take-over", &taken).await;
        let taken: serde_json::Value = serde_json::from_str(&taken.body).unwrap();
        let second = taken["held"]["writer"].as_str().unwrap().to_owned();
        send(&mut browser, &second, json!([{ "seq": 1, "position": 1, "value": keys[&1] }])).await;
        send(&mut browser, &first, json!([{ "seq": 6, "position": 1, "value": [] }])).await;
        world.clock.advance_ms(45 * 60_000 + 10_000);
        send(&mut browser, &second, json!([{ "seq": 2, "position": 3, "value": keys[&3] }])).await;
        world.clock.advance_ms(60_000);
        send(&mut browser, &second, json!([{ "seq": 3, "position": 4, "value": keys[&4] }])).await;
        world.advance_minutes(1).await;
        send(&mut browser, &second, json!([{ "seq": 4, "position": 5, "value": keys[&5] }])).await;
        let journal = store::attempt::journal(&world.services.db, attempt).await.unwrap();
        let verdicts: BTreeSet<&str> = journal.iter().map(|event| event.verdict.code()).collect();
        let all = ["conflict", "counted", "grace", "late", "refused", "superseded"];
        assert_eq!(verdicts, BTreeSet::from(all), "{engine:?}");
        let whole = holds(&world, attempt).await;
        assert_eq!(whole.events, journal.len());
        assert!(matches!(whole.finished, Some((2, 40, _))), "{whole:?}");
    }
}

#[tokio::test]
async fn the_first_thing_that_was_changed_is_named() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(5).await;
        let db = &world.services.db;
        let mut attempts = Vec::new();
        for number in 1..=5 {
            attempts.push(finished(&world, &format!("e0000{number}")).await.1);
        }
        let body = store::receipt::of(db, attempts[4]).await.unwrap().unwrap().body;
        tamper::change_event(db, attempts[0], 2).await.unwrap();
        tamper::change_points(db, attempts[1], 37).await.unwrap();
        tamper::exchange_item(db, attempts[2], 5, 6).await.unwrap();
        tamper::shorten(db, attempts[3]).await.unwrap();
        let better = body.replace("answered: 3\n", "answered: 40\n");
        tamper::change_receipt(db, attempts[4], better).await.unwrap();
        for (attempt, what) in attempts.into_iter().zip([
            "event 2, its hash",
            "the points",
            "question 5, the item",
            "the number of events",
            "the receipt's signature",
        ]) {
            match verify(&world.services, attempt).await.unwrap() {
                Verified::Differs(difference) => assert_eq!(difference.what, what, "{difference}"),
                Verified::Holds(holds) => panic!("{what}: {holds:?}"),
            }
        }
    }
}
