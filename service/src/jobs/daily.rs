//! The work of each civil day: asked for once, whichever server comes first.

use domain::job::{Daily, Followup};
use domain::refusal::Fault;
use domain::time::Day;
use store::job::{Job, NewJob};
use store::notice::Notice;

use super::about::About;
use super::{Step, ending, tidy, training};
use crate::{Services, chance, regrade};

/// The most rows that a piece of work reads, and that one write adds or removes: no write holds the writer
/// for long.
pub(super) const PIECE: u64 = 100;

/// Asks for the work of today, as far as nobody has.
///
/// # Errors
/// A fault of the database.
pub async fn ask(s: &Services) -> Result<(), Fault> {
    let (today, now) = (s.today(), s.now());
    let keys = Daily::ALL.iter().map(|kind| key(*kind, today)).collect();
    let known = store::job::known(&s.db, keys).await?;
    let mut missing = Vec::new();
    for kind in Daily::ALL.iter().filter(|kind| !known.contains(&key(**kind, today))) {
        missing.push(NewJob {
            id: chance::id(now),
            name: kind.code().to_owned(),
            payload: About::of(today).write()?,
            key: Some(key(*kind, today)),
            run_at: now,
            created_at: now,
        });
    }
    if missing.is_empty() {
        return Ok(());
    }
    s.db.write(move |tx| async move {
        for job in missing {
            store::job::enqueue(&tx, job).await?;
        }
        Ok(())
    })
    .await
}

fn key(kind: Daily, day: Day) -> String {
    format!("{}:{day}", kind.code())
}

/// One piece of a job.
pub(super) async fn work(s: Services, job: Job) -> Result<Step, Fault> {
    if let Some(kind) = Followup::of(&job.name) {
        return regrade::piece(&s, kind, &job).await;
    }
    let kind =
        Daily::of(&job.name).ok_or_else(|| Fault::new("finding out what a job is", job.name.clone()))?;
    let about = About::read(&job.payload)?;
    match kind {
        Daily::RemindOfEnd => ending::piece(&s, &job, about).await,
        Daily::RemindOfTraining => training::piece(&s, &job, about).await,
        Daily::TidyUp => tidy::piece(&s, &job).await,
    }
}

/// Whether there may be more than was read.
pub(super) fn is_full(rows: usize) -> bool {
    u64::try_from(rows).is_ok_and(|rows| rows >= PIECE)
}

/// Adds notices, each told once, in writes of bounded size.
pub(super) async fn tell(s: &Services, mut notices: Vec<(Notice, String)>) -> Result<(), Fault> {
    let most = usize::try_from(PIECE).unwrap_or(1);
    while !notices.is_empty() {
        let rest = notices.split_off(notices.len().min(most));
        let some = std::mem::replace(&mut notices, rest);
        s.db.write(move |tx| async move { store::notice::add_once(&tx, some).await }).await?;
    }
    Ok(())
}
