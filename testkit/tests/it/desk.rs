//! Answers that come in together: they share a write, and nothing else.

use std::sync::{Arc, Mutex};

use domain::id::AttemptId;
use domain::refusal::Fault;
use serde_json::{Value, json};
use store::Patience;
use testkit::{Browser, Engine, World, engines};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::exam::{attempt_of, chain_holds, right, sitting, writer};

/// Somebody who sits, with the name that they write under and the answer to their first question.
struct Sitter {
    browser: Browser,
    attempt: AttemptId,
    writer: String,
    first: Vec<String>,
}

impl Sitter {
    async fn new(world: &World, number: u32) -> Self {
        let (mut browser, exam) = sitting(world, &format!("e{number:05}")).await;
        let attempt = attempt_of(&exam);
        let writer = writer(&mut browser, attempt).await;
        let first = right(world, attempt).await[&1].clone();
        Self { browser, attempt, writer, first }
    }

    fn batch(&self, events: &[Value]) -> Value {
        json!({ "attempt": self.attempt, "writer": self.writer, "events": events })
    }

    fn answer(&self, seq: i64) -> Value {
        json!({ "seq": seq, "position": 1, "value": self.first })
    }

    async fn send(&self, batch: &Value) -> (u16, Value) {
        let page = self.browser.clone().call("/api/exam/answer", batch).await;
        (page.status, serde_json::from_str(&page.body).unwrap_or_default())
    }
}

/// Holds everybody's turn at the one writer of SQLite, until the answer is let go.
async fn hold(world: &World) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (go_on, wait) = oneshot::channel::<()>();
    let (begin, begun) = oneshot::channel::<()>();
    let db = world.services.db.clone();
    let holding = tokio::spawn(async move {
        let held = db.write(move |_| async move {
            let _ = begin.send(());
            let _ = wait.await;
            Ok::<_, Fault>(())
        });
        held.await.unwrap();
    });
    begun.await.unwrap();
    (go_on, holding)
}

/// Lets everything go as far as it can.
async fn settle() {
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
}

/// Sends all at the same time; where there is one writer, it is held up until all of them wait.
async fn at_once(world: &World, all: Vec<(Sitter, Value)>) -> Vec<(Sitter, u16, Value)> {
    let held = match world.services.db.engine() {
        store::Engine::Sqlite => Some(hold(world).await),
        store::Engine::Postgres => None,
    };
    let mut sending = JoinSet::new();
    for (place, (sitter, batch)) in all.into_iter().enumerate() {
        sending.spawn(async move {
            let (status, ack) = sitter.send(&batch).await;
            (place, sitter, status, ack)
        });
    }
    settle().await;
    let holding = held.map(|(go_on, holding)| {
        drop(go_on);
        holding
    });
    let mut told = sending.join_all().await;
    if let Some(holding) = holding {
        holding.await.unwrap();
    }
    told.sort_by_key(|(place, ..)| *place);
    told.into_iter().map(|(_, sitter, status, ack)| (sitter, status, ack)).collect()
}

#[tokio::test]
async fn an_answer_does_not_wait_behind_a_room_that_starts_and_the_room_has_its_turn_too() {
    let world = World::new(Engine::Sqlite).await;
    let (go_on, holding) = hold(&world).await;
    let ran = Arc::new(Mutex::new(Vec::new()));
    let mut waiting = JoinSet::new();
    for patience in [Patience::Long; 30].into_iter().chain([Patience::Short; 30]) {
        let (db, ran) = (world.services.db.clone(), Arc::clone(&ran));
        waiting.spawn(async move {
            let noted = db.record(patience, move |_| async move {
                ran.lock().unwrap().push(patience);
                Ok::<_, Fault>(())
            });
            noted.await.unwrap();
        });
    }
    settle().await;
    drop(go_on);
    holding.await.unwrap();
    waiting.join_all().await;
    let ran = ran.lock().unwrap();
    assert_eq!(ran[..8], [Patience::Short; 8], "who came last and cannot wait goes first");
    assert_eq!(ran[8], Patience::Long);
    assert_eq!(ran[9..17], [Patience::Short; 8]);
    assert_eq!(ran.len(), 60);
}

#[tokio::test]
async fn a_room_is_entered_together_and_each_is_judged_for_themselves() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(8).await;
        let mut all = Vec::new();
        for number in 1..=8 {
            all.push(Sitter::new(&world, number).await);
        }
        // Six was heard before, seven has continued on another device.
        let known = all[5].batch(&[all[5].answer(1)]);
        assert_eq!(all[5].send(&known).await.1["acked_seq"], 1);
        let asked = json!({ "attempt": all[6].attempt, "writer": null, "confirm": true });
        assert_eq!(all[6].browser.call("/api/exam/take-over", &asked).await.status, 200);
        let somebody_elses = all[0].attempt;
        let before = world.services.db.statements();
        let sent = all.into_iter().zip(1..).map(|(sitter, number)| {
            let batch = match number {
                5 => sitter.batch(&[json!({ "seq": 1, "position": 2, "value": "no answer" }), sitter.answer(2)]),
                8 => json!({ "attempt": somebody_elses, "writer": sitter.writer, "events": [sitter.answer(1)] }),
                _ => sitter.batch(&[sitter.answer(1)]),
            };
            (sitter, batch)
        });
        let told = at_once(&world, sent.collect()).await;
        let statements = world.services.db.statements() - before;
        let acked: Vec<(u16, Option<i64>)> =
            told.iter().map(|(_, status, ack)| (*status, ack["acked_seq"].as_i64())).collect();
        let kept = (200, Some(1));
        assert_eq!(acked, [kept, kept, kept, kept, (200, Some(2)), kept, kept, (404, None)]);
        assert_eq!(told[4].2["refused"][0]["code"], "unreadable", "the one beside it counts all the same");
        assert_eq!(told[6].2["state"], "lease_lost");
        for (sitter, ..) in &told {
            let journal = store::attempt::journal(&world.services.db, sitter.attempt).await.unwrap();
            let expected = if sitter.attempt == told[4].0.attempt { 2 } else { 1 };
            let expected = if sitter.attempt == told[7].0.attempt { 0 } else { expected };
            assert_eq!(journal.len(), expected);
            chain_holds(&world, sitter.attempt).await;
        }
        // Eight people, each read by their token, three of them entered alone, the others together.
        assert!(engine == Engine::Postgres || statements <= 8 + 3 * 5 + 6, "{statements}");
    }
}

#[tokio::test]
async fn two_batches_of_one_attempt_are_entered_one_after_the_other() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(2).await;
        let (one, two) = (Sitter::new(&world, 1).await, Sitter::new(&world, 2).await);
        let again = Sitter {
            browser: one.browser.clone(),
            attempt: one.attempt,
            writer: one.writer.clone(),
            first: one.first.clone(),
        };
        let attempt = one.attempt;
        let first = one.batch(&[one.answer(1)]);
        let both = one.batch(&[one.answer(1), json!({ "seq": 2, "position": 2, "value": { "mark": true } })]);
        let other = two.batch(&[two.answer(1)]);
        let told = at_once(&world, vec![(two, other), (one, first), (again, both)]).await;
        assert!(told.iter().all(|(_, status, _)| *status == 200));
        assert_eq!(told[2].2["acked_seq"], 2);
        let journal = store::attempt::journal(&world.services.db, attempt).await.unwrap();
        let numbers: Vec<i64> = journal.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, [1, 2], "what came twice is entered once");
        chain_holds(&world, attempt).await;
    }
}
