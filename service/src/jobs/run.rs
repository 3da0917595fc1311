//! The runner: claims a job, works on it piece by piece, and leaves it in order.

use std::future::Future;

use domain::job::{LEASE_MINUTES, again_at, is_worn_out};
use domain::refusal::Fault;
use domain::time::minutes;
use store::Patience;
use store::job::{End, Job};

use super::daily;
use crate::{Services, chance};

/// What one piece of work came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The job is done.
    Done,
    /// There is more to do: the payload to go on with.
    More(String),
}

/// What an administrator reads of a job that panicked.
pub const PANICKED: &str = "panicked";
/// What an administrator reads of a job that no worker lived to finish.
pub const ABANDONED: &str = "abandoned";

/// A turn of the worker has other things to do: so many jobs, and so many pieces of work, at most.
const JOBS_A_TURN: u64 = 5;
const PIECES_A_TURN: u32 = 20;

/// Runs what is due; how many jobs.
///
/// # Errors
/// A fault of the database. A job that fails is not one.
pub async fn run_due(s: &Services) -> Result<u32, Fault> {
    run_with(s, daily::work).await
}

/// Runs what is due with other work than that of the product: what tests bring.
///
/// # Errors
/// A fault of the database. A job that fails is not one.
pub async fn run_with<W, F>(s: &Services, work: W) -> Result<u32, Fault>
where
    W: Fn(Services, Job) -> F + Send + Sync,
    F: Future<Output = Result<Step, Fault>> + Send + 'static,
{
    let (mut ran, mut pieces) = (0, PIECES_A_TURN);
    for found in store::job::due(&s.db, s.now(), JOBS_A_TURN).await? {
        if pieces == 0 {
            break;
        }
        let Some(held) = claim(s, &found).await? else { continue };
        let end = if is_worn_out(found.tries) {
            End::Failed(ABANDONED.to_owned())
        } else {
            carry_on(s, &held, &mut pieces, &work).await
        };
        leave(s, held, end).await?;
        ran += 1;
    }
    Ok(ran)
}

async fn claim(s: &Services, found: &Job) -> Result<Option<Job>, Fault> {
    let (found, until) = (found.clone(), s.now() + minutes(LEASE_MINUTES));
    s.db.record(Patience::Long, move |tx| async move { store::job::claim(&tx, &found, until).await }).await
}

/// Works until the job is done, has failed, or has had its share of the turn.
async fn carry_on<W, F>(s: &Services, held: &Job, pieces: &mut u32, work: &W) -> End
where
    W: Fn(Services, Job) -> F + Send + Sync,
    F: Future<Output = Result<Step, Fault>> + Send + 'static,
{
    let mut job = held.clone();
    loop {
        *pieces = pieces.saturating_sub(1);
        match guarded(work(s.clone(), job.clone()), held).await {
            Ok(Step::Done) => return End::Done,
            Ok(Step::More(payload)) if *pieces > 0 => job.payload = payload,
            Ok(Step::More(payload)) => return End::Further(payload),
            Err(error) => {
                let chance = u16::from_be_bytes(chance::bytes());
                return match again_at(held.tries, s.now(), chance) {
                    Some(at) => End::Again(at, error),
                    None => End::Failed(error),
                };
            }
        }
    }
}

/// Runs a piece of work as a task of its own, so that a panic ends no more than itself.
async fn guarded<F>(work: F, job: &Job) -> Result<Step, String>
where
    F: Future<Output = Result<Step, Fault>> + Send + 'static,
{
    match tokio::spawn(work).await {
        Ok(Ok(step)) => Ok(step),
        Ok(Err(fault)) => {
            tracing::error!(job.id = %job.id, job.name, job.tries, %fault, "Job {} failed", job.id);
            Err(outline(&fault))
        }
        Err(error) => {
            tracing::error!(job.id = %job.id, job.name, job.tries, %error, "Job {} panicked", job.id);
            Err(PANICKED.to_owned())
        }
    }
}

/// What was being done when it broke. The rest may quote the database and is for the log only.
fn outline(fault: &Fault) -> String {
    let whole = fault.to_string();
    whole.split_once(": ").map_or(whole.as_str(), |(doing, _)| doing).to_owned()
}

async fn leave(s: &Services, held: Job, end: End) -> Result<(), Fault> {
    let (id, now) = (held.id, s.now());
    let is_left =
        s.db.record(Patience::Long, move |tx| async move { store::job::settle(&tx, &held, end, now).await })
            .await?;
    if !is_left {
        tracing::warn!(job.id = %id, "Job {id} took longer than its lease and was taken over");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_said_is_not_shown() {
        let fault = Fault::new("reading periods", "no such table: period");
        assert_eq!(outline(&fault), "reading periods");
    }
}
