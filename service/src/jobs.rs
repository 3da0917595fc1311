//! The queue of jobs, to be looked at.

use domain::access::{Act, Actor, Subject, allow};
use domain::page::MOST;
use domain::refusal::Refusal;
pub use store::job::Job;

use crate::Services;

/// The latest jobs, those that failed first.
///
/// # Errors
/// A refusal when the actor may not see them.
pub async fn latest(s: &Services, actor: &Actor) -> Result<Vec<Job>, Refusal> {
    allow(actor, Act::ReadJobs, &Subject::nobody())?;
    Ok(store::job::latest(&s.db, MOST).await?)
}
