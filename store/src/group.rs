//! SQLite's one writer: a queue of writes, a savepoint each but for the first, one durable commit for many.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::refusal::Fault;
use futures_util::FutureExt;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

use crate::db::{Patience, Tx, leaked, settled};
use crate::fault::Doing;

const MOST_WRITES: usize = 128;
const LONGEST: Duration = Duration::from_millis(5);
/// Writes that may wait in each line; more callers wait for a place.
const QUEUE: usize = 1024;
/// After so many short ones in a row a long one has its turn, if one waits.
const IN_A_ROW: u32 = 8;

/// The way to the writer, in two lines: whoever cannot wait long is not behind a room of others that starts.
#[derive(Clone)]
pub(crate) struct Group {
    short: mpsc::Sender<Box<dyn Work>>,
    long: mpsc::Sender<Box<dyn Work>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    writes: AtomicU64,
    commits: AtomicU64,
}

/// One write: run by itself, then told whether the group's commit held.
trait Work: Send {
    /// Runs it; true keeps what it wrote.
    fn run(&mut self, tx: Tx) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;
    /// Answers the caller.
    fn finish(self: Box<Self>, committed: Result<(), &Fault>);
}

struct Waiting<F, T, E> {
    write: Option<F>,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, Fut, T, E> Work for Waiting<F, T, E>
where
    F: FnOnce(Tx) -> Fut + Send,
    Fut: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: From<Fault> + Send,
{
    fn run(&mut self, tx: Tx) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let Some(write) = self.write.take() else { return false };
            let result = AssertUnwindSafe(settled(write, &tx))
                .catch_unwind()
                .await
                .unwrap_or_else(|_| Err(Fault::new("writing", "the write panicked").into()));
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        })
    }

    fn finish(self: Box<Self>, committed: Result<(), &Fault>) {
        let result = match (self.result, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(fault)) => {
                let doing = "keeping it, with others";
                let why = fault.to_string();
                Err(if fault.is_full() { Fault::full(doing, why) } else { Fault::new(doing, why) }.into())
            }
            (None, Ok(())) => Err(Fault::new("writing", "the write never ran").into()),
        };
        // The caller may have gone away; the write stands all the same.
        let _ = self.answer.send(result);
    }
}

impl Group {
    /// Starts the writer on a connection and a thread of its own. It ends when the last handle is dropped.
    ///
    /// A thread of its own, because each statement is a message to the driver's thread and an answer from it. As one
    /// task among a thousand, the writer would stand in line after each answer, and everybody behind it as well.
    pub(crate) fn start(conn: DatabaseConnection) -> Result<Self, Fault> {
        let (short, first) = mpsc::channel(QUEUE);
        let (long, second) = mpsc::channel(QUEUE);
        let work = Lines { short: first, long: second, in_a_row: 0 };
        let counts = Arc::new(Counts::default());
        let (runtime, counted) = (tokio::runtime::Handle::current(), Arc::clone(&counts));
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || runtime.block_on(run(conn, work, counted)))
            .map_err(|error| Fault::new("starting the writer's thread", error))?;
        Ok(Self { short, long, counts })
    }

    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.counts.writes.load(Ordering::Relaxed), self.counts.commits.load(Ordering::Relaxed))
    }

    pub(crate) async fn write<T, E, F, Fut>(&self, patience: Patience, write: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work = Box::new(Waiting { write: Some(write), result: None, answer });
        let stopped = || Fault::new("queueing a write", "the writer has stopped");
        match patience {
            Patience::Long => self.long.send(work).await.map_err(|_| stopped())?,
            Patience::Short => self.short.try_send(work).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Fault::busy("queueing a write", "the queue is full"),
                mpsc::error::TrySendError::Closed(_) => stopped(),
            })?,
        }
        match answered.await {
            Ok(result) => result,
            Err(_) => Err(Fault::new("waiting for a write", "the writer has stopped").into()),
        }
    }
}

/// Where writes wait.
struct Lines {
    short: mpsc::Receiver<Box<dyn Work>>,
    long: mpsc::Receiver<Box<dyn Work>>,
    in_a_row: u32,
}

impl Lines {
    /// The next one, if any waits.
    fn waiting(&mut self) -> Option<Box<dyn Work>> {
        if self.in_a_row < IN_A_ROW
            && let Ok(short) = self.short.try_recv()
        {
            self.in_a_row += 1;
            return Some(short);
        }
        self.in_a_row = 0;
        self.long.try_recv().or_else(|_| self.short.try_recv()).ok()
    }

    /// The next one; none when nobody is left who could come.
    async fn next(&mut self) -> Option<Box<dyn Work>> {
        if let Some(waiting) = self.waiting() {
            return Some(waiting);
        }
        tokio::select! {
            Some(short) = self.short.recv() => Some(short),
            Some(long) = self.long.recv() => Some(long),
            else => None,
        }
    }
}

async fn run(conn: DatabaseConnection, mut work: Lines, counts: Arc<Counts>) {
    while let Some(first) = work.next().await {
        let mut group = Vec::new();
        let committed = commit_group(&conn, first, &mut work, &mut group).await;
        counts.writes.fetch_add(u64::try_from(group.len()).unwrap_or(0), Ordering::Relaxed);
        counts.commits.fetch_add(1, Ordering::Relaxed);
        if committed.is_err() {
            renew(&conn).await;
        }
        for done in group {
            done.finish(committed.as_ref().copied());
        }
    }
}

/// Closes the connection; the next write opens another.
///
/// SQLite ends a transaction by itself when, say, the disk is full, and the driver still counts it as open. On such a
/// connection a group can be put into a transaction that nobody ever commits, and be acknowledged.
async fn renew(conn: &DatabaseConnection) {
    let closed = match conn.get_sqlite_connection_pool().acquire().await {
        Ok(spoilt) => spoilt.close().await,
        Err(error) => Err(error),
    };
    if let Err(error) = closed {
        tracing::warn!(%error, "The writer's connection was not closed in order");
    }
}

async fn commit_group(
    conn: &DatabaseConnection,
    first: Box<dyn Work>,
    work: &mut Lines,
    group: &mut Vec<Box<dyn Work>>,
) -> Result<(), Fault> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    group.push(first);
    let Some(first) = group.last_mut() else { return Ok(()) };
    let outer = conn.begin_with_options(options).await.doing("beginning a group of writes")?;
    let started = Instant::now();
    // The first needs no savepoint: before it there is nothing to go back to. Most groups have no other.
    let (keep, outer) = within(outer, first.as_mut()).await?;
    if !keep {
        return outer.rollback().await.doing("rolling back a write");
    }
    let mut done = 1;
    while done < MOST_WRITES && started.elapsed() < LONGEST {
        group.extend(work.waiting());
        let Some(next) = group.get_mut(done) else { break };
        one(&outer, next.as_mut()).await?;
        done += 1;
    }
    outer.commit().await.doing("committing a group of writes")
}

/// Runs a write within a transaction or a savepoint; whether it is to be kept.
async fn within(
    transaction: DatabaseTransaction,
    work: &mut dyn Work,
) -> Result<(bool, DatabaseTransaction), Fault> {
    let tx = Tx::of(transaction);
    let keep = work.run(tx.clone()).await;
    Ok((keep, Arc::into_inner(tx.0).ok_or_else(leaked)?))
}

async fn one(outer: &DatabaseTransaction, work: &mut dyn Work) -> Result<(), Fault> {
    let savepoint = outer.begin().await.doing("setting a savepoint")?;
    let (keep, savepoint) = within(savepoint, work).await?;
    if keep {
        savepoint.commit().await.doing("releasing a savepoint")
    } else {
        savepoint.rollback().await.doing("rolling back to a savepoint")
    }
}
