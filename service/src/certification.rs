//! Decisions: who is ready, deciding on one or many, and the period and badge that follow.

use domain::access::{Act, Actor, Reach, allow, reach};
use domain::badge::Serial;
use domain::certification::{Period, new_period, standing};
use domain::grading::{Score, reaches};
use domain::id::{AttemptId, CandidacyId, PersonId};
use domain::refusal::{Fault, Refusal};
use domain::time::{Day, Moment};
use store::Tx;
use store::badge::Award;
use store::certification::{Candidacy, Decision, Recorded, Version};

use crate::{Services, attempt, audit, chance};

/// A candidate who waits for a decision.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The candidacy.
    pub candidacy: Candidacy,
    /// Who, and where they work.
    pub person: store::people::Listed,
    /// The attempt that was passed, and its score.
    pub passed: Option<(AttemptId, Score)>,
    /// The period that a decision today would open.
    pub would_be: (Day, Day),
    /// Whether the actor may not decide on them: themselves, or their own trainee.
    pub is_conflicted: bool,
}

/// Candidates within the actor's reach who wait for a decision, the longest waiting first.
///
/// # Errors
/// A refusal when the actor decides on nobody.
pub async fn ready(s: &Services, actor: &Actor) -> Result<Vec<Ready>, Refusal> {
    let within = reach(actor, Act::Decide);
    if within == Reach::Nothing {
        return Err(Refusal::Denied);
    }
    let waiting = store::certification::ready(&s.db, 200).await?;
    let filter = store::people::Filter {
        people: Some(waiting.iter().map(|candidacy| candidacy.person).collect()),
        ..Default::default()
    };
    let people = store::people::list(&s.db, &within, &filter, 400).await?.rows;
    let periods = store::certification::periods_of(&s.db, people.iter().map(|person| person.id)).await?;
    let mut found = Vec::new();
    for candidacy in waiting {
        let Some(person) = people.iter().find(|person| person.id == candidacy.person) else { continue };
        let version =
            store::certification::version(&s.db, candidacy.version).await?.ok_or(Refusal::NotFound)?;
        let known = periods.get(&person.id).map_or(&[][..], Vec::as_slice);
        let subject = store::people::subject_of(&s.db, person.id).await?;
        found.push(Ready {
            passed: passed_attempt(s, &s.db, &candidacy).await?,
            would_be: coming_period(s, &version, known, s.now()),
            is_conflicted: domain::access::is_conflicted(actor, &subject),
            person: person.clone(),
            candidacy,
        });
    }
    Ok(found)
}

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

async fn passed_attempt(
    _s: &Services,
    conn: &impl store::Conn,
    candidacy: &Candidacy,
) -> Result<Option<(AttemptId, Score)>, Fault> {
    let attempts = store::attempt::of_person(conn, candidacy.person).await?;
    let ids = attempts.iter().filter(|a| a.candidacy == Some(candidacy.id)).map(|a| a.id);
    let scores = store::attempt::scores(conn, ids.collect::<Vec<_>>()).await?;
    Ok(scores.into_iter().find(|(_, score)| score.passed))
}

/// What deciding came to.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// People on whom it was decided now.
    pub now: Vec<PersonId>,
    /// Candidacies that somebody else had decided on meanwhile.
    pub already: usize,
}

/// Grants the certification to candidates: a decision, a period and a badge each.
///
/// # Errors
/// A refusal when one of them is out of reach or a conflict; then nobody is decided on.
pub async fn decide(
    s: &Services,
    actor: &Actor,
    candidacies: &[CandidacyId],
    reason: &str,
) -> Result<Decided, Refusal> {
    let mut chosen = Vec::new();
    let mut decided = Decided::default();
    for id in candidacies.iter().take(100) {
        let candidacy = store::certification::candidacy(&s.db, *id).await?.ok_or(Refusal::NotFound)?;
        let subject = store::people::subject_of(&s.db, candidacy.person).await?;
        allow(actor, Act::Decide, &subject)?;
        if candidacy.closed_at.is_some() {
            decided.already += 1;
        } else if candidacy.ready_at.is_some() {
            chosen.push(candidacy);
        }
    }
    for candidacy in chosen {
        // One transaction each: a hundred decisions never hold the writer for long.
        let (services, actor, reason, now) = (s.clone(), actor.clone(), reason.to_owned(), s.now());
        let person = candidacy.person;
        let done =
            s.db.write(move |tx| async move {
                let version =
                    store::certification::version(&tx, candidacy.version).await?.ok_or(Refusal::NotFound)?;
                decide_in(&services, &tx, Some(&actor), &candidacy, &version, &reason, now).await
            })
            .await;
        match done {
            Ok(()) => decided.now.push(person),
            Err(Refusal::Conflict(_)) => decided.already += 1,
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(decided)
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
    let passed = passed_attempt(s, tx, candidacy).await?;
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
    audit::notify(tx, candidacy.person, "certified", params, now).await?;
    let what = serde_json::json!({
        "decision": decision.id, "attempt": attempt, "points": score.points, "max": score.max,
        "from": from, "until": until, "serial": award.serial.as_str(), "number": award.number,
    });
    let subject = ("person", Some(candidacy.person.raw()));
    audit::record(s, tx, actor, "certification.granted", subject, what).await
}
