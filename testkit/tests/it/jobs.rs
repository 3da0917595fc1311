//! Jobs: tried again, given up, taken over, never run twice.

mod daily;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::id::JobId;
use domain::job::{Daily, LEASE_MINUTES, MOST_TRIES};
use domain::refusal::Fault;
use domain::time::minutes;
use service::jobs::{ABANDONED, Job, PANICKED, Step, run_with};
use service::keys::Keys;
use service::{Services, chance};
use store::job::{End, NewJob};
use testkit::{World, engines};

/// In minutes.
const DAY: i64 = 24 * 60;

async fn enqueue(world: &World, name: &str, payload: &str) -> JobId {
    let now = world.services.now();
    let new = NewJob {
        id: chance::id(now),
        name: name.to_owned(),
        payload: payload.to_owned(),
        key: None,
        run_at: now,
        created_at: now,
    };
    let id = new.id;
    let added: Result<bool, Fault> =
        world.services.db.write(move |tx| async move { store::job::enqueue(&tx, new).await }).await;
    assert!(added.unwrap());
    id
}

async fn find(world: &World, id: JobId) -> Job {
    store::job::find(&world.services.db, id).await.unwrap().expect("the job")
}

/// Claims the one job that is due, as a worker does that is never heard of again.
async fn claim(world: &World) -> Job {
    let now = world.services.now();
    let found = store::job::due(&world.services.db, now, 10).await.unwrap().remove(0);
    let until = now + minutes(LEASE_MINUTES);
    let held: Result<Option<Job>, Fault> =
        world.services.db.write(move |tx| async move { store::job::claim(&tx, &found, until).await }).await;
    held.unwrap().expect("nobody was faster")
}

fn let_the_lease_end(world: &World) {
    world.clock.advance_ms(i64::from(LEASE_MINUTES) * 60_000 + 1);
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_later_and_given_up_after_its_last_try() {
    for engine in engines() {
        let world = World::new(engine).await;
        let id = enqueue(&world, "nobody.does.this", "{}").await;
        world.advance_minutes(0).await;
        let job = find(&world, id).await;
        assert_eq!((job.state.as_str(), job.tries), ("queued", 1), "{engine:?}");
        assert!(job.run_at > world.services.now(), "it waits");
        world.advance_minutes(0).await;
        assert_eq!(find(&world, id).await.tries, 1, "and is not tried before its time");
        for _ in 1..MOST_TRIES {
            world.advance_minutes(61).await;
        }
        let job = find(&world, id).await;
        assert_eq!((job.state.as_str(), job.tries), ("failed", MOST_TRIES), "{engine:?}");
        world.advance_minutes(DAY).await;
        assert_eq!(find(&world, id).await.tries, MOST_TRIES, "nobody tries any more");
        an_administrator_sees_why_and_asks_again(&world, id).await;
    }
}

async fn an_administrator_sees_why_and_asks_again(world: &World, id: JobId) {
    let why = "finding out what a job is";
    let button = format!("/admin/jobs/{id}/again");
    let mut auditor = world.signed_in("auditor").await;
    let seen = auditor.get("/admin/jobs").await.body;
    assert!(seen.contains(why) && !seen.contains(&button), "an auditor reads: {seen}");
    assert_eq!(auditor.post(&button, &[]).await.status, 403);
    let mut admin = world.signed_in("admin").await;
    let seen = admin.get("/admin/jobs").await.body;
    assert!(seen.contains(why) && seen.contains(&button), "{seen}");
    for _ in 0..2 {
        assert_eq!(admin.post(&button, &[]).await.status, 303, "asking twice is asking once");
    }
    let job = find(world, id).await;
    assert_eq!((job.state.as_str(), job.tries), ("queued", 0));
    let noted = store::audit::list(&world.services.db, Some("job.tried_again"), None, None, 10).await;
    assert_eq!(noted.unwrap().rows.len(), 1);
    let unknown = button.replace(&id.to_string(), "01900000-0000-7000-8000-000000000000");
    assert_eq!(admin.post(&unknown, &[]).await.status, 404);
}

fn broken() -> Fault {
    panic!("a mistake in a job")
}

#[tokio::test]
async fn a_panic_inside_a_job_is_a_failed_try_and_the_others_run() {
    for engine in engines() {
        let world = World::empty(engine).await;
        let breaks = enqueue(&world, "breaks", "{}").await;
        let works = enqueue(&world, "works", "{}").await;
        let ran = run_with(&world.services, |_: Services, job: Job| async move {
            if job.name == "breaks" { Err(broken()) } else { Ok(Step::Done) }
        })
        .await;
        assert_eq!(ran.unwrap(), 2);
        let job = find(&world, breaks).await;
        assert_eq!((job.state.as_str(), job.last_error.as_deref()), ("queued", Some(PANICKED)));
        assert_eq!(find(&world, works).await.state, "done");
    }
}

#[tokio::test]
async fn the_job_of_a_dead_worker_is_taken_over() {
    for engine in engines() {
        let world = World::empty(engine).await;
        let id = enqueue(&world, "slow", "{}").await;
        let held = claim(&world).await;
        let done = |_: Services, _: Job| async { Ok::<_, Fault>(Step::Done) };
        assert_eq!(run_with(&world.services, done).await.unwrap(), 0, "it belongs to the first");
        let_the_lease_end(&world);
        assert_eq!(run_with(&world.services, done).await.unwrap(), 1, "{engine:?}");
        let now = world.services.now();
        let late: Result<bool, Fault> = world
            .services
            .db
            .write(move |tx| async move {
                store::job::settle(&tx, &held, End::Failed("too late".to_owned()), now).await
            })
            .await;
        assert!(!late.unwrap(), "the first has lost it");
        let job = find(&world, id).await;
        assert_eq!((job.state.as_str(), job.tries), ("done", 2));
    }
}

#[tokio::test]
async fn a_job_that_no_worker_survives_is_given_up_without_another_try() {
    for engine in engines() {
        let world = World::empty(engine).await;
        let id = enqueue(&world, "deadly", "{}").await;
        for _ in 0..MOST_TRIES {
            claim(&world).await;
            let_the_lease_end(&world);
        }
        run_with(&world.services, |_: Services, _: Job| async { Ok::<_, Fault>(Step::Done) }).await.unwrap();
        let job = find(&world, id).await;
        assert_eq!((job.state.as_str(), job.last_error.as_deref()), ("failed", Some(ABANDONED)));
    }
}

#[tokio::test]
async fn long_work_goes_on_in_the_next_turn_where_it_stopped() {
    for engine in engines() {
        let world = World::empty(engine).await;
        let id = enqueue(&world, "long", "0").await;
        let work = |_: Services, job: Job| async move {
            let done = job.payload.parse::<u32>().unwrap() + 1;
            Ok::<_, Fault>(if done < 30 { Step::More(done.to_string()) } else { Step::Done })
        };
        run_with(&world.services, work).await.unwrap();
        let job = find(&world, id).await;
        let left = (job.state.as_str(), job.payload.as_str(), job.tries);
        assert_eq!(left, ("queued", "20", 0), "{engine:?}: a turn is bounded");
        run_with(&world.services, work).await.unwrap();
        assert_eq!(find(&world, id).await.state, "done");
    }
}

type Runs = Arc<Mutex<BTreeMap<JobId, u32>>>;

async fn drain(s: &Services, runs: &Runs) {
    while !store::job::due(&s.db, s.now(), 1).await.unwrap().is_empty() {
        let work = |_: Services, job: Job| {
            let runs = Arc::clone(runs);
            async move {
                *runs.lock().unwrap().entry(job.id).or_default() += 1;
                Ok::<_, Fault>(Step::Done)
            }
        };
        run_with(s, work).await.unwrap();
    }
}

#[tokio::test]
async fn two_workers_never_run_one_job_twice_and_ask_for_the_day_once() {
    for engine in engines() {
        let world = World::empty(engine).await;
        let one = &world.services;
        let two =
            Services::new(one.db.clone(), world.clock.clone(), "http://127.0.0.1:3001", Keys::of_a_guest())
                .await
                .unwrap();
        for _ in 0..30 {
            enqueue(&world, "small", "{}").await;
        }
        let runs = Runs::default();
        tokio::join!(drain(one, &runs), drain(&two, &runs));
        let runs = runs.lock().unwrap().clone();
        assert_eq!(runs.len(), 30);
        assert!(runs.values().all(|times| *times == 1), "{engine:?}: {runs:?}");
        let (first, second) = tokio::join!(service::jobs::ask(one), service::jobs::ask(&two));
        first.and(second).unwrap();
        let asked = store::job::latest(&one.db, 100).await.unwrap();
        let daily = asked.iter().filter(|job| Daily::of(&job.name).is_some()).count();
        assert_eq!(daily, Daily::ALL.len(), "{engine:?}");
    }
}
