//! Handing in, and closing what nobody hands in.

use domain::access::Actor;
use domain::attempt::{State, Stored};
use domain::id::{AttemptId, WriterId};
use domain::refusal::{Fault, Refusal};
use domain::time::{Moment, minutes};
use store::attempt::Attempt;
use store::{Patience, Tx};
use tokio::task::JoinSet;

use crate::{Services, attempt, grading};

/// What handing in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Handed in, now or earlier.
    Done,
    /// Events up to the last number have not all arrived: send them first, or confirm.
    Waiting(i64),
    /// The clock stands still: nothing is handed in meanwhile.
    Paused,
    /// Another tab or device holds the lease.
    LeaseLost,
}

/// On PostgreSQL an answer may come between reading and closing: then the attempt is read again.
const TRIES: u32 = 20;

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
    for _ in 0..TRIES {
        let (services, actor) = (s.clone(), actor.clone());
        let done =
            s.db.record(Patience::Long, move |tx| async move {
                let held = attempt::own(&tx, &actor, id).await?;
                finish_in(&services, &tx, &actor, &held, last, confirmed).await
            })
            .await?;
        if let Some(finished) = done {
            return Ok(finished);
        }
    }
    Err(Refusal::Fault(Fault::new("handing in", "answers were always faster")))
}

async fn finish_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    held: &Attempt,
    last: Option<(WriterId, i64)>,
    confirmed: bool,
) -> Result<Option<Finished>, Refusal> {
    let now = s.now();
    match held.clockwork().state_at(now) {
        State::Finished => return Ok(Some(Finished::Done)),
        State::TimeUp => return Ok(close_in(s, tx, held, now).await?.then_some(Finished::Done)),
        State::Paused => return Ok(Some(Finished::Paused)),
        State::Open | State::Grace => {}
    }
    if held.lease_session != actor.session {
        return Ok(Some(Finished::LeaseLost));
    }
    if let Some((writer, seq)) = last
        && !confirmed
        && writer == held.writer
        && seq > held.writer_seq
    {
        return Ok(Some(Finished::Waiting(seq - held.writer_seq)));
    }
    if !store::attempt::close(tx, held, "person", now).await? {
        return Ok(None);
    }
    grading::grade(s, tx, held, Some(actor), ("person", now)).await?;
    Ok(Some(Finished::Done))
}

/// Closes an attempt whose time is up.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn close(s: &Services, id: AttemptId) -> Result<(), Refusal> {
    for _ in 0..TRIES {
        let services = s.clone();
        let done =
            s.db.record(Patience::Long, move |tx| async move {
                let held = store::attempt::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
                close_in(&services, &tx, &held, services.now()).await
            })
            .await?;
        if done {
            return Ok(());
        }
    }
    Err(Refusal::Fault(Fault::new("closing an attempt", "answers were always faster")))
}

/// Whether nothing is left to be done.
async fn close_in(s: &Services, tx: &Tx, held: &Attempt, now: Moment) -> Result<bool, Refusal> {
    if held.state == Stored::Finished || held.paused_at.is_some() || now <= held.clockwork().grades_at() {
        return Ok(true);
    }
    if !store::attempt::close(tx, held, "deadline", held.deadline_at).await? {
        return Ok(false);
    }
    grading::grade(s, tx, held, None, ("deadline", held.deadline_at)).await?;
    Ok(true)
}

/// The most attempts that one turn of the sweeper closes.
const MOST_IN_TURN: u64 = 2_000;
/// Closed side by side, so that a group commits for many of them.
const AT_ONCE: usize = 64;
/// An attempt that could not be closed is tried again after so many minutes.
const ASIDE_MINUTES: u32 = 10;

/// Closes attempts whose deadline and grace have passed; how many. A bad one is set aside and reported, and
/// never holds up the rest.
///
/// # Errors
/// A fault of the database, when nothing could be looked up at all.
pub async fn sweep(s: &Services) -> Result<u32, Fault> {
    let now = s.now();
    let overdue = store::attempt::overdue(&s.db, now, MOST_IN_TURN).await?;
    let mut due = overdue.into_iter().filter(|held| now > held.clockwork().grades_at()).map(|held| held.id);
    let mut under_way = JoinSet::new();
    let mut closed = 0;
    loop {
        while under_way.len() < AT_ONCE
            && let Some(id) = due.next()
        {
            let services = s.clone();
            under_way.spawn(async move { (id, close(&services, id).await) });
        }
        match under_way.join_next().await {
            None => return Ok(closed),
            Some(Ok((_, Ok(())))) => closed += 1,
            Some(Ok((id, Err(error)))) => aside(s, id, &error, now).await,
            Some(Err(error)) => tracing::error!(%error, "Closing an attempt panicked"),
        }
    }
}

async fn aside(s: &Services, id: AttemptId, error: &Refusal, now: Moment) {
    tracing::error!(attempt.id = %id, %error, "Closing attempt {id} failed; it is tried again in {ASIDE_MINUTES} minutes");
    let why = error.to_string();
    let set =
        s.db.record(Patience::Long, move |tx| async move {
            store::attempt::set_aside(&tx, id, now + minutes(ASIDE_MINUTES), &why).await
        })
        .await;
    if let Err(error) = set {
        tracing::error!(attempt.id = %id, %error, "Setting attempt {id} aside failed");
    }
}
