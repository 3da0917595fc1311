//! Opening a database: settings that durability rests on are set, read back, and insisted on.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::refusal::Fault;
use migrations::Migrator;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection, PgConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigratorTrait, SchemaManager};

use crate::db::{Db, Writer};
use crate::fault::{Doing, said_by};
use crate::group::Group;

const READERS: u32 = 4;
const OPENING: &str = "opening the database";
const WAITING: &str = "waiting for another server that migrates the schema";
/// What servers of this product lock in PostgreSQL while they migrate: any number that nothing else uses.
const MIGRATING: i64 = 4_917_226_300_451_118;
const READING: &str = "reading which migrations it has had";
/// How long PostgreSQL may take to say why it lets nobody in.
const ASKING: Duration = Duration::from_secs(2);
/// What a file of ours needs.
const WRITABLE: &str = "Nothing was changed; this program must be able to write the file and its folder";

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…` and checks that an acknowledged write survives a power cut.
    ///
    /// # Errors
    /// A fault that says what is wrong with the address, the file or the settings.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        let statements = Arc::new(AtomicU64::new(0));
        if let Some(path) = sqlite_path(url)? {
            return open_sqlite(path, statements).await;
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return open_postgres(url, statements).await;
        }
        Err(Fault::new(OPENING, "the address must begin with sqlite: or postgres:"))
    }

    /// Takes a SQLite file for this process, until the answer is dropped or the process ends in any way.
    ///
    /// For whoever serves, or changes the schema. Other commands need not take it: every write waits for its
    /// turn. On PostgreSQL, which many servers share, there is nothing to take.
    ///
    /// # Errors
    /// A fault, when another process has taken it or the file cannot be locked.
    pub fn claim(url: &str) -> Result<Option<File>, Fault> {
        let Some(path) = sqlite_path(url)? else { return Ok(None) };
        make_folder(path)?;
        // A file of its own: closing a handle on the database itself would drop SQLite's locks on it. It
        // stays there, because whoever removed it could remove another's.
        let mut beside = std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        beside.as_mut_os_string().push(".lock");
        let named = beside.display();
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&beside)
            .map_err(|error| Fault::new(OPENING, format!("{named}: {error}. {WRITABLE}")))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(Fault::new(
                OPENING,
                format!(
                    "another server works on {path} (it holds {named}). It was left to it; \
                     stop that server first, or name another database"
                ),
            )),
            Err(TryLockError::Error(error)) => Err(Fault::new(
                OPENING,
                format!(
                    "{named} cannot be locked: {error}. Nothing was changed; keep the file on a local disk"
                ),
            )),
        }
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// A fault, also when the database is of a newer version than this program.
    pub async fn migrate(&self) -> Result<(), Fault> {
        self.refuse_newer().await?;
        let Writer::Postgres(_) = &self.writer else {
            return Migrator::up(&self.writer_connection().await?, None).await.doing("migrating the schema");
        };
        // Servers that start together take turns: whoever comes second finds nothing left to do. The lock ends with
        // this transaction, however it ends.
        let turn = self.read.begin().await.doing(WAITING)?;
        let lock = format!("SELECT pg_advisory_xact_lock({MIGRATING})");
        turn.execute_unprepared(&lock).await.doing(WAITING)?;
        self.refuse_newer().await?;
        Migrator::up(&self.read, None).await.doing("migrating the schema")?;
        turn.commit().await.doing(WAITING)
    }

    async fn refuse_newer(&self) -> Result<(), Fault> {
        let applied = applied_versions(&self.read).await?;
        let known: Vec<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
        match applied.into_iter().find(|version| !known.contains(version)) {
            Some(version) => Err(Fault::new(
                OPENING,
                format!(
                    "it is of a newer version than this program (it has had {version}). \
                     It was left as it is; start the newer program, or name another database"
                ),
            )),
            None => Ok(()),
        }
    }

    /// Whether every migration has run.
    ///
    /// # Errors
    /// A fault of the database, or that it is of a newer version.
    pub async fn is_current(&self) -> Result<bool, Fault> {
        self.refuse_newer().await?;
        Ok(applied_versions(&self.read).await?.len() == Migrator::migrations().len())
    }

    async fn writer_connection(&self) -> Result<DatabaseConnection, Fault> {
        let url = self.read.get_sqlite_path().doing("finding the file")?;
        connect_sqlite(&url, 1, false, &self.statements).await
    }
}

trait SqlitePath {
    fn get_sqlite_path(&self) -> Result<String, sea_orm::DbErr>;
}

impl SqlitePath for DatabaseConnection {
    fn get_sqlite_path(&self) -> Result<String, sea_orm::DbErr> {
        let pool = self.get_sqlite_connection_pool();
        Ok(pool.connect_options().get_filename().to_string_lossy().into_owned())
    }
}

async fn applied_versions(conn: &DatabaseConnection) -> Result<Vec<String>, Fault> {
    // No such table before the first migration: then nothing was applied.
    if !SchemaManager::new(conn).has_table("seaql_migrations").await.doing(READING)? {
        return Ok(Vec::new());
    }
    let statement =
        Statement::from_string(conn.get_database_backend(), "SELECT version FROM seaql_migrations");
    let rows = conn.query_all_raw(statement).await.doing(READING)?;
    rows.iter().map(|row| row.try_get::<String>("", "version").doing(READING)).collect()
}

/// The path in `sqlite:PATH`, and nothing for another address.
fn sqlite_path(url: &str) -> Result<Option<&str>, Fault> {
    let Some(path) = url.strip_prefix("sqlite:") else { return Ok(None) };
    let path = path.trim_start_matches("//").split('?').next().unwrap_or_default();
    if path.is_empty() || path.contains(":memory:") {
        let why = "sqlite: needs the path of a file, for example sqlite:data/academy.db. Nothing was changed";
        return Err(Fault::new(OPENING, why));
    }
    if Path::new(path).is_dir() {
        let why = format!("{path} is a folder. Nothing was changed; name a file in it: {path}/academy.db");
        return Err(Fault::new(OPENING, why));
    }
    Ok(Some(path))
}

fn make_folder(path: &str) -> Result<(), Fault> {
    let Some(folder) = Path::new(path).parent() else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        Fault::new(
            "making the database's folder",
            format!("{folder}: {error}. Nothing was changed; make it, or name a file in another folder"),
        )
    })
}

async fn open_sqlite(path: &str, statements: Arc<AtomicU64>) -> Result<Db, Fault> {
    make_folder(path)?;
    let write = connect_sqlite(path, 1, false, &statements).await?;
    for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        insist(&write, &format!("PRAGMA {pragma}"), &[wanted]).await?;
    }
    try_writing(&write).await.map_err(|error| not_opened(path, &error))?;
    let read = connect_sqlite(path, READERS, true, &statements).await?;
    let writer = Writer::Sqlite(Group::start(write)?);
    Ok(Db { read, writer, statements, changes: Arc::default() })
}

/// Writes and takes it back: a file that may only be read opens all the same, and fails at the first answer.
async fn try_writing(conn: &DatabaseConnection) -> Result<(), DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let turn = conn.begin_with_options(options).await?;
    turn.execute_unprepared("PRAGMA user_version = 0").await?;
    turn.rollback().await
}

async fn connect_sqlite(
    path: &str,
    connections: u32,
    read_only: bool,
    statements: &Arc<AtomicU64>,
) -> Result<DatabaseConnection, Fault> {
    // The name is set below, as it stands: in an address a % would mean something.
    let mut options = ConnectOptions::new("sqlite:file?mode=rwc");
    let file = path.to_owned();
    options
        .max_connections(connections)
        .min_connections(1)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite: SqliteConnectOptions| {
            let sqlite = sqlite
                .filename(&file)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                // A list of one more id is another statement.
                .statement_cache_capacity(512);
            if read_only {
                sqlite.pragma("query_only", "ON")
            } else {
                // In KiB. What is written again and again need not be read from the file in between.
                sqlite.pragma("cache_size", "-32768")
            }
        });
    connect(options, statements).await.map_err(|error| not_opened(path, &error))
}

async fn open_postgres(url: &str, statements: Arc<AtomicU64>) -> Result<Db, Fault> {
    // The driver would repeat an address that it cannot read, and the password in it.
    let target: PgConnectOptions = url.parse().map_err(|_| {
        let why = "the address cannot be read; it must be like postgres://user:password@host:5432/name, with \
                   special characters as %XX. Nothing was changed";
        Fault::new(OPENING, why)
    })?;
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(16)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .statement_timeout(Duration::from_secs(30));
    let conn = match connect(options, &statements).await {
        Ok(conn) => conn,
        Err(error) => return Err(not_reached(&target, &error).await),
    };
    insist(&conn, "SHOW fsync", &["on"]).await?;
    insist(&conn, "SHOW synchronous_commit", &["on", "remote_write", "remote_apply"]).await?;
    Ok(Db { read: conn.clone(), writer: Writer::Postgres(conn), statements, changes: Arc::default() })
}

async fn connect(options: ConnectOptions, statements: &Arc<AtomicU64>) -> Result<DatabaseConnection, DbErr> {
    let mut conn = Database::connect(options).await?;
    let statements = Arc::clone(statements);
    conn.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
    Ok(conn)
}

/// Why a SQLite file could not be opened, what became of it, what to do.
fn not_opened(path: &str, error: &DbErr) -> Fault {
    let Some(sqlx::Error::Database(said)) = said_by(error) else {
        return Fault::new(OPENING, format!("{path}: {error}. {WRITABLE}"));
    };
    // The lowest byte is the kind of error, the rest a detail of it.
    let kind = said.code().and_then(|code| code.parse::<i32>().ok()).map_or(0, |code| code & 0xff);
    let advice = match kind {
        5 => "Nothing was changed; another program holds it: stop that first",
        11 | 26 => "It was left as it is; name another file, or bring back a backup",
        _ => WRITABLE,
    };
    Fault::new(OPENING, format!("{path}: {}. {advice}", said.message()))
}

/// Why PostgreSQL could not be reached, without the address: a password may be in it.
async fn not_reached(target: &PgConnectOptions, error: &DbErr) -> Fault {
    let place = target.get_socket().map_or_else(
        || format!("{}:{}", target.get_host(), target.get_port()),
        |socket| socket.display().to_string(),
    );
    if let Some(said) = said_by(error)
        && !matches!(said, sqlx::Error::PoolTimedOut)
    {
        return refused_at(&place, said);
    }
    // The pool says only that its time ran out; one more try says why.
    if let Ok(Err(said)) = tokio::time::timeout(ASKING, PgConnection::connect_with(target)).await {
        return refused_at(&place, &said);
    }
    let why = format!("PostgreSQL at {place} does not answer in time");
    Fault::new(OPENING, format!("{why}. Nothing was changed; see what holds it up, and start again"))
}

fn refused_at(place: &str, said: &sqlx::Error) -> Fault {
    let (why, advice) = if let sqlx::Error::Io(error) = said {
        let why = format!("nothing answers at {place}: {error}");
        (why, "start PostgreSQL there, or correct the address")
    } else if let sqlx::Error::Database(error) = said {
        let why = format!("PostgreSQL at {place} refuses: {}", error.message());
        (why, "correct the user, the password or the name of the database")
    } else {
        (format!("PostgreSQL at {place}: {said}"), "correct the address")
    };
    Fault::new(OPENING, format!("{why}. Nothing was changed; {advice}"))
}

async fn insist(conn: &DatabaseConnection, question: &str, wanted: &[&str]) -> Result<(), Fault> {
    let statement = Statement::from_string(conn.get_database_backend(), question);
    let row = conn.query_one_raw(statement).await.doing("checking durability")?;
    let value = row
        .and_then(|row| {
            row.try_get_by_index::<String>(0)
                .ok()
                .or_else(|| row.try_get_by_index::<i64>(0).ok().map(|n| n.to_string()))
                .or_else(|| row.try_get_by_index::<i32>(0).ok().map(|n| n.to_string()))
        })
        .unwrap_or_default();
    if wanted.contains(&value.as_str()) {
        return Ok(());
    }
    Err(Fault::new(
        "checking durability",
        format!(
            "{question} says {value:?}; answers could be lost in a power cut, so it must be one of \
             {wanted:?}. No record was written"
        ),
    ))
}
