//! Faults of the machine below a SQLite file: a disk without room, another program that holds the file.

use domain::refusal::Fault;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::db::Db;
use crate::fault::Doing;

/// The most pages that SQLite itself allows in any version.
const MOST_PAGES: u32 = 1_073_741_823;

/// Lets the file grow no more, as on a full disk, as long as the writer keeps its connection.
///
/// # Errors
/// A fault of the database.
pub async fn fill_disk(db: &Db) -> Result<(), Fault> {
    // It is never made smaller than it is.
    on_writer(db, "PRAGMA max_page_count = 1".to_owned()).await
}

/// Lets the file grow again.
///
/// # Errors
/// A fault of the database.
pub async fn make_room(db: &Db) -> Result<(), Fault> {
    on_writer(db, format!("PRAGMA max_page_count = {MOST_PAGES}")).await
}

/// How long a write waits for another program, as long as the writer keeps its connection.
///
/// # Errors
/// A fault of the database.
pub async fn wait_at_most(db: &Db, milliseconds: u32) -> Result<(), Fault> {
    on_writer(db, format!("PRAGMA busy_timeout = {milliseconds}")).await
}

async fn on_writer(db: &Db, pragma: String) -> Result<(), Fault> {
    db.write(move |tx| async move {
        tx.0.execute_unprepared(&pragma).await.doing("setting the writer's connection")?;
        Ok(())
    })
    .await
}

/// What SQLite finds wrong with the file: `ok` when nothing is.
///
/// # Errors
/// A fault of the database.
pub async fn integrity(db: &Db) -> Result<String, Fault> {
    let statement = Statement::from_string(db.read.get_database_backend(), "PRAGMA integrity_check");
    let row = db.read.query_one_raw(statement).await.doing("checking the file")?;
    let row = row.ok_or_else(|| Fault::new("checking the file", "it said nothing"))?;
    row.try_get_by_index::<String>(0).doing("checking the file")
}

/// Another program that holds the file: nobody else can write meanwhile.
pub struct Holder {
    turn: DatabaseTransaction,
    conn: DatabaseConnection,
}

/// Opens the file once more, and begins a write that does not end by itself.
///
/// # Errors
/// A fault of the database.
pub async fn hold(db: &Db) -> Result<Holder, Fault> {
    let pool = db.read.get_sqlite_connection_pool();
    let path = pool.connect_options().get_filename().to_owned();
    let mut options = ConnectOptions::new("sqlite:file?mode=rw");
    options
        .max_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite: SqliteConnectOptions| sqlite.filename(&path));
    let conn = Database::connect(options).await.doing("opening the file once more")?;
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let turn = conn.begin_with_options(options).await.doing("holding the file")?;
    Ok(Holder { turn, conn })
}

impl Holder {
    /// Lets others write again.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn let_go(self) -> Result<(), Fault> {
        self.turn.rollback().await.doing("letting the file go")?;
        self.conn.close().await.doing("closing the connection")
    }
}
