//! Faults of the machine: what cannot be kept is not acknowledged, and afterwards everything goes on.

use domain::id::AttemptId;
use serde_json::{Value, json};
use store::maintenance::faults;
use testkit::{Browser, Engine, Page, World};

use crate::exam::{attempt_of, chain_holds, right, sitting, writer};

/// Somebody who answers the first question again and again.
struct Seat {
    browser: Browser,
    exam: String,
    attempt: AttemptId,
    writer: String,
    right: Vec<String>,
}

impl Seat {
    async fn of(world: &World, login: &str) -> Self {
        let (mut browser, exam) = sitting(world, login).await;
        let attempt = attempt_of(&exam);
        let right = right(world, attempt).await.remove(&1).unwrap();
        let writer = writer(&mut browser, attempt).await;
        Self { browser, exam, attempt, writer, right }
    }

    async fn save(&mut self, seq: usize) -> Page {
        let event = json!({ "seq": seq, "position": 1, "value": self.right });
        let batch = json!({ "attempt": self.attempt, "writer": self.writer, "events": [event] });
        self.browser.call("/api/exam/answer", &batch).await
    }

    /// Answers until one cannot be kept: its number, and what was said.
    async fn save_until_refused(&mut self) -> (usize, Page) {
        // What fits into pages that the file has already is kept.
        for seq in 1..5_000 {
            let page = self.save(seq).await;
            if page.status != 200 {
                return (seq, page);
            }
            assert_eq!(acked(&page), seq, "{}", page.body);
        }
        panic!("the disk is never full");
    }

    /// How many events there are for everybody but the writer itself.
    async fn kept(&self, world: &World) -> usize {
        store::attempt::journal(&world.services.db, self.attempt).await.unwrap().len()
    }
}

fn acked(page: &Page) -> usize {
    assert_eq!(page.status, 200, "{}", page.body);
    let ack: Value = serde_json::from_str(&page.body).unwrap();
    usize::try_from(ack["acked_seq"].as_u64().unwrap()).unwrap()
}

/// Nothing was acknowledged, and the page says something that an island knows.
fn is_refused(page: &Page) {
    assert!([500, 503].contains(&page.status), "{} {}", page.status, page.body);
    assert!(!page.body.is_empty() && !page.body.contains("acked_seq"), "{}", page.body);
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_acknowledged_and_with_room_the_same_event_is_kept_once() {
    let world = World::new(Engine::Sqlite).await;
    world.people(2).await;
    let db = &world.services.db;
    let mut seat = Seat::of(&world, "e00001").await;
    let mut other = world.signed_in("e00002").await;
    let test = other.get("/learn").await.link("/tests/").expect("a test");
    faults::fill_disk(db).await.unwrap();
    let (seq, page) = seat.save_until_refused().await;
    is_refused(&page);
    assert_eq!(seat.kept(&world).await, seq - 1, "what was acknowledged is there, and no more");
    // A start writes more than any page has room for.
    faults::fill_disk(db).await.unwrap();
    let page = other.post(&test, &[("consent", "yes")]).await;
    assert_eq!(page.status, 507);
    for words in ["закончилось место", "сохранено раньше, на месте", "Номер обращения"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert_eq!(seat.browser.get(&seat.exam).await.status, 200, "reading goes on");
    assert_eq!(faults::integrity(db).await.unwrap(), "ok");
    faults::make_room(db).await.unwrap();
    for _ in 0..2 {
        assert_eq!(acked(&seat.save(seq).await), seq);
        assert_eq!(seat.kept(&world).await, seq, "once, however often it is sent");
    }
    assert_eq!(other.post(&test, &[("consent", "yes")]).await.status, 303, "others go on too");
    assert_eq!(faults::integrity(db).await.unwrap(), "ok");
    chain_holds(&world, seat.attempt).await;
}

/// SQLite ends a transaction by itself when the disk is full. Whoever believed it to be still open would put all
/// that follows into one that never ends, and acknowledge it.
#[tokio::test]
async fn after_a_full_disk_what_is_acknowledged_is_there_for_everybody() {
    let world = World::new(Engine::Sqlite).await;
    world.people(1).await;
    let db = &world.services.db;
    let mut seat = Seat::of(&world, "e00001").await;
    faults::fill_disk(db).await.unwrap();
    let (first, _) = seat.save_until_refused().await;
    faults::make_room(db).await.unwrap();
    for seq in first..first + 3 {
        assert!(store::maintenance::fail_commit(db, std::future::ready(())).await.is_err());
        assert_eq!(acked(&seat.save(seq).await), seq);
        assert_eq!(seat.kept(&world).await, seq, "it was acknowledged");
    }
    chain_holds(&world, seat.attempt).await;
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_an_error_and_no_hang() {
    let world = World::new(Engine::Sqlite).await;
    world.people(1).await;
    let db = &world.services.db;
    let mut seat = Seat::of(&world, "e00001").await;
    assert_eq!(acked(&seat.save(1).await), 1);
    faults::wait_at_most(db, 20).await.unwrap();
    let holder = faults::hold(db).await.unwrap();
    is_refused(&seat.save(2).await);
    assert_eq!(seat.browser.get(&seat.exam).await.status, 200, "reading goes on");
    assert_eq!(seat.kept(&world).await, 1);
    holder.let_go().await.unwrap();
    assert_eq!(acked(&seat.save(2).await), 2);
    assert_eq!(seat.kept(&world).await, 2);
    chain_holds(&world, seat.attempt).await;
}
