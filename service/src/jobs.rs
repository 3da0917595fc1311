//! Work beside requests, kept in the database until it is done.
//!
//! Invariants: a job may run twice, and its effect is that of once; it belongs to whoever claimed it until
//! the lease ends; a job that fails waits longer each time, and after the last try it stays to be looked at.

mod about;
mod daily;
mod ending;
mod run;
mod tidy;
mod training;

use domain::access::{Act, Actor, Subject, allow};
use domain::id::JobId;
use domain::page::MOST;
use domain::refusal::{Fault, Refusal};
pub use store::job::Job;

pub use self::daily::ask;
pub use self::run::{ABANDONED, PANICKED, Step, run_due, run_with};
use crate::{Services, audit};

/// One turn: asks for the work of the day, and runs what is due; how many jobs.
///
/// # Errors
/// A fault of the database. A job that fails is not one.
pub async fn turn(s: &Services) -> Result<u32, Fault> {
    ask(s).await?;
    run_due(s).await
}

/// The latest jobs, those that failed first.
///
/// # Errors
/// A refusal when the actor may not see them.
pub async fn latest(s: &Services, actor: &Actor) -> Result<Vec<Job>, Refusal> {
    allow(actor, Act::ReadJobs, &Subject::nobody())?;
    Ok(store::job::latest(&s.db, MOST).await?)
}

/// Whether the actor may ask for a job again. To see jobs is not enough: an auditor changes nothing.
#[must_use]
pub fn may_try_again(actor: &Actor) -> bool {
    actor.may(Act::ReadJobs) && actor.may(Act::EditSettings)
}

/// Asks for a job again that was given up. One that is on its way already stays as it is.
///
/// # Errors
/// A refusal when the actor may not, or there is no such job.
pub async fn try_again(s: &Services, actor: &Actor, id: JobId) -> Result<(), Refusal> {
    allow(actor, Act::ReadJobs, &Subject::nobody())?;
    allow(actor, Act::EditSettings, &Subject::nobody())?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let job = store::job::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
        if !store::job::again(&tx, id, now).await? {
            return Ok(());
        }
        let what = serde_json::json!({ "title": job.name });
        let subject = ("job", Some(id.raw()));
        audit::record(&services, &tx, Some(&actor), "job.tried_again", subject, what);
        Ok(())
    })
    .await
}
