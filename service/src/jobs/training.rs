//! Reminders that the programme has to be finished, or should have been.

use domain::id::Id;
use domain::notice::{AFTER_DUE, BEFORE_DUE, training, training_key};
use domain::refusal::Fault;
use store::job::Job;

use super::Step;
use super::about::About;
use super::daily::{PIECE, is_full, tell};
use super::ending::notice;
use crate::Services;

/// Looks at some of the enrolments that are due and not finished.
pub(super) async fn piece(s: &Services, job: &Job, about: About) -> Result<Step, Fault> {
    let (from, until) = (about.day.minus_days(AFTER_DUE), about.day.plus_days(BEFORE_DUE));
    let after = about.after.map(Id::new);
    let rows = store::notice::unfinished(&s.db, from, until, after, PIECE).await?;
    let mut notices = Vec::new();
    for row in &rows {
        let Some(what) = training(row.due, about.day) else { continue };
        let params = serde_json::json!({ "due": row.due, "days": about.day.days_until(row.due).max(0) });
        notices.push((notice(job, row.person, what, &params), training_key(what, row.enrolment)));
    }
    tell(s, notices).await?;
    match rows.last() {
        Some(last) if is_full(rows.len()) => about.after(last.enrolment.raw()),
        Some(_) | None => Ok(Step::Done),
    }
}
