//! Tests as a person meets them before the start.

use domain::access::{Act, Actor, Subject, allow};
use domain::attempt::{State, Stored, Timing, deadline, state_at};
use domain::id::{AttemptId, PersonId, TestId};
use domain::programme::TestStanding;
use domain::refusal::{Fault, Refusal};
use domain::rulebook::Rule;
use domain::test::{Admission, History, Kind, NotNow, may_start};
use domain::time::Moment;
use store::Conn;
use store::attempt::Attempt;
use store::certification::Candidacy;
use store::test::{Test, Version};

use crate::{Services, programme};

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
}

/// What to expect of a test. Practice tests are open to everybody who is enrolled or certified.
///
/// # Errors
/// A refusal when there is no such test of this kind.
pub async fn before(s: &Services, actor: &Actor, id: TestId, kind: Kind) -> Result<Before, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let candidacy = candidacy_for(s, &s.db, actor.person, kind).await?;
    let shown = standing_of(s, actor.person, id, candidacy.as_ref()).await?;
    if shown.test.kind != kind {
        return Err(Refusal::NotFound);
    }
    let rules = store::rulebook::rules(&s.db, shown.version.rulebook_version)
        .await?
        .into_iter()
        .map(|rule| {
            let count = shown.version.blueprint.cells.iter().filter(|c| c.rule == rule.code);
            let count = count.map(|cell| cell.count).sum();
            (rule, count)
        })
        .filter(|(_, count)| *count > 0)
        .collect();
    let person = store::people::find(&s.db, actor.person).await?.ok_or(Refusal::NotFound)?;
    let timing = Timing {
        started_at: s.now(),
        limit_minutes: shown.version.conditions.limit_minutes,
        extra_percent: person.extra_time_percent,
        window_end: None,
        extension_ms: 0,
        paused_ms: 0,
    };
    Ok(Before { rules, extra_percent: person.extra_time_percent, deadline: deadline(&timing), shown })
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
            let version = programme::current(s).await?;
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
    let test = store::test::find(&s.db, id).await?.ok_or(Refusal::NotFound)?;
    let current = test.current.ok_or(Refusal::NotFound)?;
    let version = store::test::version(&s.db, current).await?.ok_or(Refusal::NotFound)?;
    let now = s.now();
    let attempts = attempts_within(&s.db, person, id, candidacy).await?;
    let running = attempts.iter().find(|attempt| is_running(attempt, now)).map(|attempt| attempt.id);
    let history = history(&s.db, &attempts, now).await?;
    let not_now = eligible(&test, &version, candidacy, &history, now).err();
    let standing = match not_now {
        _ if running.is_some() => TestStanding::Running,
        None | Some(NotNow::NoCandidacy | NotNow::NotAdmitted | NotNow::SessionOnly) => TestStanding::Open,
        Some(NotNow::Passed) => TestStanding::Passed,
        Some(NotNow::NoAttemptsLeft) => TestStanding::Exhausted,
        Some(NotNow::PauseUntil(_)) => TestStanding::Paused,
    };
    Ok(Shown { test, version, standing, not_now, running, started: history.started })
}

/// Attempts that count within the candidacy, or all of a practice test; the latest first.
pub(crate) async fn attempts_within(
    conn: &impl Conn,
    person: PersonId,
    test: TestId,
    candidacy: Option<&Candidacy>,
) -> Result<Vec<Attempt>, Fault> {
    let mut attempts = store::attempt::of_person(conn, person).await?;
    attempts.retain(|attempt| {
        attempt.test == test && candidacy.is_none_or(|candidacy| attempt.candidacy == Some(candidacy.id))
    });
    Ok(attempts)
}

/// Whether answers can still be given.
pub(crate) fn is_running(attempt: &Attempt, now: Moment) -> bool {
    matches!(
        state_at(attempt.state, attempt.deadline_at, attempt.grace_seconds, now),
        State::Open | State::Grace
    )
}

pub(crate) async fn history(conn: &impl Conn, attempts: &[Attempt], now: Moment) -> Result<History, Fault> {
    let scores = store::attempt::scores(conn, attempts.iter().map(|attempt| attempt.id)).await?;
    Ok(History {
        started: u32::try_from(attempts.len()).unwrap_or(u32::MAX),
        last_finished: attempts
            .iter()
            .filter_map(|attempt| match attempt.state {
                Stored::Finished => attempt.finished_at,
                Stored::Open if is_running(attempt, now) => None,
                // Over, and the sweeper has not come by yet.
                Stored::Open => Some(attempt.deadline_at),
            })
            .max(),
        passed: scores.values().any(|score| score.passed),
    })
}

pub(crate) fn eligible(
    test: &Test,
    version: &Version,
    candidacy: Option<&Candidacy>,
    history: &History,
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
    may_start(admission, &version.conditions, &History { passed, ..history.clone() }, now)
}

/// Tests of a kind that can be sat.
///
/// # Errors
/// A fault of the database.
pub async fn offered(s: &Services, actor: &Actor, kind: Kind) -> Result<Vec<Test>, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let mut tests = store::test::list(&s.db).await?;
    tests.retain(|test| test.kind == kind && test.current.is_some());
    Ok(tests)
}
