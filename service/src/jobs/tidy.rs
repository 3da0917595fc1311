//! Removes what ended long ago: web sessions, one-time codes, failed sign-ins.

use domain::job::kept_from;
use domain::refusal::Fault;
use domain::sign_in::MEMORY_MINUTES;
use domain::time::minutes;
use store::job::Job;

use super::Step;
use super::daily::{PIECE, is_full};
use crate::Services;

/// Removes some of each. What is to go is looked up first, so that a write does nothing but remove.
pub(super) async fn piece(s: &Services, job: &Job) -> Result<Step, Fault> {
    let now = s.now();
    let (kept, quiet) = (kept_from(now), now - minutes(MEMORY_MINUTES));
    let sessions = store::session::ended(&s.db, kept, PIECE).await?;
    let codes = store::account::ended_codes(&s.db, kept, PIECE).await?;
    let pauses = store::account::lapsed_pauses(&s.db, quiet, now, PIECE).await?;
    let is_last = ![sessions.len(), codes.len(), pauses.len()].into_iter().any(is_full);
    if !sessions.is_empty() {
        s.db.write(move |tx| async move { store::session::remove(&tx, sessions, kept).await }).await?;
    }
    if !codes.is_empty() {
        s.db.write(move |tx| async move { store::account::remove_codes(&tx, codes, kept).await }).await?;
    }
    if !pauses.is_empty() {
        s.db.write(move |tx| async move { store::account::remove_pauses(&tx, pauses, quiet, now).await })
            .await?;
    }
    Ok(if is_last { Step::Done } else { Step::More(job.payload.clone()) })
}
