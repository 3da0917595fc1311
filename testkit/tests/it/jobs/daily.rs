//! The work of each day: who is reminded and when, what the bell says, what is removed.

use domain::certification::Period;
use domain::id::PersonId;
use domain::job::Daily;
use domain::refusal::Fault;
use domain::time::{Day, minutes};
use service::chance;
use store::attempt::AsWas;
use store::certification::{Decision, Recorded};
use store::session::WebSession;
use testkit::{World, engines};

use super::{DAY, enqueue, find};

async fn person(world: &World, login: &str) -> PersonId {
    store::account::find_by_login(&world.services.db, login).await.unwrap().expect("an account").person
}

/// How many notices of a kind somebody has.
async fn told(world: &World, person: PersonId, kind: &str) -> usize {
    let notices = store::notice::of_person(&world.services.db, person, 100).await.unwrap();
    notices.iter().filter(|notice| notice.kind == kind).count()
}

/// Opens a period from today until a day.
async fn certify(world: &World, person: PersonId, until: Day) {
    let s = &world.services;
    let now = s.now();
    let version = service::programme::current(s).await.unwrap();
    let open = store::certification::open_candidacy(&s.db, person, version.certification).await.unwrap();
    let decision = Decision {
        id: chance::id(now),
        candidacy: open.expect("a candidacy").id,
        person,
        version: version.id,
        granted: true,
        attempt: None,
        reason: String::new(),
        decided_by: None,
        decided_at: now,
        as_was: AsWas::default(),
    };
    let period = Recorded {
        period: Period { id: chance::id(now), from: s.today(), until, recorded_at: now, events: Vec::new() },
        person,
        certification: version.certification,
        version: version.id,
        decision: decision.id,
    };
    let kept: Result<(), Fault> =
        s.db.write(move |tx| async move {
            store::certification::insert_decision(&tx, &decision).await?;
            store::certification::insert_period(&tx, &period, None).await
        })
        .await;
    kept.unwrap();
}

#[tokio::test]
async fn reminders_of_the_end_come_once_on_the_right_days() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (holder, hr) = (person(&world, "e00001").await, person(&world, "hr").await);
        certify(&world, holder, world.services.today().plus_days(91)).await;
        // Days to go on, and how often somebody was told by then.
        for (days, times) in [(0, 0), (1, 1), (1, 1), (58, 1), (1, 2), (22, 2), (1, 3), (8, 3)] {
            world.advance_minutes(days * DAY).await;
            let today = world.services.today();
            assert_eq!(told(&world, holder, "certificate_ends").await, times, "{engine:?} {today}");
            assert_eq!(told(&world, hr, "certificates_end").await, times, "{engine:?} {today}");
        }
        let page = world.signed_in("e00001").await.get("/notices").await.body;
        for days in ["90 дней", "30 дней", "7 дней"] {
            assert!(page.contains(&format!("До конца допуска {days}")), "{days}: {page}");
        }
        let page = world.signed_in("hr").await.get("/notices").await.body;
        assert!(page.contains("Допуск скоро заканчивается у 1 сотрудника"), "{page}");
    }
}

#[tokio::test]
async fn a_reminder_that_runs_twice_is_sent_once() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (holder, hr) = (person(&world, "e00001").await, person(&world, "hr").await);
        let today = world.services.today();
        certify(&world, holder, today.plus_days(30)).await;
        world.advance_minutes(0).await;
        let again = format!(r#"{{"day":"{today}","after":null}}"#);
        let id = enqueue(&world, Daily::RemindOfEnd.code(), &again).await;
        world.advance_minutes(1).await;
        assert_eq!(find(&world, id).await.state, "done", "{engine:?}");
        assert_eq!(told(&world, holder, "certificate_ends").await, 1);
        assert_eq!(told(&world, hr, "certificates_end").await, 1);
    }
}

#[tokio::test]
async fn reminders_of_training_come_a_week_before_and_once_it_is_late() {
    for engine in engines() {
        let world = World::new(engine).await;
        let learner = person(&world, "employee").await;
        let enrolments = store::progress::of_person(&world.services.db, learner).await.unwrap();
        let due = enrolments[0].due.expect("a day");
        let week_before = world.services.today().days_until(due) - 7;
        for (days, soon, late) in
            [(week_before - 1, 0, 0), (1, 1, 0), (1, 1, 0), (6, 1, 0), (1, 1, 1), (9, 1, 1)]
        {
            world.advance_minutes(days * DAY).await;
            let today = world.services.today();
            assert_eq!(told(&world, learner, "training_due").await, soon, "{engine:?} {today}");
            assert_eq!(told(&world, learner, "training_overdue").await, late, "{engine:?} {today}");
        }
        let page = world.signed_in("employee").await.get("/notices").await.body;
        assert!(page.contains("До срока обучения 7 дней") && page.contains("Срок обучения прошёл"), "{page}");
    }
}

#[tokio::test]
async fn who_has_finished_the_programme_is_not_reminded_of_it() {
    for engine in engines() {
        let world = World::new(engine).await;
        let learner = person(&world, "employee").await;
        let enrolment = store::progress::of_person(&world.services.db, learner).await.unwrap().remove(0);
        let (candidacy, now) = (enrolment.candidacy, world.services.now());
        let admitted: Result<bool, Fault> = world
            .services
            .db
            .write(move |tx| async move { store::certification::admit(&tx, candidacy, now).await })
            .await;
        assert!(admitted.unwrap());
        let days = world.services.today().days_until(enrolment.due.expect("a day"));
        world.advance_minutes(days * DAY).await;
        world.advance_minutes(2 * DAY).await;
        assert_eq!(told(&world, learner, "training_due").await, 0);
        assert_eq!(told(&world, learner, "training_overdue").await, 0);
    }
}

#[tokio::test]
async fn the_bell_counts_and_only_a_form_marks_a_notice_as_read() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(2).await;
        certify(&world, person(&world, "e00001").await, world.services.today().plus_days(7)).await;
        world.advance_minutes(0).await;
        let holder = person(&world, "e00001").await;
        let notices = store::notice::of_person(&world.services.db, holder, 10).await.unwrap();
        assert_eq!(notices.len(), 1, "{notices:?}");
        let mut browser = world.signed_in("e00001").await;
        let bell = "Уведомления: 1 непрочитанное";
        for path in ["/learn", "/notices", "/results", "/learn"] {
            assert!(browser.get(path).await.body.contains(bell), "{path}: reading a page marks nothing");
        }
        let mark = format!("/notices/{}/read", notices[0].id);
        assert_eq!(world.signed_in("hr").await.post(&mark, &[]).await.status, 404, "not theirs");
        for _ in 0..2 {
            assert_eq!(browser.post(&mark, &[]).await.status, 303);
        }
        assert!(!browser.get("/learn").await.body.contains(bell));
        let mut candidate = world.signed_in("e00002").await;
        let test = candidate.get("/learn").await.link("/tests/").expect("a test");
        let started = candidate.post(&test, &[("consent", "yes")]).await;
        let exam = candidate.get(&started.location).await;
        assert!(exam.status == 200 && !exam.body.contains("/notices"), "no bell rings in an exam");
        let mut hr = world.signed_in("hr").await;
        assert!(hr.get("/hr").await.body.contains(bell));
        assert_eq!(hr.post("/notices", &[]).await.status, 303);
        assert!(!hr.get("/hr").await.body.contains(bell), "all at once");
    }
}

/// Sessions that have ended, codes that have ended, failures that could be forgotten: those that are there.
async fn remains(world: &World) -> (usize, usize, usize) {
    let (db, now) = (&world.services.db, world.services.now());
    let sessions = store::session::ended(db, now, 1000).await.unwrap();
    let codes = store::account::ended_codes(db, now, 1000).await.unwrap();
    let pauses = store::account::lapsed_pauses(db, now, now, 1000).await.unwrap();
    (sessions.len(), codes.len(), pauses.len())
}

/// Sessions as many people leave them, and a code that nobody used; all of them end within three days.
async fn leave_traces(world: &World, sessions: usize) {
    let (s, now) = (&world.services, world.services.now());
    let account = store::account::find_by_login(&s.db, "hr").await.unwrap().expect("an account").id;
    let until = now + minutes(3 * 24 * 60);
    let kept: Result<(), Fault> =
        s.db.write(move |tx| async move {
            for _ in 0..sessions {
                let session = WebSession {
                    id: chance::id(now),
                    account,
                    token_hash: chance::bytes::<32>().to_vec(),
                    created_at: now,
                    seen_at: now,
                    absolute_until: until,
                    user_agent: String::new(),
                    address: String::new(),
                };
                store::session::begin(&tx, session).await?;
            }
            let id = chance::uuid(now);
            store::account::insert_code(&tx, id, account, "hash".to_owned(), None, now, until).await
        })
        .await;
    kept.unwrap();
}

#[tokio::test]
async fn tidying_removes_only_what_ended_long_ago() {
    for engine in engines() {
        let world = World::new(engine).await;
        let wrong = [("login", "hr"), ("password", "не тот")];
        leave_traces(&world, 250).await;
        world.browser().post("/login", &wrong).await;
        let (sessions, codes, failures) = remains(&world).await;
        assert!((sessions, codes) == (0, 0) && failures > 0);
        world.advance_minutes(20 * DAY).await;
        assert_eq!(remains(&world).await, (250, 1, 0), "{engine:?}: 30 days are kept; the pause has lapsed");
        world.signed_in("hr").await;
        world.clock.advance_ms(14 * DAY * 60_000);
        world.browser().post("/login", &wrong).await;
        world.advance_minutes(0).await;
        assert_eq!(remains(&world).await, (1, 0, failures), "{engine:?}: what is more recent stays");
    }
}
