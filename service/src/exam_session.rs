//! Exam sessions: planning them, opening and closing. Whoever sits in a session, or trains somebody who does, does not
//! hold it.

mod board;
mod door;
mod incident;
mod network;
mod part;
mod pick;
mod protocol;
mod seats;
mod time;
mod window;

use domain::access::{Act, Actor, Reach, reach};
use domain::exam_session::{State, Window};
use domain::form::FormState;
use domain::id::{ExamSessionId, TestId, UnitId};
use domain::refusal::{Fault, Refusal};
use domain::test::Kind;
use domain::text::line;
use domain::time::Moment;
use store::exam_session::Session;
use store::organisation::Unit;
use store::test::Test;
use store::{Conn, Tx};

pub use self::board::{Board, BoardRow, Boards, board, watch};
pub(crate) use self::door::{Admitted, admit, knock, seat_for, sit};
pub use self::door::{Entry, Invited, code_of};
pub use self::incident::{free, identify, note, terminate, unidentify, unlock};
pub use self::network::{
    Kept as NetworkKept, Networks, add as add_network, networks, remove as remove_network,
};
pub use self::part::{Part, part};
use self::part::{own, seat, seen, trained, trainees};
pub use self::pick::{Candidate, Candidates, Picked, add_chosen, candidates};
pub use self::protocol::{Protocol, Slip, codes, protocol};
pub use self::seats::{MOST_ADDED, add};
use self::seats::{People, give_seats, numbered, refuse_trainees, with_candidacies};
pub use self::time::{Left, Retimed, retime};
pub use self::window::{reschedule, window_form};
use crate::{Services, access, audit, catalogue, chance, programme};

/// The most sessions of a list.
const MOST_LISTED: u64 = 100;

/// A session in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The session.
    pub session: Session,
    /// The unit that holds it.
    pub unit_name: String,
    /// The test that is sat.
    pub test_title: String,
}

/// What the form of a new session offers.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Units within reach.
    pub units: Vec<Unit>,
    /// Certification tests that can be sat.
    pub tests: Vec<Test>,
}

/// Sessions within reach, the latest first.
///
/// # Errors
/// A refusal when the actor may see no session.
pub async fn list(s: &Services, actor: &Actor) -> Result<Vec<Listed>, Refusal> {
    let within = reach(actor, Act::ReadSessions);
    if within == Reach::Nothing {
        return Err(Refusal::Denied);
    }
    let sessions = store::exam_session::list(&s.db, &within, MOST_LISTED).await?;
    let tests = catalogue::tests(s, &s.db).await?;
    let tree = access::tree(s).await?;
    Ok(sessions.into_iter().map(|session| listed(session, &tests, &tree)).collect())
}

fn listed(session: Session, tests: &[Test], tree: &access::Tree) -> Listed {
    let test = tests.iter().find(|test| test.id == session.test);
    Listed {
        unit_name: tree.find(session.unit).map(|unit| unit.name.clone()).unwrap_or_default(),
        test_title: test.map(|test| test.title.clone()).unwrap_or_default(),
        session,
    }
}

/// A session with what it is called by.
///
/// # Errors
/// A refusal when the actor may not see it.
pub async fn find(s: &Services, actor: &Actor, id: ExamSessionId) -> Result<Listed, Refusal> {
    named(s, seen(&s.db, actor, id).await?).await
}

/// The same for whoever was allowed to see it.
async fn named(s: &Services, session: Session) -> Result<Listed, Refusal> {
    let tests = catalogue::tests(s, &s.db).await?;
    let tree = access::tree(s).await?;
    Ok(listed(session, &tests, &tree))
}

/// What the form of a new session offers.
///
/// # Errors
/// A refusal when the actor proctors nothing.
pub async fn choices(s: &Services, actor: &Actor) -> Result<Choices, Refusal> {
    let within = reach(actor, Act::Proctor);
    let covers = |unit: UnitId| match &within {
        Reach::All => true,
        Reach::Units(units) => units.contains(&unit),
        Reach::Groups(_) | Reach::Own(_) | Reach::Nothing => false,
    };
    if within == Reach::Nothing {
        return Err(Refusal::Denied);
    }
    let mut tests = catalogue::tests(s, &s.db).await?.to_vec();
    tests.retain(|test| test.kind == Kind::Certification && test.current.is_some());
    let units = access::tree(s).await?.units().iter().filter(|unit| covers(unit.id)).cloned().collect();
    Ok(Choices { units, tests })
}

/// A form of a new session that was read.
#[derive(Clone)]
struct Planned {
    title: String,
    test: TestId,
    unit: UnitId,
    place: String,
    window: Window,
}

fn read(form: &mut FormState, choices: &Choices, s: &Services) -> Option<Planned> {
    let title = form.check("title", |text| line(text, 120));
    let place = form.check("place", |text| line(text, 200));
    let test =
        choices.tests.iter().find(|test| test.id.to_string() == form.value("test")).map(|test| test.id);
    if test.is_none() {
        form.problem("test", "choose_one");
    }
    let unit =
        choices.units.iter().find(|unit| unit.id.to_string() == form.value("unit")).map(|unit| unit.id);
    if unit.is_none() {
        form.problem("unit", "choose_one");
    }
    let window = Window::parse(form, s.zone(), s.now());
    if !form.is_clean() {
        return None;
    }
    Some(Planned { title: title?, test: test?, unit: unit?, place: place?, window: window? })
}

/// Plans a session. Fields: `title`, `test`, `unit`, `place`, `day`, `from`, `until`, and for the candidates
/// `numbers` (personnel numbers) and `admitted` (`yes`: everybody in the unit who is admitted).
///
/// # Errors
/// A refusal: not allowed, or fields that are wrong.
pub async fn plan(s: &Services, actor: &Actor, mut form: FormState) -> Result<ExamSessionId, Refusal> {
    let choices = choices(s, actor).await?;
    let planned = read(&mut form, &choices, s);
    let mut people = numbered(s, actor, &mut form).await?;
    let Some(planned) = planned.filter(|_| form.is_clean()) else { return Err(Refusal::Form(form)) };
    if form.value("admitted") == "yes" {
        let certification = programme::current(s).await?.certification;
        let most = u64::try_from(MOST_ADDED).unwrap_or(0);
        let admitted = store::exam_session::admitted_in(&s.db, planned.unit, certification, most).await?;
        people.extend(admitted.into_iter().filter(|person| *person != actor.person));
        refuse_trainees(s, actor, &mut form, "admitted", &people).await?;
        if !form.is_clean() {
            return Err(Refusal::Form(form));
        }
    }
    let people = with_candidacies(s, people).await?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move { plan_in(&services, &tx, &actor, planned, people, now).await }).await
}

async fn plan_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    planned: Planned,
    people: People,
    now: Moment,
) -> Result<ExamSessionId, Refusal> {
    let test = store::test::find(tx, planned.test).await?.ok_or(Refusal::NotFound)?;
    let session = Session {
        id: chance::id(now),
        title: planned.title,
        test: test.id,
        version: test.current.ok_or(Refusal::NotFound)?,
        unit: planned.unit,
        place: planned.place,
        window: planned.window,
        state: State::Planned,
        created_by: actor.person,
        created_at: now,
        closed_by: None,
        closed_at: None,
        note: String::new(),
    };
    store::exam_session::insert_session(tx, &session).await?;
    let what = serde_json::json!({
        "title": session.title, "test": test.code, "unit": session.unit,
        "from": session.window.opens_at, "until": session.window.closes_at,
    });
    record(s, tx, actor, session.id, "exam_session.planned", what).await?;
    give_seats(s, tx, actor, session.id, people, now).await?;
    Ok(session.id)
}

/// The audit line of what was done to a session.
async fn record(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: ExamSessionId,
    action: &str,
    what: serde_json::Value,
) -> Result<(), Refusal> {
    audit::record(s, tx, Some(actor), action, ("exam_session", Some(id.raw())), what);
    Ok(())
}

/// Opens a planned session: from now on its version of the test is fixed, and no other is published.
///
/// # Errors
/// A refusal: not allowed, or it is not planned any more.
pub async fn open(s: &Services, actor: &Actor, id: ExamSessionId) -> Result<(), Refusal> {
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        let session = own(&tx, &actor, id).await?;
        let test = store::test::find(&tx, session.test).await?.ok_or(Refusal::NotFound)?;
        let version = test.current.ok_or(Refusal::NotFound)?;
        if services.now() >= session.window.closes_at {
            return Err(Refusal::Conflict("session_over"));
        }
        if !store::exam_session::open(&tx, id, version).await? {
            return Err(Refusal::Conflict("session_not_planned"));
        }
        let what = serde_json::json!({ "title": session.title, "test": test.code, "version": version });
        record(&services, &tx, &actor, id, "exam_session.opened", what).await
    })
    .await
}

/// Closes a session once nobody sits in it any more; the form may have a `note` for the protocol.
///
/// # Errors
/// A refusal: not allowed, closed already, or somebody is still answering.
pub async fn close(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    mut form: FormState,
) -> Result<(), Refusal> {
    let note = form.check_optional("note", |text| domain::text::block(text, 2000)).unwrap_or_default();
    if !form.is_clean() {
        return Err(Refusal::Form(form));
    }
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        let session = own(&tx, &actor, id).await?;
        let now = services.now();
        let sitting = store::attempt::in_scope(&tx, id, None, None).await?;
        if sitting.iter().any(|held| crate::test::is_running(held.clockwork(), now)) {
            return Err(Refusal::Conflict("session_running"));
        }
        if !store::exam_session::close(&tx, id, &note, actor.person, now).await? {
            return Err(Refusal::Conflict("session_closed"));
        }
        let what = serde_json::json!({ "title": session.title, "note": note });
        record(&services, &tx, &actor, id, "exam_session.closed", what).await
    })
    .await
}

/// The titles of the open sessions that keep a test from being published anew.
pub(crate) async fn holding(conn: &impl Conn, test: TestId, now: Moment) -> Result<Vec<String>, Fault> {
    let sessions = store::exam_session::open_of(conn, test, now).await?;
    Ok(sessions.into_iter().map(|session| session.title).collect())
}
