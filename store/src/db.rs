//! The database: reads anywhere, writes in turn.
//!
//! PostgreSQL: each write is its own transaction. SQLite: writers take turns on one connection, each a
//! SAVEPOINT of a shared transaction that commits once for the group (at most 128 writes or 5 ms), and
//! nobody is answered before that commit is durable. A write that is refused rolls back alone.

use std::future::Future;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::refusal::Fault;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, DbBackend, DbErr, Statement,
    TransactionTrait, Value,
};

use crate::fault::Doing;
use crate::group::Group;

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) read: DatabaseConnection,
    pub(crate) writer: Writer,
    pub(crate) statements: Arc<AtomicU64>,
    pub(crate) changes: Arc<AtomicU64>,
}

#[derive(Clone)]
pub(crate) enum Writer {
    Sqlite(Group),
    Postgres(DatabaseConnection),
}

/// A write under way. Everything done through it commits together or not at all.
#[derive(Clone)]
pub struct Tx(pub(crate) Arc<DatabaseTransaction>, Arc<Mutex<Vec<AtEnd>>>);

/// What a write still has to add, and what it does by that.
type AtEnd = (&'static str, Statement);

impl Tx {
    pub(crate) fn of(inner: DatabaseTransaction) -> Self {
        Self(Arc::new(inner), Arc::default())
    }

    /// Leaves a row for the end of the write, whose other statements do not ask for it.
    ///
    /// On SQLite each statement is a message to the driver's thread and back; what is left goes in one.
    pub(crate) fn at_end(&self, doing: &'static str, statement: Statement) {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push((doing, statement));
    }

    /// Adds what was left for the end.
    pub(crate) async fn settle(&self) -> Result<(), Fault> {
        let left = mem::take(&mut *self.1.lock().unwrap_or_else(PoisonError::into_inner));
        let Some((first, _)) = left.first() else { return Ok(()) };
        if self.0.get_database_backend() != DbBackend::Sqlite {
            for (doing, statement) in left {
                self.0.execute_raw(statement).await.doing(doing)?;
            }
            return Ok(());
        }
        let doing = *first;
        let sql: Vec<&str> = left.iter().map(|(_, statement)| statement.sql.as_str()).collect();
        let values = left.iter().filter_map(|(_, statement)| statement.values.as_ref());
        let values: Vec<Value> = values.flat_map(|values| values.0.iter().cloned()).collect();
        let all = Statement::from_sql_and_values(DbBackend::Sqlite, sql.join("; "), values);
        self.0.execute_raw(all).await.doing(doing)?;
        Ok(())
    }
}

/// Where a query runs: on [`Db`] for reading, on [`Tx`] inside a write.
pub trait Conn: Sync {
    /// The connection to run on.
    #[doc(hidden)]
    fn on(&self) -> DatabaseExecutor<'_>;
}

impl Conn for Db {
    fn on(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Connection(&self.read)
    }
}

impl Conn for Tx {
    fn on(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::Transaction(&self.0)
    }
}

/// How long a write waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Until it comes: somebody looks at a page that is on its way.
    Long,
    /// Not when the queue is full: the caller keeps what it has and comes again.
    Short,
}

/// Which engine is behind a [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A server of its own.
    Postgres,
}

impl Db {
    /// Which engine this is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self.writer {
            Writer::Sqlite(_) => Engine::Sqlite,
            Writer::Postgres(_) => Engine::Postgres,
        }
    }

    /// How many statements have run: what tests count.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How many writes and how many commits there were since the start (SQLite only).
    #[must_use]
    pub fn grouping(&self) -> Option<(u64, u64)> {
        match &self.writer {
            Writer::Sqlite(group) => Some(group.counts()),
            Writer::Postgres(_) => None,
        }
    }

    /// Runs a write and answers after its commit is durable. An error rolls it back.
    ///
    /// The write must not wait for anything but the database: on SQLite it holds everybody's turn.
    ///
    /// # Errors
    /// What the write itself said, or a fault of the database.
    pub async fn write<T, E, F, Fut>(&self, write: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        let result = self.record(Patience::Long, write).await;
        // Also after an error: the commit may have held all the same.
        self.changes.fetch_add(1, Ordering::AcqRel);
        result
    }

    /// How many writes of this process may have changed who may do what: what was read before the last of them is not
    /// to be believed.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Runs a write that changes nothing about who somebody is and what they may do: answers, attempts, what was
    /// noted in passing. What is remembered of that stays in force, so that a room that sits a test does not forget
    /// everybody at each answer.
    ///
    /// # Errors
    /// The same; [`Fault::is_busy`] when the turn would come later than the caller can wait.
    pub async fn record<T, E, F, Fut>(&self, patience: Patience, write: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: FnOnce(Tx) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        match &self.writer {
            Writer::Sqlite(group) => group.write(patience, write).await,
            Writer::Postgres(conn) => {
                let tx = Tx::of(begin(conn).await?);
                let result = settled(write, &tx).await;
                let tx = Arc::into_inner(tx.0).ok_or_else(leaked)?;
                match result {
                    Ok(value) => {
                        tx.commit().await.doing("committing")?;
                        Ok(value)
                    }
                    Err(error) => {
                        tx.rollback().await.doing("rolling back")?;
                        Err(error)
                    }
                }
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// A fault, when it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        self.read.ping().await.doing("pinging the database")
    }
}

/// Runs a write to its end.
pub(crate) async fn settled<T, E, F, Fut>(write: F, tx: &Tx) -> Result<T, E>
where
    E: From<Fault>,
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let value = write(tx.clone()).await?;
    tx.settle().await?;
    Ok(value)
}

pub(crate) fn leaked() -> Fault {
    Fault::new("ending a write", "a write kept its transaction")
}

async fn begin(conn: &DatabaseConnection) -> Result<DatabaseTransaction, Fault> {
    conn.begin().await.map_err(|error| {
        let is_busy = matches!(error, DbErr::ConnectionAcquire(_));
        if is_busy { Fault::busy("beginning a write", error) } else { Fault::new("beginning a write", error) }
    })
}
