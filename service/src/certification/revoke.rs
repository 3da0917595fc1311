//! Revoking: a certificate stops being valid because a person decided so, with a reason.

use domain::access::{Act, Actor, allow};
use domain::certification::{Event, EventKind};
use domain::id::PeriodId;
use domain::refusal::Refusal;
use domain::time::Moment;
use store::Tx;
use store::certification::{NewEvent, Recorded};

use crate::{Services, audit, chance};

/// Revokes a period from today on. Nothing is changed but that an event is added: what the badge says follows from
/// it. `basis` is a code of what the decision rests on.
///
/// # Errors
/// A refusal when the person is out of reach or a conflict, or the period was revoked already.
pub async fn revoke(
    s: &Services,
    actor: &Actor,
    period: PeriodId,
    reason: &str,
    basis: &str,
) -> Result<(), Refusal> {
    let found = store::certification::period(&s.db, period).await?.ok_or(Refusal::NotFound)?;
    let subject = store::people::subject_of(&s.db, found.person).await?;
    allow(actor, Act::Decide, &subject)?;
    let (services, by, now) = (s.clone(), actor.clone(), s.now());
    let (reason, basis) = (reason.to_owned(), basis.to_owned());
    s.db.write(move |tx| async move {
        if revoke_in(&services, &tx, &by, &found, (&reason, &basis), now).await? {
            Ok(())
        } else {
            Err(Refusal::Conflict("period_revoked"))
        }
    })
    .await
}

/// Revokes a period in the write of another decision; false when it was revoked already.
pub(crate) async fn revoke_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    found: &Recorded,
    (reason, basis): (&str, &str),
    now: Moment,
) -> Result<bool, Refusal> {
    let from = s.today();
    let new = NewEvent {
        id: chance::uuid(now),
        period: found.period.id,
        event: Event { kind: EventKind::Revoked, effective_from: from, recorded_at: now },
        reason: reason.to_owned(),
        basis: basis.to_owned(),
        recorded_by: actor.person,
    };
    if !store::certification::insert_event(tx, &new).await? {
        return Ok(false);
    }
    let params = serde_json::json!({ "from": from, "reason": reason });
    audit::notify(tx, found.person, "certificate_revoked", params, now);
    let what = serde_json::json!({
        "period": found.period.id, "from": from, "reason": reason, "basis": basis,
    });
    let subject = ("person", Some(found.person.raw()));
    audit::record(s, tx, Some(actor), "certification.revoked", subject, what);
    Ok(true)
}
