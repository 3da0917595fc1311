//! Answers that come in together are entered together: one write and three statements for many of them.
//!
//! A clerk takes what waits, enters it, and answers everybody after the commit. Meanwhile the next ones gather, and
//! the second clerk gets ready. What needs a closer look (an event that was received before, a writer that has lost the lease, a row that
//! cannot be read) is entered alone, by [`super::alone`]: there nobody else waits for it, and it holds nobody up.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::access::Actor;
use domain::id::{AttemptId, WriterId};
use domain::refusal::{Fault, Refusal};
use store::attempt::{Advance, Attempt, Event};
use store::{Patience, Tx};
use tokio::sync::oneshot;

use super::book::Entered;
use super::{Ack, Incoming, alone, form, judged};
use crate::{Services, attempt};

/// The most that are entered together. Nobody among them is answered before all are entered.
const TOGETHER: usize = 64;
/// While one waits for the database, the other takes those who have come meanwhile.
const CLERKS: u32 = 2;
/// More do not wait here; they are asked to come again.
const MOST_WAITING: usize = 2_000;

/// A batch of events on its way into the journal.
#[derive(Clone)]
pub(super) struct Batch {
    pub(super) actor: Actor,
    pub(super) attempt: AttemptId,
    pub(super) writer: WriterId,
    pub(super) events: Vec<Incoming>,
}

struct Waiting {
    batch: Batch,
    answer: oneshot::Sender<Result<Ack, Refusal>>,
}

/// Where batches wait for the clerk.
#[derive(Default)]
pub(crate) struct Desk(Mutex<Tray>);

#[derive(Default)]
struct Tray {
    waiting: VecDeque<Waiting>,
    clerks: u32,
}

impl Desk {
    fn tray(&self) -> MutexGuard<'_, Tray> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next ones, at most one of each attempt: the second is judged by what the first has changed. When none
    /// waits, the clerk goes home.
    fn next(&self) -> Vec<Waiting> {
        let mut tray = self.tray();
        let (mut together, mut later) = (Vec::new(), Vec::new());
        let mut attempts = HashSet::new();
        for _ in 0..TOGETHER {
            let Some(next) = tray.waiting.pop_front() else { break };
            if attempts.insert(next.batch.attempt) {
                together.push(next);
            } else {
                later.push(next);
            }
        }
        for next in later.into_iter().rev() {
            tray.waiting.push_front(next);
        }
        if together.is_empty() {
            tray.clerks -= 1;
        }
        together
    }
}

/// Hands a batch in at the desk, and waits until it is durable.
///
/// # Errors
/// As [`super::answer`].
pub(super) async fn hand_in(s: &Services, batch: Batch) -> Result<Ack, Refusal> {
    let (answer, answered) = oneshot::channel();
    {
        let mut tray = s.desk.tray();
        if tray.waiting.len() >= MOST_WAITING {
            return Err(Fault::busy("taking an answer", "too many wait").into());
        }
        tray.waiting.push_back(Waiting { batch, answer });
        if tray.clerks < CLERKS {
            tray.clerks += 1;
            // Not a part of this request: whoever closes the page must not send the clerk away.
            tokio::spawn(work(Clerk(s.clone())));
        }
    }
    answered
        .await
        .unwrap_or_else(|_| Err(Fault::new("waiting for an answer to be kept", "it was dropped").into()))
}

/// Somebody at the desk. If they faint, those who wait are told that nothing was kept, and come again.
struct Clerk(Services);

impl Drop for Clerk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut tray = self.0.desk.tray();
            tray.clerks = tray.clerks.saturating_sub(1);
            tray.waiting.clear();
        }
    }
}

async fn work(clerk: Clerk) {
    loop {
        let together = clerk.0.desk.next();
        if together.is_empty() {
            return;
        }
        serve(&clerk.0, together).await;
    }
}

async fn serve(s: &Services, waiting: Vec<Waiting>) {
    let waiting = match <[Waiting; 1]>::try_from(waiting) {
        // Meanwhile others gather.
        Ok([only]) => return drop(only.answer.send(alone(s, only.batch).await)),
        Err(several) => several,
    };
    let batches: Vec<Batch> = waiting.iter().map(|one| one.batch.clone()).collect();
    let services = s.clone();
    let done =
        s.db.record(Patience::Short, move |tx| async move { enter(&services, &tx, batches).await }).await;
    match done {
        Ok(outcomes) => {
            for (one, outcome) in waiting.into_iter().zip(outcomes) {
                match outcome {
                    // The caller may have gone away; what was kept is kept.
                    Some(ack) => drop(one.answer.send(ack)),
                    None => apart(s, one),
                }
            }
        }
        Err(fault) if fault.is_busy() => {
            for one in waiting {
                drop(one.answer.send(Err(Fault::busy("taking an answer", "the queue is full").into())));
            }
        }
        // One of them may be to blame: it shall be so for itself.
        Err(fault) => {
            tracing::debug!(%fault, "Answers were not entered together; each is entered alone");
            for one in waiting {
                apart(s, one);
            }
        }
    }
}

fn apart(s: &Services, one: Waiting) {
    let s = s.clone();
    tokio::spawn(async move { drop(one.answer.send(alone(&s, one.batch).await)) });
}

/// What each came to; none where it needs a closer look.
async fn enter(
    s: &Services,
    tx: &Tx,
    batches: Vec<Batch>,
) -> Result<Vec<Option<Result<Ack, Refusal>>>, Fault> {
    let now = s.now();
    let ids = batches.iter().map(|batch| batch.attempt).collect();
    let mut found: BTreeMap<AttemptId, _> = store::attempt::held_all(tx, ids).await?;
    let mut outcomes = Vec::with_capacity(batches.len());
    let (mut advances, mut events) = (Vec::new(), Vec::new());
    for batch in &batches {
        let (held, known) = match found.remove(&batch.attempt) {
            None => {
                outcomes.push(Some(Err(Refusal::NotFound)));
                continue;
            }
            Some(Err(_)) => {
                outcomes.push(None);
                continue;
            }
            Some(Ok(read)) => read,
        };
        if let Err(refusal) = attempt::owned(&batch.actor, &held) {
            outcomes.push(Some(Err(refusal)));
            continue;
        }
        let judged = if is_plain(&held, batch) { fresh(s, tx, &held, known, batch, now).await } else { None };
        let Some((entered, ack)) = judged else {
            outcomes.push(None);
            continue;
        };
        if !entered.events.is_empty() {
            let to = Advance { last_ord: entered.ord, journal_hash: entered.link, writer_seq: entered.acked };
            events.extend(entered.events.into_iter().map(|event| (held.id, event)));
            advances.push((held, to));
        }
        outcomes.push(Some(Ok(ack)));
    }
    keep(tx, &advances, events).await?;
    Ok(outcomes)
}

/// Whether it comes from the holder of the lease, and nothing of it was received for good before.
fn is_plain(held: &Attempt, batch: &Batch) -> bool {
    batch.writer == held.writer && batch.events.iter().all(|event| event.seq > held.writer_seq)
}

async fn fresh(
    s: &Services,
    tx: &Tx,
    held: &Attempt,
    known: Vec<Event>,
    batch: &Batch,
    now: domain::time::Moment,
) -> Option<(Entered, Ack)> {
    let form = form::of(s, tx, held).await.ok()?;
    judged(held, form, (batch.writer, None), known, &batch.events, now).ok()
}

async fn keep(
    tx: &Tx,
    advances: &[(Attempt, Advance)],
    events: Vec<(AttemptId, Event)>,
) -> Result<(), Fault> {
    if advances.is_empty() {
        return Ok(());
    }
    let journals: Vec<_> = advances.iter().map(|(held, to)| (held, *to)).collect();
    let moved = store::attempt::advance_all(tx, &journals).await?;
    if u64::try_from(journals.len()) != Ok(moved) {
        // On PostgreSQL somebody was faster at one of them: nothing of this group is kept.
        return Err(Fault::new("entering answers together", "a journal has moved on"));
    }
    store::attempt::insert_events(tx, events).await
}
