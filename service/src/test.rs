//! Tests as a person meets them before the start.

use domain::access::{Act, Actor, Subject, allow};
use domain::attempt::{Clockwork, State, Timing, deadline};
use domain::id::{AttemptId, PersonId, TestId};
use domain::programme::TestStanding;
use domain::refusal::{Fault, Refusal};
use domain::rulebook::Rule;
use domain::test::{Admission, Availability, History, Kind, NotNow, may_start};
use domain::time::Moment;
use store::Conn;
use store::attempt::{Scope, Tally};
use store::certification::Candidacy;
use store::test::{Test, Version};

use crate::exam_session::{Admitted, Invited};
use crate::{Services, catalogue, exam_session, programme};

/// Where a person stands with a test.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The test.
    pub test: Test,
    /// The version that would be sat.
    pub version: Version,
    /// In one word.
    pub standing: TestStanding,
    /// Why it cannot be started now.
    pub not_now: Option<NotNow>,
    /// An attempt that is open.
    pub running: Option<AttemptId>,
    /// How many attempts were started in this candidacy.
    pub started: u32,
}

/// What to expect of a test, before the start.
#[derive(Clone, Debug)]
pub struct Before {
    /// Where the person stands.
    pub shown: Shown,
    /// The rules that the form covers, with how many items each.
    pub rules: Vec<(Rule, u32)>,
    /// Extra time of the person's profile, percent.
    pub extra_percent: u32,
    /// When an attempt started now would end.
    pub deadline: Moment,
    /// The exam session that the person has a seat in.
    pub invited: Option<Invited>,
}

/// What to expect of a test. Practice tests are open to everybody who is enrolled or certified.
///
/// # Errors
/// A refusal when there is no such test of this kind.
pub async fn before(s: &Services, actor: &Actor, id: TestId, kind: Kind) -> Result<Before, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let candidacy = candidacy_for(s, &s.db, actor.person, kind).await?;
    let now = s.now();
    let invited = exam_session::seat_for(&s.db, actor.person, id, now).await?;
    let seat = invited.as_ref().filter(|seat| seat.is_open());
    let shown = standing(s, actor.person, id, candidacy.as_ref(), seat).await?;
    if shown.test.kind != kind {
        return Err(Refusal::NotFound);
    }
    let rules = catalogue::rules(s, &s.db, shown.version.rulebook_version)
        .await?
        .iter()
        .cloned()
        .map(|rule| {
            let count = shown.version.blueprint.cells.iter().filter(|c| c.rule == rule.code);
            let count = count.map(|cell| cell.count).sum();
            (rule, count)
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    let person = store::people::find(&s.db, actor.person).await?.ok_or(Refusal::NotFound)?;
    let timing = Timing {
        started_at: now,
        limit_minutes: shown.version.conditions.limit_minutes,
        extra_percent: person.extra_time_percent,
        window_end: seat.map(|seat| seat.session.window.closes_at),
        extension_ms: 0,
        paused_ms: 0,
    };
    Ok(Before {
        rules,
        extra_percent: person.extra_time_percent,
        deadline: deadline(&timing),
        invited: invited.as_ref().map(Admitted::told),
        shown,
    })
}

/// The candidacy that an attempt of this kind counts within.
pub(crate) async fn candidacy_for(
    s: &Services,
    conn: &impl Conn,
    person: PersonId,
    kind: Kind,
) -> Result<Option<Candidacy>, Fault> {
    match kind {
        Kind::Practice => Ok(None),
        Kind::Certification => {
            let version = programme::current_on(s, conn).await?;
            store::certification::open_candidacy(conn, person, version.certification).await
        }
    }
}

/// Where a person stands with a test.
///
/// # Errors
/// A refusal when there is no such test, or none of its versions is published.
pub async fn standing_of(
    s: &Services,
    person: PersonId,
    id: TestId,
    candidacy: Option<&Candidacy>,
) -> Result<Shown, Refusal> {
    standing(s, person, id, candidacy, None).await
}

async fn standing(
    s: &Services,
    person: PersonId,
    id: TestId,
    candidacy: Option<&Candidacy>,
    seat: Option<&Admitted>,
) -> Result<Shown, Refusal> {
    let test = catalogue::test(s, &s.db, id).await?.ok_or(Refusal::NotFound)?;
    let sat = seat.map(|seat| seat.session.version).or(test.current).ok_or(Refusal::NotFound)?;
    let version = catalogue::test_version(s, &s.db, sat).await?.ok_or(Refusal::NotFound)?;
    let now = s.now();
    let tally = tally_within(&s.db, person, id, candidacy).await?;
    let running = tally.open.filter(|open| is_running(open.clockwork, now)).map(|open| open.id);
    let history = history(&tally, now);
    let not_now = eligible(&test, &version, candidacy, &history, seat.is_some(), now).err();
    let standing = match not_now {
        _ if running.is_some() => TestStanding::Running,
        None | Some(NotNow::NoCandidacy | NotNow::NotAdmitted | NotNow::SessionOnly) => TestStanding::Open,
        Some(NotNow::Passed) => TestStanding::Passed,
        Some(NotNow::NoAttemptsLeft) => TestStanding::Exhausted,
        Some(NotNow::PauseUntil(_)) => TestStanding::Paused,
    };
    Ok(Shown { test, version, standing, not_now, running, started: history.started })
}

/// What the attempts that count within the candidacy add up to, or all of a practice test.
pub(crate) async fn tally_within(
    conn: &impl Conn,
    person: PersonId,
    test: TestId,
    candidacy: Option<&Candidacy>,
) -> Result<Tally, Fault> {
    let scope = Scope { person, test, candidacy: candidacy.map(|candidacy| candidacy.id) };
    store::attempt::tally(conn, scope).await
}

/// Whether answers can still be given.
pub(crate) fn is_running(clockwork: Clockwork, now: Moment) -> bool {
    matches!(clockwork.state_at(now), State::Open | State::Paused | State::Grace)
}

pub(crate) fn history(tally: &Tally, now: Moment) -> History {
    // Over, and the sweeper has not come by yet.
    let unswept = tally.open.filter(|open| !is_running(open.clockwork, now));
    History {
        started: tally.started,
        last_finished: tally.last_finished.max(unswept.map(|open| open.clockwork.deadline)),
        passed: tally.passed > 0,
    }
}

pub(crate) fn eligible(
    test: &Test,
    version: &Version,
    candidacy: Option<&Candidacy>,
    history: &History,
    is_seated: bool,
    now: Moment,
) -> Result<(), NotNow> {
    let admission = match (test.kind, candidacy) {
        (Kind::Practice, _) => Admission::Admitted,
        (Kind::Certification, None) => Admission::None,
        (Kind::Certification, Some(candidacy)) if candidacy.admitted_at.is_some() => Admission::Admitted,
        (Kind::Certification, Some(_)) => Admission::Learning,
    };
    // A practice test may be passed as often as one likes.
    let passed = history.passed && test.kind == Kind::Certification;
    let mut conditions = version.conditions.clone();
    if is_seated {
        conditions.availability = Availability::OnDemand;
    }
    may_start(admission, &conditions, &History { passed, ..history.clone() }, now)
}

/// Tests of a kind that can be sat.
///
/// # Errors
/// A fault of the database.
pub async fn offered(s: &Services, actor: &Actor, kind: Kind) -> Result<Vec<Test>, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let mut tests = catalogue::tests(s, &s.db).await?.to_vec();
    tests.retain(|test| test.kind == kind && test.current.is_some());
    Ok(tests)
}
