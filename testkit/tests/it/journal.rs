//! The journal of an attempt: what arrives is never lost, and every event is told what became of it.

use std::collections::BTreeMap;

use domain::attempt::Verdict;
use domain::id::AttemptId;
use serde_json::{Value, json};
use testkit::{Browser, Engine, World, engines};

use crate::exam::{attempt_of, chain_holds, right, sitting, writer};

async fn send(browser: &mut Browser, attempt: AttemptId, writer: &str, events: &[Value]) -> Value {
    let batch = json!({ "attempt": attempt, "writer": writer, "events": events });
    let page = browser.call("/api/exam/answer", &batch).await;
    assert_eq!(page.status, 200, "{}", page.body);
    serde_json::from_str(&page.body).unwrap()
}

async fn take(browser: &mut Browser, attempt: AttemptId) -> String {
    let asked = json!({ "attempt": attempt, "writer": null, "confirm": true });
    let page = browser.call("/api/exam/take-over", &asked).await;
    let held: Value = serde_json::from_str(&page.body).unwrap();
    held["held"]["writer"].as_str().expect("a writer").to_owned()
}

async fn verdicts(world: &World, attempt: AttemptId) -> Vec<(i64, u32, Verdict)> {
    let journal = store::attempt::journal(&world.services.db, attempt).await.unwrap();
    journal.iter().map(|event| (event.seq, event.position, event.verdict)).collect()
}

/// The first token of the answer that counts to each question.
async fn answers(world: &World, attempt: AttemptId) -> BTreeMap<u32, Vec<u8>> {
    let db = &world.services.db;
    let held = store::attempt::find(db, attempt).await.unwrap().unwrap();
    let slots = store::attempt::slots(db, attempt).await.unwrap();
    let journal = store::attempt::journal(db, attempt).await.unwrap();
    service::exam::answers(&slots, &held.seed, &journal).unwrap()
}

/// A token of a question of the form, by the place of its option as shown.
async fn token(world: &World, attempt: AttemptId, position: u32, place: usize) -> String {
    let db = &world.services.db;
    let held = store::attempt::find(db, attempt).await.unwrap().unwrap();
    let slots = store::attempt::slots(db, attempt).await.unwrap();
    let slot = slots.iter().find(|slot| slot.position == position).unwrap();
    domain::draw::option_token(&held.seed, position, slot.order[place])
}

#[tokio::test]
async fn a_malformed_event_never_blocks_those_behind_it() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        let keys = right(&world, attempt).await;
        let writer = writer(&mut browser, attempt).await;
        let long = "x".repeat(4_000);
        let events = [
            json!({ "seq": 1, "position": 1, "value": "a text" }),
            json!({ "seq": 2, "position": -7, "value": [] }),
            json!({ "seq": 3, "position": 5_000_000_000_i64, "value": [] }),
            json!({ "seq": 4, "position": 2, "value": { "mark": "perhaps" } }),
            json!({ "seq": 5 }),
            json!({ "seq": 6, "position": 3, "value": [long] }),
            json!({ "seq": 7, "position": 4, "value": keys[&4] }),
        ];
        let first = send(&mut browser, attempt, &writer, &events).await;
        assert_eq!(first["acked_seq"], 7, "{first}");
        let codes: Vec<(i64, &str)> = first["refused"]
            .as_array()
            .unwrap()
            .iter()
            .map(|refused| (refused["seq"].as_i64().unwrap(), refused["code"].as_str().unwrap()))
            .collect();
        assert_eq!(
            codes,
            [
                (1, "unreadable"),
                (2, "unknown_question"),
                (3, "unknown_question"),
                (4, "unreadable"),
                (5, "unknown_question"),
                (6, "too_long")
            ]
        );
        let again = send(&mut browser, attempt, &writer, &events).await;
        assert_eq!(again["refused"], first["refused"], "who lost the reply hears the same again");
        assert_eq!(verdicts(&world, attempt).await.len(), 7, "refused events are kept, once");
        assert_eq!(answers(&world, attempt).await.keys().collect::<Vec<_>>(), [&4]);
        chain_holds(&world, attempt).await;
    }
}

#[tokio::test]
async fn an_acknowledgement_never_passes_over_a_gap() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        let keys = right(&world, attempt).await;
        let writer = writer(&mut browser, attempt).await;
        let event =
            |seq: i64, position: u32| json!({ "seq": seq, "position": position, "value": keys[&position] });
        for (sent, acked) in
            [(vec![3], 0), (vec![5], 0), (vec![1], 1), (vec![2], 3), (vec![4], 5), (vec![2], 5)]
        {
            let events: Vec<Value> =
                sent.iter().map(|seq| event(*seq, u32::try_from(*seq).unwrap())).collect();
            let ack = send(&mut browser, attempt, &writer, &events).await;
            assert_eq!(ack["acked_seq"], acked, "after {sent:?}");
        }
        assert_eq!(answers(&world, attempt).await.len(), 5);
        chain_holds(&world, attempt).await;
    }
}

#[tokio::test]
async fn a_name_that_was_never_given_writes_nothing() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        let events = json!([{ "seq": 1, "position": 1, "value": [] }]);
        let batch = json!({ "attempt": attempt, "writer": attempt, "events": events });
        assert_eq!(browser.call("/api/exam/answer", &batch).await.status, 404);
        assert!(verdicts(&world, attempt).await.is_empty());
    }
}

/// Two devices, their queues interleaved: (device, seq, question, place of the option, verdict).
type Step = (char, i64, u32, usize, Verdict);
/// What happens, step by step, and which option of which question counts in the end.
type Case = (&'static str, &'static [Step], &'static [(u32, usize)]);

#[tokio::test]
async fn two_devices_interleave_their_queues_and_nothing_acknowledged_disappears() {
    use Verdict::{Counted, Late, Superseded};
    // `a` sits first, `b` takes over; then `a` comes back online with what it had kept.
    let cases: [Case; 4] = [
        (
            "a question only the first device answered counts",
            &[('a', 1, 1, 0, Counted), ('b', 1, 2, 1, Counted)],
            &[(1, 0), (2, 1)],
        ),
        (
            "where the second device has answered, the first comes too late",
            &[('b', 1, 1, 1, Counted), ('a', 1, 1, 0, Superseded), ('a', 2, 2, 0, Counted)],
            &[(1, 1), (2, 0)],
        ),
        (
            "the second device may still change what the first one sent later",
            &[('a', 1, 3, 0, Counted), ('b', 1, 3, 1, Counted), ('a', 2, 3, 0, Superseded)],
            &[(3, 1)],
        ),
        (
            "after the time is up everything is kept as late",
            &[('b', 1, 1, 1, Counted), ('!', 0, 0, 0, Late), ('a', 1, 2, 0, Late), ('b', 2, 3, 0, Late)],
            &[(1, 1)],
        ),
    ];
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(u32::try_from(cases.len()).unwrap()).await;
        for (number, (what, steps, result)) in cases.iter().enumerate() {
            let login = format!("e{:05}", number + 1);
            let (mut first, exam) = sitting(&world, &login).await;
            let attempt = attempt_of(&exam);
            let a = writer(&mut first, attempt).await;
            let mut second = world.signed_in(&login).await;
            let b = take(&mut second, attempt).await;
            let mut told = Vec::new();
            for (device, seq, position, place, verdict) in *steps {
                if *device == '!' {
                    world.advance_minutes(120).await;
                    continue;
                }
                let value = vec![token(&world, attempt, *position, *place).await];
                let event = json!({ "seq": seq, "position": position, "value": value });
                let (browser, name) = if *device == 'a' { (&mut first, &a) } else { (&mut second, &b) };
                let ack = send(browser, attempt, name, &[event]).await;
                assert_eq!(ack["acked_seq"], *seq, "{what}: acknowledged");
                told.push((*seq, *position, *verdict));
            }
            assert_eq!(verdicts(&world, attempt).await, told, "{what}");
            let mut expected = BTreeMap::new();
            let slots = store::attempt::slots(&world.services.db, attempt).await.unwrap();
            for (position, place) in *result {
                let slot = slots.iter().find(|slot| slot.position == *position).unwrap();
                expected.insert(*position, vec![slot.order[*place]]);
            }
            assert_eq!(answers(&world, attempt).await, expected, "{what}");
            chain_holds(&world, attempt).await;
        }
    }
}

#[tokio::test]
async fn a_save_takes_three_statements_and_handing_in_ten() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        let keys = right(&world, attempt).await;
        let writer = writer(&mut browser, attempt).await;
        browser.get(&exam).await;
        let db = &world.services.db;
        // Who asks is found out before, by each request alike.
        let before = db.statements();
        browser.call("/api/exam/state", &json!({ "attempt": attempt, "writer": writer })).await;
        let asking = db.statements() - before - 1;
        for seq in 1..=3_u32 {
            let event = json!({ "seq": seq, "position": seq, "value": keys[&seq] });
            let before = db.statements();
            send(&mut browser, attempt, &writer, &[event]).await;
            assert!(
                db.statements() - before <= asking + 3,
                "{} for a save",
                db.statements() - before - asking
            );
        }
        let before = db.statements();
        let done = browser.post(&format!("{exam}/finish"), &[("confirm", "1")]).await;
        assert_eq!(done.status, 303);
        let took = db.statements() - before - asking;
        assert!(took <= 10, "{took} to hand in");
    }
}

#[tokio::test]
async fn a_full_queue_says_when_to_come_again_and_loses_nothing() {
    let world = World::new(Engine::Sqlite).await;
    world.people(1).await;
    let (mut browser, exam) = sitting(&world, "e00001").await;
    let attempt = attempt_of(&exam);
    let keys = right(&world, attempt).await;
    let writer = writer(&mut browser, attempt).await;
    // One write holds everybody's turn, until the queue behind it is full.
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel::<()>();
    let db = world.services.db.clone();
    let holding = tokio::spawn(async move {
        db.write(move |_| async move {
            let _ = begin.send(());
            let _ = wait.await;
            Ok::<_, domain::refusal::Fault>(())
        })
        .await
    });
    // From here on nobody takes anything out of the queue.
    begun.await.unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..1_200 {
        let db = world.services.db.clone();
        waiting.spawn(async move {
            db.record(store::Patience::Short, |_| async { Ok::<_, domain::refusal::Fault>(()) }).await
        });
    }
    // Those for whom there is no room are told so at once.
    let told = waiting.join_next().await.unwrap().unwrap();
    assert!(told.is_err_and(|fault| fault.is_busy()));
    let event = json!({ "seq": 1, "position": 1, "value": keys[&1] });
    let ack = send(&mut browser, attempt, &writer, std::slice::from_ref(&event)).await;
    assert!(ack["state"]["try_again"]["after_ms"].as_u64().is_some_and(|ms| ms >= 500), "{ack}");
    assert_eq!(ack["acked_seq"], 0, "nothing is acknowledged that was not kept");
    go_on.send(()).unwrap();
    holding.await.unwrap().unwrap();
    while waiting.join_next().await.is_some() {}
    let ack = send(&mut browser, attempt, &writer, &[event]).await;
    assert_eq!(ack["acked_seq"], 1, "{ack}");
}

#[tokio::test]
async fn nothing_is_acknowledged_when_the_commit_fails() {
    let world = World::new(Engine::Sqlite).await;
    world.people(1).await;
    let (mut browser, exam) = sitting(&world, "e00001").await;
    let attempt = attempt_of(&exam);
    let keys = right(&world, attempt).await;
    let writer = writer(&mut browser, attempt).await;
    let event = json!({ "seq": 1, "position": 1, "value": keys[&1] });
    let batch = json!({ "attempt": attempt, "writer": writer, "events": [event.clone()] });
    // A write that is fine by itself and cannot be committed takes its whole group with it.
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    let db = world.services.db.clone();
    let poison = tokio::spawn(async move { store::maintenance::fail_commit(&db, wait).await });
    tokio::task::yield_now().await;
    let mut sender = browser.clone();
    let sent = tokio::spawn(async move { sender.call("/api/exam/answer", &batch).await });
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    go_on.send(()).unwrap();
    assert!(poison.await.unwrap().is_err(), "the group's commit fails");
    let page = sent.await.unwrap();
    if page.status == 200 {
        // It came into a later group, with a commit of its own: then it is kept.
        assert_eq!(verdicts(&world, attempt).await.len(), 1);
    } else {
        assert_eq!(page.status, 500);
        assert!(verdicts(&world, attempt).await.is_empty(), "what was not acknowledged was not kept");
    }
    let ack = send(&mut browser, attempt, &writer, &[event]).await;
    assert_eq!(ack["acked_seq"], 1, "the next group is fine");
    assert_eq!(verdicts(&world, attempt).await.len(), 1);
}

#[tokio::test]
async fn a_bad_attempt_is_set_aside_and_the_others_are_closed() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(3).await;
        let mut attempts = Vec::new();
        for number in 1..=3 {
            let (_, exam) = sitting(&world, &format!("e{number:05}")).await;
            attempts.push(attempt_of(&exam));
        }
        store::maintenance::spoil_form(&world.services.db, attempts[1]).await.unwrap();
        world.advance_minutes(60).await;
        let db = &world.services.db;
        let scores = store::attempt::scores(db, attempts.clone()).await.unwrap();
        assert!(scores.contains_key(&attempts[0]) && scores.contains_key(&attempts[2]));
        assert!(!scores.contains_key(&attempts[1]), "there is no telling what it came to");
        let overdue = store::attempt::overdue(db, world.services.now(), 10).await.unwrap();
        assert!(overdue.is_empty(), "it does not stand in the way");
        world.advance_minutes(11).await;
        let held = store::attempt::find(db, attempts[1]).await.unwrap().unwrap();
        assert_eq!(held.state, domain::attempt::Stored::Open, "and is not given up");
    }
}
