//! Opening a database: settings that durability rests on are set, read back, and insisted on.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::refusal::Fault;
use migrations::Migrator;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;

use crate::db::{Db, Writer};
use crate::fault::Doing;
use crate::group::Group;

const READERS: u32 = 8;

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…` and checks that an acknowledged write survives a power cut.
    ///
    /// # Errors
    /// A fault that says what is wrong with the address, the file or the settings.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        let statements = Arc::new(AtomicU64::new(0));
        if let Some(path) = url.strip_prefix("sqlite:") {
            return open_sqlite(path, statements).await;
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return open_postgres(url, statements).await;
        }
        Err(Fault::new("opening the database", "the address must begin with sqlite: or postgres:"))
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
        Migrator::up(&self.read, None).await.doing("migrating the schema")
    }

    async fn refuse_newer(&self) -> Result<(), Fault> {
        let applied = applied_versions(&self.read).await;
        let known: Vec<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
        match applied.into_iter().find(|version| !known.contains(version)) {
            Some(version) => Err(Fault::new(
                "opening the database",
                format!("it is of a newer version than this program (it has had {version})"),
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
        Ok(applied_versions(&self.read).await.len() == Migrator::migrations().len())
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

async fn applied_versions(conn: &DatabaseConnection) -> Vec<String> {
    // No such table before the first migration: then nothing was applied.
    let statement =
        Statement::from_string(conn.get_database_backend(), "SELECT version FROM seaql_migrations");
    let rows = conn.query_all_raw(statement).await.unwrap_or_default();
    rows.iter().filter_map(|row| row.try_get("", "version").ok()).collect()
}

async fn open_sqlite(path: &str, statements: Arc<AtomicU64>) -> Result<Db, Fault> {
    let path = path.trim_start_matches("//").split('?').next().unwrap_or_default();
    if path.is_empty() || path.contains(":memory:") {
        return Err(Fault::new("opening the database", "sqlite: needs the path of a file"));
    }
    if let Some(folder) = PathBuf::from(path).parent() {
        std::fs::create_dir_all(folder).map_err(|error| Fault::new("making the database's folder", error))?;
    }
    let write = connect_sqlite(path, 1, false, &statements).await?;
    for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        insist(&write, &format!("PRAGMA {pragma}"), &[wanted]).await?;
    }
    let read = connect_sqlite(path, READERS, true, &statements).await?;
    Ok(Db { read, writer: Writer::Sqlite(Group::start(write)), statements })
}

async fn connect_sqlite(
    path: &str,
    connections: u32,
    read_only: bool,
    statements: &Arc<AtomicU64>,
) -> Result<DatabaseConnection, Fault> {
    let mut options = ConnectOptions::new(format!("sqlite:{path}?mode=rwc"));
    options
        .max_connections(connections)
        .min_connections(1)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |sqlite: SqliteConnectOptions| {
            let sqlite = sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                .statement_cache_capacity(256);
            if read_only { sqlite.pragma("query_only", "ON") } else { sqlite }
        });
    connect(options, statements).await
}

async fn open_postgres(url: &str, statements: Arc<AtomicU64>) -> Result<Db, Fault> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(16)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .statement_timeout(Duration::from_secs(30));
    let conn = connect(options, &statements).await?;
    insist(&conn, "SHOW fsync", &["on"]).await?;
    insist(&conn, "SHOW synchronous_commit", &["on", "remote_write", "remote_apply"]).await?;
    Ok(Db { read: conn.clone(), writer: Writer::Postgres(conn), statements })
}

async fn connect(options: ConnectOptions, statements: &Arc<AtomicU64>) -> Result<DatabaseConnection, Fault> {
    let mut conn = Database::connect(options).await.doing("opening the database")?;
    let statements = Arc::clone(statements);
    conn.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
    Ok(conn)
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
            "{question} says {value:?}; answers could be lost in a power cut, so it must be one of {wanted:?}"
        ),
    ))
}
