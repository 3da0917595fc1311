//! Decisions: who is ready, deciding on one or many, and the period and badge that follow.

mod revoke;
mod waiting;

use std::collections::BTreeMap;

use domain::access::{Act, Actor, allow};
use domain::badge::Serial;
use domain::certification::{Period, new_period, standing};
use domain::grading::{Score, reaches};
use domain::id::{AttemptId, CandidacyId, PersonId};
use domain::refusal::{Fault, Refusal};
use domain::time::{Day, Moment};
use store::badge::Award;
use store::certification::{Candidacy, Decision, Recorded, Version};
use store::{Conn, Tx};

use crate::{Services, attempt, audit, chance};

pub use revoke::revoke;
pub(crate) use revoke::revoke_in;
pub use waiting::{Chosen, MOST_AT_ONCE, Ready, chosen, ready, ready_count};

fn coming_period(s: &Services, version: &Version, known: &[Recorded], now: Moment) -> (Day, Day) {
    let today = Day::of(now, s.zone());
    let periods: Vec<Period> = known
        .iter()
        .filter(|recorded| recorded.certification == version.certification)
        .map(|recorded| recorded.period.clone())
        .collect();
    let (is, period) = standing(&periods, today, now, version.renewal_window_days);
    let valid_until = period.filter(|_| is.is_valid()).map(|period| period.until);
    new_period(today, valid_until, version.validity_months)
}

/// The attempts by which candidacies were passed, with their scores.
async fn passed_attempts(
    conn: &impl Conn,
    candidacies: &[Candidacy],
) -> Result<BTreeMap<CandidacyId, (AttemptId, Score)>, Fault> {
    let ids: Vec<CandidacyId> = candidacies.iter().map(|candidacy| candidacy.id).collect();
    let attempts = store::attempt::passed_in(conn, ids).await?;
    let sat: Vec<AttemptId> = attempts.values().copied().collect();
    let mut scores = store::attempt::scores(conn, sat).await?;
    Ok(attempts
        .into_iter()
        .filter_map(|(candidacy, attempt)| Some((candidacy, (attempt, scores.remove(&attempt)?))))
        .collect())
}

/// What deciding came to.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// People on whom it was decided now.
    pub now: Vec<PersonId>,
    /// Candidacies that somebody else had decided on meanwhile.
    pub already: usize,
    /// Candidacies whose requirements are not met.
    pub not_ready: usize,
}

/// Grants the certification to candidates: a decision, a period and a badge each.
///
/// # Errors
/// A refusal when there are too many (field `chosen`), or one of them is out of reach or a conflict; then
/// nobody is decided on.
pub async fn decide(
    s: &Services,
    actor: &Actor,
    candidacies: &[CandidacyId],
    reason: &str,
) -> Result<Decided, Refusal> {
    waiting::within(actor)?;
    let ids = waiting::once_each(candidacies)?;
    let found = store::certification::candidacies_by_id(&s.db, ids.clone()).await?;
    if found.len() < ids.len() {
        return Err(Refusal::NotFound);
    }
    let people: Vec<PersonId> = found.iter().map(|candidacy| candidacy.person).collect();
    let subjects = store::people::subjects_of(&s.db, people).await?;
    for candidacy in &found {
        let subject = subjects.get(&candidacy.person).ok_or(Refusal::NotFound)?;
        allow(actor, Act::Decide, subject)?;
    }
    let mut decided = Decided::default();
    for candidacy in found {
        let person = candidacy.person;
        match decide_on(s, actor, &candidacy, reason).await {
            Ok(()) => decided.now.push(person),
            Err(Refusal::Conflict("not_ready")) => decided.not_ready += 1,
            Err(Refusal::Conflict(_)) => decided.already += 1,
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(decided)
}

const TRIES: u32 = 5;

/// Decides in a transaction of its own: a hundred decisions never hold the writer for long.
async fn decide_on(s: &Services, actor: &Actor, known: &Candidacy, reason: &str) -> Result<(), Refusal> {
    if known.closed_at.is_some() {
        return Err(Refusal::Conflict("decided_already"));
    }
    if known.ready_at.is_none() {
        return Err(Refusal::Conflict("not_ready"));
    }
    let mut tries_left = TRIES;
    loop {
        tries_left -= 1;
        let (services, actor, known) = (s.clone(), actor.clone(), known.clone());
        let (reason, now) = (reason.to_owned(), s.now());
        let done =
            s.db.write(move |tx| async move {
                let version =
                    store::certification::version(&tx, known.version).await?.ok_or(Refusal::NotFound)?;
                decide_in(&services, &tx, Some(&actor), &known, &version, &reason, now).await
            })
            .await;
        match done {
            // Where writers do not take turns, two decisions may reach for the same number of a badge.
            Err(Refusal::Fault(fault)) if tries_left > 0 && store::is_taken(&fault) => {}
            done => return done,
        }
    }
}

/// One decision with everything that follows from it.
pub(crate) async fn decide_in(
    s: &Services,
    tx: &Tx,
    actor: Option<&Actor>,
    candidacy: &Candidacy,
    version: &Version,
    reason: &str,
    now: Moment,
) -> Result<(), Refusal> {
    if !store::certification::close(tx, candidacy.id, "certified", now).await? {
        return Err(Refusal::Conflict("decided_already"));
    }
    let passed = passed_attempts(tx, std::slice::from_ref(candidacy)).await?.remove(&candidacy.id);
    let (attempt, score) = passed.ok_or(Refusal::Conflict("not_ready"))?;
    let as_was = attempt::as_was(tx, candidacy.person).await?;
    let decision = Decision {
        id: chance::id(now),
        candidacy: candidacy.id,
        person: candidacy.person,
        version: version.id,
        granted: true,
        attempt: Some(attempt),
        reason: reason.to_owned(),
        decided_by: actor.map(|actor| actor.person),
        decided_at: now,
        as_was: as_was.clone(),
    };
    store::certification::insert_decision(tx, &decision).await?;
    let known = store::certification::periods_of(tx, [candidacy.person]).await?;
    let known = known.into_values().next().unwrap_or_default();
    let (from, until) = coming_period(s, version, &known, now);
    let period = Recorded {
        period: Period { id: chance::id(now), from, until, recorded_at: now, events: Vec::new() },
        person: candidacy.person,
        certification: version.certification,
        version: version.id,
        decision: decision.id,
    };
    store::certification::insert_period(tx, &period, decision.decided_by).await?;
    let person = store::people::find(tx, candidacy.person).await?.ok_or(Refusal::NotFound)?;
    let (year, ..) = Day::of(now, s.zone()).parts();
    let award = Award {
        id: chance::id(now),
        serial: Serial::new(year, chance::bytes()),
        number: store::badge::next_number(tx).await?,
        person: candidacy.person,
        period: period.period.id,
        decision: decision.id,
        awarded_at: now,
        name: person.name,
        position: as_was.position,
        unit: as_was.unit,
        with_distinction: reaches(score.points, score.max, version.distinction_bp),
        handed_over_at: None,
        withdrawn_at: None,
    };
    store::badge::insert_award(tx, &award, decision.decided_by).await?;
    let params = serde_json::json!({ "until": until, "serial": award.serial.as_str() });
    audit::notify(tx, candidacy.person, "certified", params, now);
    let what = serde_json::json!({
        "decision": decision.id, "attempt": attempt, "points": score.points, "max": score.max,
        "from": from, "until": until, "serial": award.serial.as_str(), "number": award.number,
    });
    let subject = ("person", Some(candidacy.person.raw()));
    audit::record(s, tx, actor, "certification.granted", subject, what);
    Ok(())
}
