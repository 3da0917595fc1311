//! Beginning an attempt by what was judged before the write: only while nothing has changed.

use domain::attempt::{Stored, Timing};
use domain::refusal::Fault;
use service::chance;
use store::attempt::Attempt;
use testkit::{World, engines};

use crate::exam::{attempt_of, sitting};

/// Adds one more attempt of the same person, judged when so many had been begun.
async fn add(world: &World, like: &Attempt, begun: u32) -> bool {
    let now = world.services.now();
    let timing = Timing {
        started_at: now,
        limit_minutes: 45,
        extra_percent: 0,
        window_end: None,
        extension_ms: 0,
        paused_ms: 0,
    };
    let new = Attempt {
        id: chance::id(now),
        number: begun + 1,
        state: Stored::Open,
        finished_at: None,
        started_at: now,
        ..like.clone()
    };
    let adding = world.services.db.write(move |tx| async move {
        let added: Result<bool, Fault> = store::attempt::insert_attempt_as_judged(&tx, &new, &timing).await;
        added
    });
    adding.await.unwrap()
}

async fn first(world: &World) -> Attempt {
    world.people(1).await;
    let (mut browser, exam) = sitting(world, "e00001").await;
    let id = attempt_of(&exam);
    let done = browser.post(&format!("{exam}/finish"), &[("confirm", "1")]).await;
    assert_eq!(done.status, 303);
    store::attempt::find(&world.services.db, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_attempt_begins_as_judged_once_and_not_beside_another() {
    for engine in engines() {
        let world = World::new(engine).await;
        let first = first(&world).await;
        assert!(!add(&world, &first, 0).await, "{engine:?}: one had been begun meanwhile");
        assert!(!add(&world, &first, 2).await, "there are not as many");
        assert!(add(&world, &first, 1).await);
        assert!(!add(&world, &first, 1).await, "the second click");
        assert!(!add(&world, &first, 2).await, "one is open");
    }
}

#[tokio::test]
async fn nothing_begins_as_judged_in_a_candidacy_that_waits_for_no_test_any_more() {
    for engine in engines() {
        let world = World::new(engine).await;
        let first = first(&world).await;
        let (candidacy, now) = (first.candidacy.unwrap(), world.services.now());
        let ready = world
            .services
            .db
            .write(move |tx| async move { store::certification::mark_ready(&tx, candidacy, now).await });
        assert!(ready.await.unwrap());
        assert!(!add(&world, &first, 1).await, "{engine:?}");
    }
}
