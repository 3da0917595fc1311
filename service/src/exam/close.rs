//! Handing in, and closing what nobody hands in.

use domain::access::Actor;
use domain::attempt::{State, Stored, state_at};
use domain::id::{AttemptId, WriterId};
use domain::refusal::{Fault, Refusal};
use domain::time::{Moment, seconds};
use store::Tx;
use store::attempt::Attempt;

use crate::{Services, attempt, grading};

/// What handing in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Handed in, now or earlier.
    Done,
    /// Events up to the last number have not all arrived: send them first, or confirm.
    Waiting(i64),
    /// Another tab or device holds the lease.
    LeaseLost,
}

/// Hands an attempt in. Handing in twice is handing in once.
///
/// # Errors
/// A refusal when the attempt is not the actor's.
pub async fn finish(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    last: Option<(WriterId, i64)>,
    confirmed: bool,
) -> Result<Finished, Refusal> {
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let held = attempt::own(&services, &tx, &actor, id).await?;
        if held.state == Stored::Finished {
            return Ok(Finished::Done);
        }
        let is_holder = held.lease_session == actor.session;
        let state = state_at(held.state, held.deadline_at, held.grace_seconds, now);
        if state == State::TimeUp {
            close_in(&services, &tx, &held, now).await?;
            return Ok(Finished::Done);
        }
        if !is_holder {
            return Ok(Finished::LeaseLost);
        }
        if let Some((writer, seq)) = last
            && !confirmed
            && writer == held.writer
            && seq > held.writer_seq
        {
            return Ok(Finished::Waiting(seq - held.writer_seq));
        }
        if store::attempt::close(&tx, id, "person", now).await? {
            grading::grade(&services, &tx, &held, Some(&actor), now).await?;
        }
        Ok(Finished::Done)
    })
    .await
}

/// Closes an attempt whose time is up.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn close(s: &Services, id: AttemptId, now: Moment) -> Result<(), Refusal> {
    let services = s.clone();
    s.db.write(move |tx| async move {
        let held = store::attempt::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
        close_in(&services, &tx, &held, now).await
    })
    .await
}

async fn close_in(s: &Services, tx: &Tx, held: &Attempt, now: Moment) -> Result<(), Refusal> {
    if now <= held.deadline_at + seconds(held.grace_seconds) {
        return Ok(());
    }
    if store::attempt::close(tx, held.id, "deadline", held.deadline_at).await? {
        grading::grade(s, tx, held, None, now).await?;
    }
    Ok(())
}

/// Closes attempts whose deadline and grace have passed; how many. One bad attempt never stops the rest.
///
/// # Errors
/// A fault of the database, when nothing could be looked up at all.
pub async fn sweep(s: &Services) -> Result<u32, Fault> {
    let now = s.now();
    let mut closed = 0;
    for overdue in store::attempt::overdue(&s.db, now, 500).await? {
        if now <= overdue.deadline_at + seconds(overdue.grace_seconds) {
            continue;
        }
        match close(s, overdue.id, now).await {
            Ok(()) => closed += 1,
            Err(error) => {
                tracing::error!(attempt.id = %overdue.id, %error, "Closing attempt {} failed", overdue.id);
            }
        }
    }
    Ok(closed)
}
