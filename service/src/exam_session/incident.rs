//! What a proctor does at one seat: knows who it is, or not after all, unlocks it, lets them go on elsewhere, ends their
//! attempt; and what happened that belongs in the protocol.

use domain::access::Actor;
use domain::attempt::State;
use domain::exam_session::{Incident as Kind, State as SessionState};
use domain::form::FormState;
use domain::id::{ExamSessionId, PersonId};
use domain::refusal::Refusal;
use domain::text::{block, line};
use store::Tx;
use store::attempt::Attempt;
use store::exam_session::Session;
use store::incident::Incident;

use super::{own, record, seat};
use crate::{Services, chance, grading};

/// Answers may arrive while an attempt is ended; then it is read again.
const TRIES: u32 = 20;

/// Notes that the proctor has checked who somebody is.
///
/// # Errors
/// A refusal: not allowed, or nobody has this seat.
pub async fn identify(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    person: PersonId,
) -> Result<(), Refusal> {
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        own(&tx, &actor, id).await?;
        let seat = seat(&tx, id, person).await?;
        // Twice is once.
        if !store::exam_session::check_identity(&tx, seat.id, actor.person, services.now()).await? {
            return Ok(());
        }
        let what = serde_json::json!({ "person": person });
        record(&services, &tx, &actor, id, "exam_seat.identified", what).await
    })
    .await
}

/// Takes back that the proctor has checked who somebody is, as long as they have not begun; the form has `reason`.
///
/// # Errors
/// A refusal: not allowed, no reason, nothing to take back, or they have begun.
pub async fn unidentify(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    person: PersonId,
    form: FormState,
) -> Result<(), Refusal> {
    let reason = reason_of(form)?;
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        let session = own(&tx, &actor, id).await?;
        let seat = seat(&tx, id, person).await?;
        if session.state == SessionState::Closed {
            return Err(Refusal::Conflict("session_closed"));
        }
        if seat.attempt.is_some() {
            return Err(Refusal::Conflict("seat_taken"));
        }
        let checked_at = seat.identity_checked_at.ok_or(Refusal::Conflict("identity_not_checked"))?;
        if !store::exam_session::uncheck_identity(&tx, seat.id, checked_at).await? {
            return Err(Refusal::Conflict("changed_meanwhile"));
        }
        let kind = Kind::IdentityUndone;
        write_down(&services, &tx, &actor, &session, Some(person), kind, reason.clone()).await?;
        let what = serde_json::json!({ "person": person, "checked_at": checked_at, "reason": reason });
        record(&services, &tx, &actor, id, "exam_seat.unidentified", what).await
    })
    .await
}

/// Unlocks a seat after wrong codes.
///
/// # Errors
/// A refusal: not allowed, or nobody has this seat.
pub async fn unlock(s: &Services, actor: &Actor, id: ExamSessionId, person: PersonId) -> Result<(), Refusal> {
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        own(&tx, &actor, id).await?;
        let seat = seat(&tx, id, person).await?;
        if !store::exam_session::unlock(&tx, seat.id, actor.person, services.now()).await? {
            return Ok(());
        }
        let what = serde_json::json!({ "person": person, "number": seat.wrong_codes });
        record(&services, &tx, &actor, id, "exam_seat.unlocked", what).await
    })
    .await
}

/// The attempt of somebody in a session, while it can still be answered.
async fn sitting(s: &Services, tx: &Tx, id: ExamSessionId, person: PersonId) -> Result<Attempt, Refusal> {
    let attempt = seat(tx, id, person).await?.attempt.ok_or(Refusal::Conflict("nobody_sits"))?;
    let held = store::attempt::find(tx, attempt).await?.ok_or(Refusal::NotFound)?;
    match held.clockwork().state_at(s.now()) {
        State::Open | State::Paused | State::Grace => Ok(held),
        State::TimeUp | State::Finished => Err(Refusal::Conflict("attempt_over")),
    }
}

/// Lets somebody go on at another device without being asked; the form has `reason`.
///
/// # Errors
/// A refusal: not allowed, no reason, or the attempt is over.
pub async fn free(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    person: PersonId,
    form: FormState,
) -> Result<(), Refusal> {
    let reason = reason_of(form)?;
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        let session = own(&tx, &actor, id).await?;
        let held = sitting(&services, &tx, id, person).await?;
        if !store::attempt::free_lease(&tx, &held).await? {
            return Err(Refusal::Conflict("changed_meanwhile"));
        }
        write_down(&services, &tx, &actor, &session, Some(person), Kind::Moved, reason.clone()).await?;
        let what = serde_json::json!({ "person": person, "attempt": held.id, "reason": reason });
        record(&services, &tx, &actor, id, "attempt.freed", what).await
    })
    .await
}

/// Ends somebody's attempt; what was answered so far is graded. The form has `reason`.
///
/// # Errors
/// A refusal: not allowed, no reason, or the attempt is over.
pub async fn terminate(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    person: PersonId,
    form: FormState,
) -> Result<(), Refusal> {
    let reason = reason_of(form)?;
    for _ in 0..TRIES {
        let (services, actor, reason) = (s.clone(), actor.clone(), reason.clone());
        let done = s
            .db
            .write(move |tx| async move { terminate_in(&services, &tx, &actor, id, person, reason).await })
            .await?;
        if done {
            return Ok(());
        }
    }
    Err(Refusal::Conflict("changed_meanwhile"))
}

/// False when an answer arrived just now: then what is graded has to be read again.
async fn terminate_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: ExamSessionId,
    person: PersonId,
    reason: String,
) -> Result<bool, Refusal> {
    let session = own(tx, actor, id).await?;
    let held = sitting(s, tx, id, person).await?;
    let now = s.now();
    if !store::attempt::close(tx, &held, "proctor", now).await? {
        return Ok(false);
    }
    grading::grade(s, tx, &held, Some(actor), ("proctor", now)).await?;
    write_down(s, tx, actor, &session, Some(person), Kind::Terminated, reason.clone()).await?;
    let what = serde_json::json!({ "person": person, "attempt": held.id, "reason": reason });
    record(s, tx, actor, id, "attempt.terminated", what).await?;
    Ok(true)
}

fn reason_of(mut form: FormState) -> Result<String, Refusal> {
    let reason = form.check("reason", |text| line(text, 300));
    reason.ok_or(Refusal::Form(form))
}

pub(super) async fn write_down(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    session: &Session,
    person: Option<PersonId>,
    kind: Kind,
    text: String,
) -> Result<(), Refusal> {
    let now = s.now();
    let new = Incident {
        id: chance::uuid(now),
        session: session.id,
        person,
        kind,
        text,
        by: actor.person,
        at: now,
    };
    Ok(store::incident::add(tx, new).await?)
}

/// Notes what happened. Fields: `incident` (technical, conduct, health, other), `text`, and `person` if it concerns
/// one.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, or nobody has this seat.
pub async fn note(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    mut form: FormState,
) -> Result<(), Refusal> {
    let kind = Kind::of(form.value("incident")).filter(|kind| Kind::BY_HAND.contains(kind));
    if kind.is_none() {
        form.problem("incident", "choose_one");
    }
    let text = form.check("text", |text| block(text, 2000));
    let person = match form.value("person") {
        "" => None,
        person => Some(person.parse::<PersonId>().map_err(|_| Refusal::NotFound)?),
    };
    let (Some(kind), Some(text)) = (kind, text) else { return Err(Refusal::Form(form)) };
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        let session = own(&tx, &actor, id).await?;
        if let Some(person) = person {
            seat(&tx, id, person).await?;
        }
        write_down(&services, &tx, &actor, &session, person, kind, text).await?;
        let what = serde_json::json!({ "person": person, "kind": kind });
        record(&services, &tx, &actor, id, "incident.noted", what).await
    })
    .await
}
