//! The end of an employment, and what follows from it.

use domain::access::{Act, Actor, allow, reach};
use domain::form::FormState;
use domain::id::{EmploymentId, PersonId};
use domain::refusal::Refusal;
use domain::time::Day;
use store::Tx;

use super::form::covers;
use crate::{Services, account, audit};

/// Ends an employment after a day. With the last open one the account is disabled and its sessions end.
///
/// # Errors
/// A refusal: out of reach, the actor's own, a day that does not fit, or ended by somebody else meanwhile.
pub async fn end_employment(
    s: &Services,
    actor: &Actor,
    person: PersonId,
    employment: EmploymentId,
    last_day: Day,
) -> Result<(), Refusal> {
    let subject = store::people::subject_of(&s.db, person).await?;
    allow(actor, Act::EditPeople, &subject)?;
    if person == actor.person {
        return Err(Refusal::Denied);
    }
    let mut form = FormState::default().with("last_day", last_day.to_string());
    if last_day > s.today() {
        form.problem("last_day", "in_the_future");
        return Err(Refusal::Form(form));
    }
    let jobs = store::people::employments(&s.db, person).await?;
    let within = reach(actor, Act::EditPeople);
    let job = jobs
        .iter()
        .find(|job| job.id == employment && job.until.is_none() && covers(&within, job.unit))
        .ok_or(Refusal::NotFound)?;
    if last_day < job.from {
        form.problem("last_day", "too_early");
        return Err(Refusal::Form(form));
    }
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move { end_in(&services, &tx, &actor, person, employment, last_day).await })
        .await
}

async fn end_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    person: PersonId,
    employment: EmploymentId,
    last_day: Day,
) -> Result<(), Refusal> {
    if !store::people::end_employment(tx, employment, last_day).await? {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let what = serde_json::json!({ "employment": employment, "last_day": last_day });
    let subject = ("person", Some(person.raw()));
    audit::record(s, tx, Some(actor), "employment.ended", subject, what);
    let jobs = store::people::employments(tx, person).await?;
    if jobs.iter().any(|job| job.until.is_none()) {
        return Ok(());
    }
    match store::account::find_by_person(tx, person).await? {
        Some(known) if known.is_active => account::switch_in(s, tx, actor, &known, false).await,
        Some(_) | None => Ok(()),
    }
}
