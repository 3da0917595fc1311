//! Lists that grow: every row once, in as many statements for many as for one; and counts that are exact.

use std::collections::BTreeSet;

use domain::access::{Actor, Held, Reach, Role};
use domain::attempt::Timing;
use domain::id::{CandidacyId, PersonId, UnitId};
use domain::refusal::{Fault, Refusal};
use domain::test::Kind;
use service::chance;
use store::attempt::{Attempt, Scope};
use store::people::{Employment, Filter};
use testkit::{World, engines};

use crate::exam::{Answers, sit};
use crate::races::actor;

/// More than a page of a list holds.
const MANY: u32 = 60;

async fn person(world: &World, login: &str) -> PersonId {
    store::account::find_by_login(&world.services.db, login).await.unwrap().unwrap().person
}

async fn candidacy(world: &World, person: PersonId) -> CandidacyId {
    let version = service::programme::current(&world.services).await.unwrap();
    let open = store::certification::open_candidacy(&world.services.db, person, version.certification).await;
    open.unwrap().unwrap().id
}

/// Lets employees e00001… wait for a decision, all since the same moment; nobody has sat the test.
async fn let_wait(world: &World, count: u32) -> Vec<CandidacyId> {
    world.people(count).await;
    let mut waiting = Vec::new();
    for number in 1..=count {
        let person = person(world, &format!("e{number:05}")).await;
        waiting.push(candidacy(world, person).await);
    }
    let (ids, now) = (waiting.clone(), world.services.now());
    let done: Result<(), Fault> = world
        .services
        .db
        .write(move |tx| async move {
            for id in ids {
                store::certification::mark_ready(&tx, id, now).await?;
            }
            Ok(())
        })
        .await;
    done.unwrap();
    waiting
}

/// Somebody of HR whose grant covers one unit only.
fn hr_of(world: &World, unit: UnitId) -> Actor {
    let now = world.services.now();
    Actor {
        person: chance::id(now),
        account: chance::id(now),
        session: chance::id(now),
        name: "Анна Петровна".into(),
        held: vec![Held { role: Role::Hr, units: Some(vec![unit]) }],
        groups: Vec::new(),
    }
}

#[tokio::test]
async fn a_second_place_of_work_is_not_lost_between_two_pages() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (db, now) = (&world.services.db, world.services.now());
        let all = store::people::list(db, &Reach::All, &Filter::default(), 3).await.unwrap().rows;
        let job = Employment {
            id: chance::id(now),
            personnel_number: "99000001".into(),
            unit: all[0].unit,
            unit_name: String::new(),
            position: store::organisation::positions(db).await.unwrap()[0].id,
            position_title: String::new(),
            from: world.services.today(),
            until: None,
        };
        let second = all[1].id;
        let added: Result<(), Fault> = db
            .write(move |tx| async move { store::people::insert_employment(&tx, second, &job, now).await })
            .await;
        added.unwrap();
        let mut filter = Filter { people: Some(all.iter().map(|row| row.id).collect()), ..Filter::default() };
        let whole = store::people::list(db, &Reach::All, &filter, 50).await.unwrap();
        let whole: Vec<String> = whole.rows.into_iter().map(|row| row.personnel_number).collect();
        assert_eq!(whole.len(), 4);
        for size in 1..4 {
            let mut found = Vec::new();
            filter.after = None;
            loop {
                let page = store::people::list(db, &Reach::All, &filter, size).await.unwrap();
                found.extend(page.rows.into_iter().map(|row| row.personnel_number));
                filter.after = page.next;
                if filter.after.is_none() {
                    break;
                }
            }
            assert_eq!(found, whole, "{engine:?}: by {size}");
        }
    }
}

#[tokio::test]
async fn everyone_who_waits_is_on_some_page() {
    for engine in engines() {
        let world = World::new(engine).await;
        let waiting: BTreeSet<CandidacyId> = let_wait(&world, MANY).await.into_iter().collect();
        let (s, hr) = (&world.services, actor(&world, "hr").await);
        assert_eq!(service::certification::ready_count(s, &hr).await.unwrap(), u64::from(MANY));
        let first = service::certification::ready(s, &hr, None).await.unwrap();
        let second = service::certification::ready(s, &hr, first.next.as_deref()).await.unwrap();
        assert!(second.next.is_none());
        let rows = first.rows.iter().chain(&second.rows);
        let found: Vec<CandidacyId> = rows.map(|ready| ready.candidacy.id).collect();
        assert_eq!(found.len(), waiting.len(), "{engine:?}: nobody twice");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), waiting);

        let mut browser = world.signed_in("hr").await;
        let page = browser.get("/hr/ready").await;
        assert!(page.body.contains("Это не весь список"), "the page says that there are more");
        let on_page = |body: &str| body.matches("href=\"/hr/people/").count();
        assert_eq!(on_page(&page.body), first.rows.len());
        let next = browser.get(&page.link("/hr/ready?after=").expect("a way on")).await;
        assert_eq!(on_page(&next.body), second.rows.len());
        assert!(!next.body.contains("Это не весь список"));
        let home = browser.get("/hr").await;
        assert!(home.body.contains("60 сотрудников ждут решения"), "{}", home.body);
    }
}

#[tokio::test]
async fn the_reach_is_applied_before_the_list_is_cut() {
    for engine in engines() {
        let world = World::new(engine).await;
        let_wait(&world, MANY).await;
        let (s, hr) = (&world.services, actor(&world, "hr").await);
        let first = service::certification::ready(s, &hr, None).await.unwrap();
        let second = service::certification::ready(s, &hr, first.next.as_deref()).await.unwrap();
        let last = second.rows.last().unwrap();
        let of_unit = hr_of(&world, last.person.unit);
        let theirs = service::certification::ready(s, &of_unit, None).await.unwrap().rows;
        assert!(theirs.iter().any(|ready| ready.candidacy.id == last.candidacy.id), "{engine:?}");
        assert!(theirs.iter().all(|ready| ready.person.unit == last.person.unit));
        let counted = service::certification::ready_count(s, &of_unit).await.unwrap();
        assert_eq!(counted, u64::try_from(theirs.len()).unwrap());
    }
}

#[tokio::test]
async fn many_who_wait_need_no_more_statements_than_one() {
    for engine in engines() {
        let world = World::new(engine).await;
        let_wait(&world, MANY).await;
        let (s, hr) = (&world.services, actor(&world, "hr").await);
        let many = service::certification::ready(s, &hr, None).await.unwrap().rows;
        let one = hr_of(&world, many[0].person.unit);
        let mut counts = Vec::new();
        for who in [&one, &hr] {
            let before = s.db.statements();
            let rows = service::certification::ready(s, who, None).await.unwrap().rows;
            counts.push((rows.len(), s.db.statements() - before));
        }
        let [(few, for_few), (lots, for_lots)] = counts[..] else { panic!("two counts") };
        assert!(few < lots, "{few} and {lots}");
        assert_eq!(for_few, for_lots, "{engine:?}");
        assert!(for_lots <= 12, "{for_lots} statements");

        let before = s.db.statements();
        service::certification::ready_count(s, &hr).await.unwrap();
        assert_eq!(s.db.statements() - before, 1);
    }
}

#[tokio::test]
async fn it_is_decided_on_a_hundred_at_most() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (s, hr) = (&world.services, actor(&world, "hr").await);
        let now = s.now();
        let ids: Vec<CandidacyId> = (0..101).map(|_| chance::id(now)).collect();
        let Err(Refusal::Form(form)) = service::certification::decide(s, &hr, &ids, "").await else {
            panic!("too many are refused")
        };
        assert_eq!(form.problem_of("chosen"), Some("too_many_chosen"));
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let ticked: Vec<(&str, &str)> = ids.iter().map(|id| ("candidacy", id.as_str())).collect();
        let mut browser = world.signed_in("hr").await;
        for address in ["/hr/ready", "/hr/ready/decide"] {
            let page = browser.post(address, &ticked).await;
            assert_eq!(page.status, 422, "{address}");
            assert!(page.body.contains("не больше чем о 100 сотрудниках"), "{}", page.body);
        }
    }
}

#[tokio::test]
async fn a_decision_tells_who_was_decided_on_who_already_and_who_cannot_be() {
    for engine in engines() {
        let world = World::new(engine).await;
        // The second has no result on record.
        let ids = let_wait(&world, 2).await;
        let mut employee = world.signed_in("e00001").await;
        let test = employee.get("/learn").await.link("/tests/").expect("a test");
        sit(&world, &mut employee, &test, Answers::Right).await;
        let mut hr = world.signed_in("hr").await;
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let both = [("candidacy", ids[0].as_str()), ("candidacy", ids[1].as_str())];

        let asked = hr.post("/hr/ready", &both).await;
        assert_eq!(asked.values("candidacy"), [ids[0].clone()], "{engine:?}: {}", asked.body);
        assert!(asked.body.contains("1 сотрудник остался без решения"), "{}", asked.body);
        let done = hr.post("/hr/ready/decide", &both).await;
        assert_eq!(done.location, "/hr/ready?done=1&already=0&not_ready=1");
        let again = hr.post("/hr/ready/decide", &both).await;
        assert_eq!(again.location, "/hr/ready?done=0&already=1&not_ready=1");
        let told = hr.get(&again.location).await;
        assert!(told.body.contains("1 решение уже не нужно"), "{}", told.body);
        assert!(told.body.contains("1 сотрудник остался без решения"), "{}", told.body);
        assert!(!told.body.contains("Решение принято"), "{}", told.body);
    }
}

/// Lets somebody sit and hand in a test a number of times, without a single answer.
async fn sit_often(world: &World, first: Attempt, times: u32) {
    let now = world.services.now();
    let timing = Timing {
        started_at: now,
        limit_minutes: 20,
        extra_percent: 0,
        window_end: None,
        extension_ms: 0,
        paused_ms: 0,
    };
    let done: Result<(), Fault> = world
        .services
        .db
        .write(move |tx| async move {
            store::attempt::close(&tx, &first, "person", now).await?;
            for number in 2..=times {
                let next = Attempt { id: chance::id(now), number, started_at: now, ..first.clone() };
                store::attempt::insert_attempt(&tx, &next, &timing).await?;
                store::attempt::close(&tx, &next, "person", now).await?;
            }
            Ok(())
        })
        .await;
    done.unwrap();
}

#[tokio::test]
async fn attempts_are_counted_however_many_there_are() {
    const TIMES: u32 = 230;
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        let (s, db) = (&world.services, &world.services.db);
        let mut browser = world.signed_in("e00001").await;
        let test = browser.get("/learn").await.link("/tests/").expect("a test");
        sit(&world, &mut browser, &test, Answers::Right).await;

        world.advance_minutes(60).await;
        let employee = actor(&world, "e00001").await;
        let tests = store::test::list(db).await.unwrap();
        let practice = tests.iter().find(|test| test.kind == Kind::Practice).unwrap().id;
        let first = service::attempt::start(s, &employee, practice, Kind::Practice, true).await.unwrap();
        let first = store::attempt::find(db, first).await.unwrap().unwrap();
        sit_often(&world, first, TIMES).await;

        let before = service::test::before(s, &employee, practice, Kind::Practice).await.unwrap();
        assert_eq!(before.shown.started, TIMES, "{engine:?}");
        let scope = Scope { person: employee.person, test: practice, candidacy: None };
        let tally = store::attempt::tally(db, scope).await.unwrap();
        assert_eq!((tally.started, tally.passed), (TIMES, 0));
        assert_eq!(tally.last_finished, Some(s.now()));

        // The pass lies behind all of them, and still counts.
        let id = candidacy(&world, employee.person).await;
        let hr = actor(&world, "hr").await;
        let ready = service::certification::ready(s, &hr, None).await.unwrap().rows;
        assert!(ready[0].passed.is_some());
        let decided = service::certification::decide(s, &hr, &[id], "").await.unwrap();
        assert_eq!(decided.now, [employee.person]);
    }
}

#[tokio::test]
async fn the_desk_of_a_methodologist_reads_no_items() {
    for engine in engines() {
        let world = World::new(engine).await;
        let mut browser = world.signed_in("methodologist").await;
        for (path, most) in [("/trainer", 7), ("/trainer/items/new", 7)] {
            let before = world.services.db.statements();
            assert_eq!(browser.get(path).await.status, 200);
            let statements = world.services.db.statements() - before;
            assert!(statements <= most, "{engine:?}: {path} took {statements} statements");
        }
        let s = &world.services;
        let trainer = actor(&world, "trainer").await;
        assert_eq!(service::item::waiting_count(s, &trainer).await.unwrap(), 0);
        let choices = service::item::choices(s, &trainer).await.unwrap();
        assert_eq!(choices.pools, [domain::item::Pool::Practice]);
        assert!(!choices.rules.is_empty());
    }
}

#[tokio::test]
async fn the_audit_log_names_who_signed_in_and_whose_matter_it_was() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.people(1).await;
        world.signed_in("e00001").await;
        let auditor = actor(&world, "auditor").await;
        let page = service::audit::list(&world.services, &auditor, None, None, None).await.unwrap();
        let person = person(&world, "e00001").await;
        let found = store::people::find(&world.services.db, person).await.unwrap().unwrap();
        let name = Some(found.name.full());
        let mut begun = page.rows.iter().filter(|line| line.action == "session.begun");
        assert!(begun.any(|line| line.actor == name && line.subject_name == name), "{engine:?}");
    }
}
