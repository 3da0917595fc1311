//! The administrator's rehearsal: one at a time, never beside an exam session, and what it came to stays to be read.

use std::sync::{Arc, Mutex};

use domain::form::FormState;
use domain::id::ExamSessionId;
use domain::refusal::Refusal;
use domain::rehearsal::Plan;
use serde_json::{Value, json};
use service::keys::Keys;
use service::rehearsal::button::{self, Last, Outcome, Rehearse, Run, Why};
use service::{Services, exam_session};
use testkit::{Engine, World, engines};
use tokio::sync::oneshot;

use crate::races::actor;

const PAGE: &str = "/admin/rehearsal";
const FORM: [(&str, &str); 2] = [("candidates", "3"), ("minutes", "0")];

/// Ends a rehearsal as a test wants it.
type End = oneshot::Sender<Result<String, String>>;

/// Rehearses nothing, and ends when it is told to.
#[derive(Default)]
struct Fake(Mutex<Vec<(Plan, End)>>);

impl Rehearse for Fake {
    fn run(&self, plan: Plan) -> Run {
        let (end, ended) = oneshot::channel();
        self.0.lock().unwrap().push((plan, end));
        Box::pin(async move { ended.await.unwrap_or_else(|_| Err("nobody said how".to_owned())) })
    }
}

impl Fake {
    fn begun(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Whether the rehearsal that was begun so late has been let go.
    fn is_let_go(&self, number: usize) -> bool {
        self.0.lock().unwrap()[number].1.is_closed()
    }

    /// Ends the one that was begun last.
    fn end(&self, came: Result<String, String>) {
        let (_, end) = self.0.lock().unwrap().pop().unwrap();
        end.send(came).unwrap();
    }
}

async fn world(engine: Engine) -> (World, Arc<Fake>) {
    let world = World::new(engine).await;
    let fake = Arc::new(Fake::default());
    world.services.can_rehearse(fake.clone());
    (world, fake)
}

fn form() -> FormState {
    Plan { candidates: 3, minutes: 0 }.typed(FormState::default())
}

async fn begin(world: &World) -> Result<(), Refusal> {
    button::start(&world.services, &actor(world, "admin").await, form()).await
}

async fn last(world: &World) -> Last {
    let admin = actor(world, "admin").await;
    button::status(&world.services, &admin).await.unwrap().last.unwrap()
}

/// The last one, once it has ended.
async fn ended(world: &World) -> Last {
    let admin = actor(world, "admin").await;
    for _ in 0..10_000 {
        let status = button::status(&world.services, &admin).await.unwrap();
        if let Some(last) = status.last.filter(|last| last.ended_at.is_some()) {
            return last;
        }
        tokio::task::yield_now().await;
    }
    panic!("it has not ended")
}

/// An exam session that is open now.
async fn open_session(world: &World) -> ExamSessionId {
    world.people(1).await;
    let proctor = actor(world, "proctor").await;
    let choices = exam_session::choices(&world.services, &proctor).await.unwrap();
    let form = FormState::default()
        .with("title", "Допуск, ноябрь")
        .with("place", "Учебный класс")
        .with("day", "2026-11-22")
        .with("from", "10:00")
        .with("until", "13:00")
        .with("test", choices.tests[0].id.to_string())
        .with("unit", choices.units[0].id.to_string())
        .with("numbers", "E00001");
    let id = exam_session::plan(&world.services, &proctor, form).await.unwrap();
    exam_session::open(&world.services, &proctor, id).await.unwrap();
    id
}

async fn noted(world: &World, action: &str) -> usize {
    store::audit::list(&world.services.db, Some(action), None, None, 10).await.unwrap().rows.len()
}

/// What `server rehearse --json` prints, as far as it is read, and some of the rest.
fn report() -> Value {
    let step = |step: &str, p99: u64| {
        json!({ "step": step, "count": 120, "put_off": 0, "errors": 0,
            "p50_us": 4_200, "p95_us": 9_999, "p99_us": p99, "max_us": 500_000 })
    };
    let mut sign_ins = step("sign_in", 90_000);
    sign_ins["per_second"] = json!(80);
    json!({
        "profile": "whole", "engine": "SQLite", "candidates": 3, "minutes": 0, "elapsed_ms": 9_000,
        "graded_ms": 812, "cpu_ms": 300, "cpu_ms_per_candidate": 100, "peak_memory_kb": 76 * 1024,
        "gave_up": 0, "sign_ins": sign_ins, "steps": [step("start", 20_000), step("save", 123_456)],
        "errors": [{ "step": "save", "kind": "status 500", "count": 2, "first": "it broke" }],
        "faults": null, "disturbed": [],
        "found": { "attempts": 3, "acknowledged": 117, "lost": 0, "displaced": 0, "broken": 0,
            "ungraded": 0, "overgraded": 0 },
        "targets": [
            { "name": "errors", "wanted": "≤ 0", "measured": "2", "held": false },
            { "name": "memory", "wanted": "≤ 300 MB", "measured": "76 MB", "held": true },
            { "name": "save, p99", "wanted": "≤ 100000 µs", "measured": "123456 µs", "held": false },
        ],
        "held": false,
    })
}

#[tokio::test]
async fn a_rehearsal_is_refused_while_an_exam_session_is_open() {
    for engine in engines() {
        let (world, fake) = world(engine).await;
        let id = open_session(&world).await;
        let mut admin = world.signed_in("admin").await;
        for page in [admin.get(PAGE).await, admin.post(PAGE, &FORM).await] {
            assert!(page.body.contains("Допуск, ноябрь"), "{engine:?}: {}", page.body);
            assert!(!page.body.contains("name=\"candidates\""), "{engine:?}: {}", page.body);
        }
        assert_eq!(admin.post(PAGE, &FORM).await.status, 409);
        assert!(matches!(begin(&world).await, Err(Refusal::Conflict("session_open"))));
        assert_eq!((fake.begun(), noted(&world, "rehearsal.started").await), (0, 0));
        let proctor = actor(&world, "proctor").await;
        exam_session::close(&world.services, &proctor, id, FormState::default()).await.unwrap();
        assert_eq!(admin.post(PAGE, &FORM).await.status, 303, "{engine:?}");
        assert_eq!(fake.begun(), 1);
    }
}

#[tokio::test]
async fn opening_a_session_ends_the_rehearsal() {
    for engine in engines() {
        let (world, fake) = world(engine).await;
        begin(&world).await.unwrap();
        service::worker::turn(&world.services).await;
        assert!(!fake.is_let_go(0), "{engine:?}: nothing is in the way yet");
        open_session(&world).await;
        service::worker::turn(&world.services).await;
        assert!(fake.is_let_go(0), "{engine:?}");
        let last = last(&world).await;
        assert_eq!(last.outcome, Some(Outcome::Stopped(Why::SessionOpened)), "{engine:?}");
        assert_eq!((last.ended_at, last.stopped_by), (Some(world.services.now()), None));
        assert_eq!(noted(&world, "rehearsal.ended").await, 1);
        let page = world.signed_in("admin").await.get(PAGE).await;
        assert!(page.body.contains("Репетиция уступила место экзамену"), "{}", page.body);
    }
}

#[tokio::test]
async fn two_at_once_is_one() {
    for engine in engines() {
        let (world, fake) = world(engine).await;
        let (first, second) = tokio::join!(begin(&world), begin(&world));
        assert_eq!([&first, &second].into_iter().filter(|begun| begun.is_ok()).count(), 1, "{engine:?}");
        let refused = first.and(second).unwrap_err();
        assert!(matches!(refused, Refusal::Conflict("rehearsal_running")), "{engine:?}: {refused}");
        assert_eq!((fake.begun(), noted(&world, "rehearsal.started").await), (1, 1));

        // Another server on the same database sees it, and may ask for its end.
        let other = other_server(&world).await;
        let admin = actor(&world, "admin").await;
        let refused = button::start(&other, &admin, form()).await;
        assert!(matches!(refused, Err(Refusal::Conflict("rehearsal_running"))), "{engine:?}");
        button::stop(&other, &admin).await.unwrap();
        assert!(!fake.is_let_go(0), "it hears of it in its next turn");
        service::worker::turn(&world.services).await;
        assert!(fake.is_let_go(0), "{engine:?}");
        let last = last(&world).await;
        assert_eq!(last.outcome, Some(Outcome::Stopped(Why::ByHand)));
        assert_eq!(last.stopped_by.map(|by| by.person), Some(admin.person));
    }
}

async fn other_server(world: &World) -> Services {
    let url = "http://127.0.0.1:3001";
    let keys = Keys::of_a_guest();
    let other = Services::new(world.services.db.clone(), world.clock.clone(), url, keys).await.unwrap();
    other.can_rehearse(Arc::new(Fake::default()));
    other
}

#[tokio::test]
async fn one_that_never_ended_blocks_no_other_for_ever() {
    for engine in engines() {
        let (world, fake) = world(engine).await;
        begin(&world).await.unwrap();
        let first = last(&world).await;
        world.clock.advance_ms(15 * 60_000);
        assert_eq!(last(&world).await.outcome, Some(Outcome::Stopped(Why::Interrupted)), "{engine:?}");
        let other = other_server(&world).await;
        let admin = actor(&world, "admin").await;
        button::start(&other, &admin, form()).await.unwrap();
        // The first server lives after all: it lets go of its own, and leaves the other's alone.
        service::worker::turn(&world.services).await;
        assert!(fake.is_let_go(0), "{engine:?}");
        let second = last(&world).await;
        assert!(second.id != first.id && second.is_running(world.services.now()), "{engine:?}");
    }
}

#[tokio::test]
async fn what_it_came_to_is_kept_and_shown() {
    for engine in engines() {
        let (mut world, fake) = world(engine).await;
        let mut admin = world.signed_in("admin").await;
        assert_eq!(admin.post(PAGE, &FORM).await.status, 303);
        let page = admin.get(PAGE).await;
        assert!(page.body.contains("Идёт репетиция"), "{engine:?}: {}", page.body);
        assert!(page.body.contains("action=\"/admin/rehearsal/stop\""), "{}", page.body);
        assert!(!page.body.contains("name=\"candidates\""), "{}", page.body);
        fake.end(Ok(report().to_string()));
        let last = ended(&world).await;
        assert_eq!(last.outcome.as_ref().map(Outcome::code), Some("missed"), "{engine:?}");
        assert_eq!(noted(&world, "rehearsal.ended").await, 1);

        world.restart().await;
        admin.move_to(world.router.clone());
        let page = admin.get(PAGE).await;
        assert_eq!(page.status, 200);
        for said in ["Ответы на месте", "сохранение ответа (99 из 100", "117", "123,4", "76 МБ", "status 500"]
        {
            assert!(page.body.contains(said), "{engine:?}: {said} is missing in {}", page.body);
        }
        assert!(!page.body.contains("память (не больше"), "what was held is not among what was missed");
        assert!(!page.body.contains("it broke"), "what a server said is not shown");
    }
}

#[tokio::test]
async fn why_there_is_no_report_is_said_and_another_may_begin() {
    for engine in engines() {
        let (world, fake) = world(engine).await;
        let mut admin = world.signed_in("admin").await;
        for why in ["200 candidates need 300 open files", "no room"] {
            assert_eq!(admin.post(PAGE, &FORM).await.status, 303, "{engine:?}");
            fake.end(Err(why.to_owned()));
            assert_eq!(ended(&world).await.outcome, Some(Outcome::Failed(why.to_owned())));
            let page = admin.get(PAGE).await;
            assert!(page.body.contains(why) && page.body.contains("name=\"candidates\""), "{}", page.body);
        }
    }
}

#[tokio::test]
async fn whoever_begins_one_may_end_it_and_so_does_the_end_of_the_server() {
    for engine in engines() {
        let (world, fake) = world(engine).await;
        let mut admin = world.signed_in("admin").await;
        assert_eq!(admin.post(PAGE, &FORM).await.status, 303, "{engine:?}");
        for _ in 0..2 {
            let page = admin.post("/admin/rehearsal/stop", &[]).await;
            assert_eq!((page.status, page.location.as_str()), (303, PAGE), "ending twice is ending once");
        }
        assert!(fake.is_let_go(0), "{engine:?}");
        let page = admin.get(PAGE).await;
        assert!(page.body.contains("Репетицию остановили"), "{}", page.body);
        assert_eq!(noted(&world, "rehearsal.ended").await, 1);

        begin(&world).await.unwrap();
        button::quit(&world.services).await;
        assert!(fake.is_let_go(1), "{engine:?}");
        assert_eq!(last(&world).await.outcome, Some(Outcome::Stopped(Why::Interrupted)));
    }
}

#[tokio::test]
async fn more_than_two_hundred_is_refused_beside_the_field() {
    let (world, fake) = world(Engine::Sqlite).await;
    let mut admin = world.signed_in("admin").await;
    let page = admin.post(PAGE, &[("candidates", "201"), ("minutes", "0")]).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("id=\"candidates-error\""), "{}", page.body);
    assert_eq!(page.values("candidates"), ["201"], "what was typed stays");
    assert_eq!(admin.post(PAGE, &[("candidates", "200"), ("minutes", "21")]).await.status, 422);
    assert_eq!(fake.begun(), 0);
    assert_eq!(admin.post(PAGE, &[("candidates", "200"), ("minutes", "20")]).await.status, 303);
    assert_eq!(fake.0.lock().unwrap()[0].0, Plan { candidates: 200, minutes: 20 });
}

#[tokio::test]
async fn an_auditor_sees_and_starts_nothing() {
    for engine in engines() {
        let (world, fake) = world(engine).await;
        let mut auditor = world.signed_in("auditor").await;
        let page = auditor.get(PAGE).await;
        assert_eq!(page.status, 200, "{engine:?}");
        assert!(!page.body.contains("action=\"/admin/rehearsal"), "{}", page.body);
        assert_eq!(auditor.post(PAGE, &FORM).await.status, 403);
        assert_eq!(fake.begun(), 0);
        begin(&world).await.unwrap();
        let page = auditor.get(PAGE).await;
        assert!(page.body.contains("Идёт репетиция"), "{engine:?}: {}", page.body);
        assert!(!page.body.contains("action=\"/admin/rehearsal"), "{}", page.body);
        assert_eq!(auditor.post("/admin/rehearsal/stop", &[]).await.status, 403);
        assert!(!fake.is_let_go(0), "{engine:?}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_rehearse_says_so() {
    let world = World::new(Engine::Sqlite).await;
    let mut admin = world.signed_in("admin").await;
    for page in [admin.get(PAGE).await, admin.post(PAGE, &FORM).await] {
        assert!(page.body.contains("Этот сервер не проводит репетиций"), "{}", page.body);
    }
    assert!(matches!(begin(&world).await, Err(Refusal::Conflict("rehearsal_unavailable"))));
}
