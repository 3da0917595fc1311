//! Exam sessions: who is let in, whose time is changed, what the proctor sees and the protocol says.

mod change;
mod part;
mod pick;

use domain::access::{Actor, Role};
use domain::form::FormState;
use domain::id::{ExamSessionId, PersonId, TestId, UnitId};
use domain::refusal::{Fault, Refusal};
use domain::test::Kind;
use serde_json::{Value, json};
use service::exam_session::{self, Entry};
use service::{attempt, chance};
use store::account::Grant;
use store::exam_session::Session;
use testkit::{Browser, Engine, Page, World, engines};

use crate::exam::{attempt_of, right, writer};
use crate::races::actor;

/// A session that is being held, with three candidates.
struct Held {
    world: World,
    proctor: Actor,
    id: ExamSessionId,
    test: TestId,
}

fn planned(world_day: &str, from: &str, until: &str) -> FormState {
    FormState::default()
        .with("title", "Допуск, ноябрь")
        .with("place", "Учебный класс")
        .with("day", world_day)
        .with("from", from)
        .with("until", until)
}

impl Held {
    async fn new(engine: Engine) -> Self {
        Self::within(engine, "10:00", "13:00").await
    }

    async fn within(engine: Engine, from: &str, until: &str) -> Self {
        let world = World::new(engine).await;
        world.people(3).await;
        let proctor = actor(&world, "proctor").await;
        let choices = exam_session::choices(&world.services, &proctor).await.unwrap();
        let (test, unit) = (choices.tests[0].id, choices.units[0].id);
        let form = planned("2026-11-22", from, until)
            .with("test", test.to_string())
            .with("unit", unit.to_string())
            .with("numbers", "E00001, E00002\nE00003");
        let id = exam_session::plan(&world.services, &proctor, form).await.unwrap();
        exam_session::open(&world.services, &proctor, id).await.unwrap();
        Self { world, proctor, id, test }
    }

    async fn person(&self, login: &str) -> PersonId {
        let number = login.to_uppercase();
        store::people::number_holder(&self.world.services.db, &number).await.unwrap().unwrap()
    }

    async fn session(&self) -> Session {
        store::exam_session::find(&self.world.services.db, self.id).await.unwrap().unwrap()
    }

    async fn code(&self, login: &str) -> String {
        let (session, person) = (self.session().await, self.person(login).await);
        exam_session::code_of(&self.world.services, &session, person).unwrap()
    }

    async fn identify(&self, login: &str) {
        let person = self.person(login).await;
        exam_session::identify(&self.world.services, &self.proctor, self.id, person).await.unwrap();
    }

    async fn knock(&self, browser: &mut Browser, code: &str) -> Page {
        let path = format!("/tests/{}", self.test);
        browser.post(&path, &[("consent", "yes"), ("start_code", code)]).await
    }

    /// Somebody who has begun, and the address of their exam.
    async fn sitting(&self, login: &str) -> (Browser, String) {
        self.identify(login).await;
        let mut browser = self.world.signed_in(login).await;
        let begun = self.knock(&mut browser, &self.code(login).await).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        (browser, begun.location)
    }

    async fn retime(&self, pairs: &[(&str, &str)]) -> Result<exam_session::Retimed, Refusal> {
        let form = pairs
            .iter()
            .fold(FormState::default().with("reason", "Не было света"), |form, (name, value)| {
                form.with(name, *value)
            });
        exam_session::retime(&self.world.services, &self.proctor, self.id, form).await
    }
}

async fn state(browser: &mut Browser, exam: &str) -> Value {
    let asked = json!({ "attempt": attempt_of(exam), "writer": null });
    let page = browser.call("/api/exam/state", &asked).await;
    serde_json::from_str(&page.body).unwrap()
}

async fn left(browser: &mut Browser, exam: &str) -> i64 {
    state(browser, exam).await["time_left_ms"].as_i64().unwrap()
}

const MINUTE: i64 = 60_000;

/// A code as a slip shows it.
fn grouped(code: &str) -> String {
    format!("{}-{}", &code[..4], &code[4..])
}

/// Gives somebody a role, over a unit or everything.
async fn grant(world: &World, login: &str, role: Role, unit: Option<UnitId>) {
    let (person, now) = (actor(world, login).await.person, world.services.now());
    let granted: Result<(), Fault> = world
        .services
        .db
        .write(move |tx| async move {
            let grant = Grant { id: chance::id(now), role, unit, granted_at: now };
            store::account::insert_grant(&tx, person, &grant, None).await
        })
        .await;
    granted.unwrap();
}

async fn other_centre(world: &World, unit: UnitId) -> UnitId {
    let units = store::organisation::units(&world.services.db).await.unwrap();
    units.iter().find(|other| other.id != unit && other.kind == "centre").unwrap().id
}

#[tokio::test]
async fn five_wrong_codes_lock_a_seat_until_the_proctor_unlocks_it() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.identify("e00001").await;
        let code = held.code("e00001").await;
        let mut browser = held.world.signed_in("e00001").await;
        assert_eq!(held.knock(&mut browser, "").await.status, 422, "an empty field is no try");
        for _ in 0..5 {
            let page = held.knock(&mut browser, &held.code("e00002").await).await;
            assert_eq!(page.status, 422, "{engine:?}: somebody else's code");
            assert!(page.body.contains("start_code-error"), "the words stand beside the field");
        }
        let locked = held.knock(&mut browser, &code).await;
        assert!(locked.status == 422 && locked.body.contains("заблокировано"), "{}", locked.body);
        let person = held.person("e00001").await;
        exam_session::unlock(&held.world.services, &held.proctor, held.id, person).await.unwrap();
        let careless = format!(" {}-{} ", &code[..4], &code[4..]).to_lowercase();
        assert_eq!(held.knock(&mut browser, &careless).await.status, 303, "{engine:?}");
    }
}

#[tokio::test]
async fn many_wrong_codes_at_once_are_no_more_than_five() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.identify("e00001").await;
        let candidate = actor(&held.world, "e00001").await;
        let mut tasks = Vec::new();
        for _ in 0..12 {
            let (s, candidate, test) = (held.world.services.clone(), candidate.clone(), held.test);
            tasks.push(tokio::spawn(async move {
                let entry = Entry { code: "00000000".into(), address: String::new() };
                attempt::start_at(&s, &candidate, test, Kind::Certification, true, entry).await
            }));
        }
        for task in tasks {
            assert!(matches!(task.await.unwrap(), Err(Refusal::Form(_))));
        }
        let seat = store::exam_session::seat(&held.world.services.db, held.id, candidate.person).await;
        assert_eq!(seat.unwrap().unwrap().wrong_codes, 5, "{engine:?}");
    }
}

#[tokio::test]
async fn nobody_begins_before_the_proctor_knows_them_or_before_the_time() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let mut browser = held.world.signed_in("e00001").await;
        let page = held.knock(&mut browser, &held.code("e00001").await).await;
        assert!(page.status == 422 && page.body.contains("документ"), "{}", page.body);

        let later = Held::within(engine, "10:30", "13:00").await;
        later.identify("e00001").await;
        let mut browser = later.world.signed_in("e00001").await;
        let code = later.code("e00001").await;
        let early = later.knock(&mut browser, &code).await;
        assert!(early.status == 422 && early.body.contains("start_code-error"), "{}", early.body);
        later.world.advance_minutes(30).await;
        assert_eq!(later.knock(&mut browser, &code).await.status, 303, "{engine:?}");
    }
}

#[tokio::test]
async fn a_session_with_networks_is_sat_from_them_only() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let s = &held.world.services;
        let unit = held.session().await.unit;
        let form = FormState::default()
            .with("unit", unit.to_string())
            .with("name", "Учебный класс")
            .with("cidr", "10.1.0.0/16");
        let admin = actor(&held.world, "admin").await;
        exam_session::add_network(s, &admin, form.clone()).await.unwrap();
        assert!(matches!(exam_session::add_network(s, &admin, form).await, Err(Refusal::Form(_))), "twice");
        held.identify("e00001").await;
        let mut browser = held.world.signed_in("e00001").await;
        let code = held.code("e00001").await;
        let elsewhere = held.knock(&mut browser, &code).await;
        assert!(
            elsewhere.status == 422 && elsewhere.body.contains("устройствах центра"),
            "{}",
            elsewhere.body
        );
        let candidate = actor(&held.world, "e00001").await;
        let entry = Entry { code, address: "10.1.7.9".into() };
        attempt::start_at(s, &candidate, held.test, Kind::Certification, true, entry).await.unwrap();
    }
}

#[tokio::test]
async fn an_extension_is_told_with_the_next_reply_to_one_a_room_or_a_centre() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let (mut one, one_exam) = held.sitting("e00001").await;
        let (mut two, two_exam) = held.sitting("e00002").await;
        let (before_one, before_two) = (left(&mut one, &one_exam).await, left(&mut two, &two_exam).await);
        let person = held.person("e00001").await.to_string();
        let extend = ("kind", "extension");
        held.retime(&[extend, ("scope", "one"), ("person", person.as_str()), ("minutes", "5")])
            .await
            .unwrap();
        assert_eq!(left(&mut one, &one_exam).await, before_one + 5 * MINUTE, "{engine:?}");
        assert_eq!(left(&mut two, &two_exam).await, before_two);
        for scope in ["room", "centre"] {
            let done = held.retime(&[extend, ("scope", scope), ("minutes", "10")]).await.unwrap();
            assert_eq!((done.changed, done.too_late.len()), (2, 0), "{scope}");
        }
        assert_eq!(left(&mut one, &one_exam).await, before_one + 25 * MINUTE);
        assert_eq!(left(&mut two, &two_exam).await, before_two + 20 * MINUTE);
        let wrong = held.retime(&[extend, ("scope", "room"), ("minutes", "121")]).await;
        assert!(matches!(wrong, Err(Refusal::Form(form)) if form.problem_of("minutes").is_some()));

        // After deadline and grace it is too late, and it is said for whom.
        let (_third, _) = held.sitting("e00003").await;
        let db = &held.world.services.db;
        let attempts = store::attempt::in_scope(db, held.id, None, None).await.unwrap();
        let last = attempts.iter().map(|held| held.clockwork().grades_at()).min().unwrap();
        held.world.clock.advance_ms((last - held.world.services.now()).num_milliseconds() + 1);
        let late = held.retime(&[extend, ("scope", "room"), ("minutes", "5")]).await.unwrap();
        assert_eq!((late.changed, late.too_late.len()), (2, 1), "{engine:?}");
    }
}

#[tokio::test]
async fn a_pause_holds_the_clock_and_gives_the_time_back_exactly() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let (mut browser, exam) = held.sitting("e00001").await;
        let id = attempt_of(&exam);
        let name = writer(&mut browser, id).await;
        let keys = right(&held.world, id).await;
        let before = left(&mut browser, &exam).await;
        held.retime(&[("kind", "pause"), ("scope", "room")]).await.unwrap();
        let twice = held.retime(&[("kind", "pause"), ("scope", "room")]).await;
        assert!(matches!(twice, Err(Refusal::Conflict("paused_already"))));
        let batch = json!({ "attempt": id, "writer": name, "events": [
            { "seq": 1, "position": 1, "value": keys[&1] },
        ]});
        let ack: Value = serde_json::from_str(&browser.call("/api/exam/answer", &batch).await.body).unwrap();
        assert_eq!((&ack["state"], &ack["acked_seq"]), (&json!("paused"), &json!(1)), "kept, not counted");
        // Long after the deadline would have passed.
        held.world.advance_minutes(55).await;
        let mut browser = held.world.signed_in("e00001").await;
        let now = state(&mut browser, &exam).await;
        assert_eq!(
            (&now["state"], now["time_left_ms"].as_i64()),
            (&json!("paused"), Some(before)),
            "{engine:?}"
        );
        held.retime(&[("kind", "resume"), ("scope", "room")]).await.unwrap();
        let now = state(&mut browser, &exam).await;
        assert_eq!((&now["state"], now["time_left_ms"].as_i64()), (&json!("open"), Some(before)));
        let journal = store::attempt::journal(&held.world.services.db, id).await.unwrap();
        assert!(journal.iter().all(|event| !event.verdict.counts()), "what came in the pause does not count");
        let none = held.retime(&[("kind", "resume"), ("scope", "room")]).await;
        assert!(matches!(none, Err(Refusal::Conflict("not_paused"))));
    }
}

#[tokio::test]
async fn a_candidate_goes_on_elsewhere_unasked_once_the_proctor_allows_it() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let (mut first, exam) = held.sitting("e00001").await;
        let id = attempt_of(&exam);
        writer(&mut first, id).await;
        let mut second = held.world.signed_in("e00001").await;
        let ask = json!({ "attempt": id, "writer": null, "confirm": false });
        assert!(second.call("/api/exam/take-over", &ask).await.body.contains("asks"), "{engine:?}");
        let form = FormState::default().with("reason", "Сломался планшет");
        let person = held.person("e00001").await;
        exam_session::free(&held.world.services, &held.proctor, held.id, person, form).await.unwrap();
        writer(&mut second, id).await;
        assert_eq!(state(&mut second, &exam).await["state"], "open");
    }
}

#[tokio::test]
async fn the_protocol_says_who_came_what_happened_and_whose_time_was_changed() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let s = &held.world.services;
        let (_, _) = held.sitting("e00001").await;
        let (mut ended, exam) = held.sitting("e00002").await;
        let one = held.person("e00001").await.to_string();
        let extension = [("kind", "extension"), ("scope", "one"), ("person", one.as_str()), ("minutes", "7")];
        held.retime(&extension).await.unwrap();
        let form = || FormState::default().with("reason", "Разговор по телефону");
        let two = held.person("e00002").await;
        assert!(matches!(
            exam_session::terminate(s, &held.proctor, held.id, two, FormState::default()).await,
            Err(Refusal::Form(_))
        ));
        exam_session::terminate(s, &held.proctor, held.id, two, form()).await.unwrap();
        let again = exam_session::terminate(s, &held.proctor, held.id, two, form()).await;
        assert!(matches!(again, Err(Refusal::Conflict("attempt_over"))));
        assert_eq!(ended.get(&exam).await.status, 303, "{engine:?}: the exam is over");
        let note = FormState::default().with("incident", "technical").with("text", "Отключался свет");
        exam_session::note(s, &held.proctor, held.id, note).await.unwrap();

        let mut proctor = held.world.signed_in("proctor").await;
        let protocol = proctor.get(&format!("/proctor/{}/protocol", held.id)).await;
        assert_eq!(protocol.status, 200);
        for said in ["Разговор по телефону", "Отключался свет", "Не было света", "Завершено организатором"]
        {
            assert!(protocol.body.contains(said), "{said} is missing");
        }
        let codes = proctor.get(&format!("/proctor/{}/codes", held.id)).await;
        let code = held.code("e00003").await;
        assert!(codes.body.contains(&grouped(&code)));
        let begun = grouped(&held.code("e00001").await);
        assert!(!codes.body.contains(&begun), "who has begun needs no code");
        let early = exam_session::close(s, &held.proctor, held.id, FormState::default()).await;
        assert!(matches!(early, Err(Refusal::Conflict("session_running"))), "somebody is still answering");
    }
}

#[tokio::test]
async fn while_a_session_is_open_its_test_is_not_published_anew() {
    let held = Held::new(Engine::Sqlite).await;
    let s = &held.world.services;
    let methodologist = actor(&held.world, "methodologist").await;
    let draft = service::blueprint::begin_draft(s, &methodologist, held.test).await.unwrap();
    let form = FormState::default().with("revision", "1").with("acknowledged", "yes");
    let frozen = service::blueprint::publish(s, &methodologist, draft, &form).await;
    assert!(matches!(frozen, Err(Refusal::Conflict("session_open"))));
    let test = service::blueprint::open(s, &methodologist, held.test).await.unwrap();
    assert_eq!(test.held_by, ["Допуск, ноябрь"], "and it is said which session");
    exam_session::close(s, &held.proctor, held.id, FormState::default()).await.unwrap();
    service::blueprint::publish(s, &methodologist, draft, &form).await.unwrap();
}
