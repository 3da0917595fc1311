//! Who may write: a tab keeps the name that it asked under, whether or not it ever heard the reply.

use domain::attempt::Verdict;
use domain::id::AttemptId;
use serde_json::{Value, json};
use testkit::{Browser, World, engines};
use uuid::Uuid;

use crate::exam::{attempt_of, right, sitting};

async fn take(browser: &mut Browser, attempt: AttemptId, name: &str, confirm: bool) -> Value {
    let asked = json!({ "attempt": attempt, "writer": name, "confirm": confirm });
    let page = browser.call("/api/exam/take-over", &asked).await;
    assert_eq!(page.status, 200, "{}", page.body);
    serde_json::from_str(&page.body).unwrap()
}

async fn send(browser: &mut Browser, attempt: AttemptId, name: &str, events: Value) -> (u16, Value) {
    let batch = json!({ "attempt": attempt, "writer": name, "events": events });
    let page = browser.call("/api/exam/answer", &batch).await;
    (page.status, serde_json::from_str(&page.body).unwrap_or_default())
}

fn new_name() -> String {
    Uuid::from_bytes(service::chance::bytes()).to_string()
}

fn held(name: &str, seq: i64) -> Value {
    json!({ "held": { "writer": name, "seq": seq } })
}

#[tokio::test]
async fn who_never_heard_that_the_lease_was_given_asks_again_and_goes_on() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        let keys = right(&world, attempt).await;
        let name = new_name();
        assert_eq!(take(&mut browser, attempt, &name, false).await, held(&name, 0));
        assert_eq!(
            take(&mut browser, attempt, &name, false).await,
            held(&name, 0),
            "{engine:?}: the same tab"
        );
        send(&mut browser, attempt, &name, json!([{ "seq": 1, "position": 1, "value": keys[&1] }])).await;
        assert_eq!(
            take(&mut browser, attempt, &name, false).await,
            held(&name, 1),
            "and it goes on counting"
        );

        let another = new_name();
        assert_eq!(take(&mut browser, attempt, &another, false).await, json!("asks"), "another tab asks");
        assert_eq!(take(&mut browser, attempt, &another, true).await, held(&another, 0));
        assert_eq!(
            take(&mut browser, attempt, &name, false).await,
            json!("asks"),
            "now the first one has to"
        );
        // With the person's word it goes on here again, but not under a name that has lost the lease before.
        let again = take(&mut browser, attempt, &name, true).await;
        let third = again["held"]["writer"].as_str().unwrap().to_owned();
        assert!(third != name && third != another, "{again}");
    }
}

#[tokio::test]
async fn a_name_that_is_somebody_elses_is_not_given() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(2).await;
        let (mut first, exam) = sitting(&world, "e00001").await;
        let name = new_name();
        take(&mut first, attempt_of(&exam), &name, false).await;
        let (mut second, exam) = sitting(&world, "e00002").await;
        for foreign in [name.as_str(), &Uuid::nil().to_string()] {
            let given = take(&mut second, attempt_of(&exam), foreign, true).await;
            let writer = given["held"]["writer"].as_str().unwrap();
            assert!(writer != foreign, "{engine:?}: {given}");
        }
        let theirs = send(&mut second, attempt_of(&exam), &name, json!([])).await;
        assert_eq!(theirs.0, 404, "what is another attempt's writer is nobody here");
    }
}

#[tokio::test]
async fn what_was_chosen_before_there_was_a_lease_is_kept_as_late_after_the_end() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        let keys = right(&world, attempt).await;
        world.advance_minutes(50).await;
        let name = new_name();
        let chosen = json!([{ "seq": 1, "position": 1, "value": keys[&1] }]);
        assert_eq!(send(&mut browser, attempt, &name, chosen.clone()).await.0, 404, "nobody's name");
        for _ in 0..2 {
            assert_eq!(take(&mut browser, attempt, &name, false).await, json!("over"));
            let (status, ack) = send(&mut browser, attempt, &name, chosen.clone()).await;
            assert_eq!((status, &ack["acked_seq"]), (200, &json!(1)), "{engine:?}: {ack}");
        }
        let journal = store::attempt::journal(&world.services.db, attempt).await.unwrap();
        let verdicts: Vec<Verdict> = journal.iter().map(|event| event.verdict).collect();
        assert_eq!(verdicts, [Verdict::Late], "once, and it does not count");
    }
}

#[tokio::test]
async fn nobody_fills_the_disk_with_names_after_the_end() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (mut browser, exam) = sitting(&world, "e00001").await;
        let attempt = attempt_of(&exam);
        world.advance_minutes(50).await;
        for _ in 0..110 {
            take(&mut browser, attempt, &new_name(), false).await;
        }
        let writers = store::attempt::writers(&world.services.db, attempt).await.unwrap();
        assert_eq!(writers.len(), 100, "{engine:?}");
    }
}
