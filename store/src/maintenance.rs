//! What tests and the command line do to a database as a whole.

pub mod faults;
pub mod tamper;

use domain::id::AttemptId;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, EntityTrait, PaginatorTrait, QueryFilter,
};
use sea_orm_migration::SchemaManager;

use crate::db::{Conn, Tx};
use crate::entity::{attempt, grading_run, person};
use crate::fault::Doing;

/// Makes a database on a PostgreSQL server. The name may hold letters, digits and `_` only.
///
/// # Errors
/// A fault of the server, or a name with anything else in it.
pub async fn create_database(server: &str, name: &str) -> Result<(), Fault> {
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(Fault::new("making a database", "the name may hold letters, digits and _ only"));
    }
    let mut options = ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    let conn = Database::connect(options).await.doing("connecting to the server")?;
    conn.execute_unprepared(&format!("CREATE DATABASE \"{name}\"")).await.doing("making a database")?;
    conn.close().await.doing("closing the connection")
}

/// Changes an entry of the audit log behind the product's back: a test sees that it is noticed.
///
/// # Errors
/// A fault of the database.
pub async fn forge_audit_entry(db: &crate::Db) -> Result<(), Fault> {
    db.write(|tx| async move {
        let statement =
            "UPDATE audit_entry SET action = 'forged' WHERE id = (SELECT id FROM audit_entry LIMIT 1)";
        tx.0.execute_unprepared(statement).await.doing("forging an entry")?;
        Ok(())
    })
    .await
}

/// Notes a migration that this program does not know.
///
/// # Errors
/// A fault of the database.
pub async fn pretend_newer(db: &crate::Db) -> Result<(), Fault> {
    db.write(|tx| async move {
        let statement = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
        tx.0.execute_unprepared(statement).await.doing("noting a migration")?;
        Ok(())
    })
    .await
}

/// Makes every item's key another one: a test sees that no page tells which option is right.
///
/// # Errors
/// A fault of the database.
pub async fn turn_all_keys(db: &crate::Db) -> Result<(), Fault> {
    db.write(|tx| async move {
        let statement = "UPDATE item_version SET answer_key = '[0]', rationale = 'turned'";
        tx.0.execute_unprepared(statement).await.doing("turning keys")?;
        Ok(())
    })
    .await
}

/// Whether a database holds any table of ours, in whatever version.
///
/// # Errors
/// A fault of the database.
pub async fn holds_schema(db: &crate::Db) -> Result<bool, Fault> {
    let schema = SchemaManager::new(&db.read);
    for table in ["seaql_migrations", "person"] {
        if schema.has_table(table).await.doing("looking for tables")? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many people there are.
///
/// # Errors
/// A fault of the database.
pub async fn count_people(conn: &impl Conn) -> Result<u64, Fault> {
    person::Entity::find().count(&conn.on()).await.doing("counting people")
}

/// How many attempts are open.
///
/// # Errors
/// A fault of the database.
pub async fn open_attempts(conn: &impl Conn) -> Result<u64, Fault> {
    attempt::Entity::find()
        .filter(attempt::Column::State.eq("open"))
        .count(&conn.on())
        .await
        .doing("counting open attempts")
}

/// How many current results an attempt has: one at most, unless something is wrong.
///
/// # Errors
/// A fault of the database.
pub async fn current_results(conn: &impl Conn, attempt: AttemptId) -> Result<u64, Fault> {
    grading_run::Entity::find()
        .filter(grading_run::Column::AttemptId.eq(attempt.raw()))
        .filter(grading_run::Column::Current.eq(true))
        .count(&conn.on())
        .await
        .doing("counting results")
}

/// Makes every open attempt's time run out at a moment, without a grace: how many.
///
/// # Errors
/// A fault of the database.
pub async fn end_time(tx: &Tx, at: Moment) -> Result<u64, Fault> {
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::DeadlineAt, Expr::value(at))
        .col_expr(attempt::Column::GraceSeconds, Expr::value(0))
        .filter(attempt::Column::State.eq("open"))
        .exec(&tx.on())
        .await
        .doing("ending the time of attempts")?;
    Ok(done.rows_affected)
}

/// A write that is fine by itself, waits for a word, and cannot be committed (SQLite): a test sees what becomes
/// of those that share its commit.
///
/// # Errors
/// A fault: always.
pub async fn fail_commit(
    db: &crate::Db,
    word: impl Future<Output: Send> + Send + 'static,
) -> Result<(), Fault> {
    db.write(move |tx| async move {
        word.await;
        for statement in [
            "PRAGMA defer_foreign_keys = ON",
            "INSERT INTO attempt_writer (id, attempt_id, number, kind, web_session_id, since, acked_seq) \
             VALUES (x'01', x'02', 1, 'page', x'03', '2026-11-22 00:00:00+00:00', 0)",
        ] {
            tx.0.execute_unprepared(statement).await.doing("spoiling a commit")?;
        }
        Ok(())
    })
    .await
}

/// Takes a question out of a form behind the product's back, so that its attempt cannot be graded.
///
/// # Errors
/// A fault of the database.
pub async fn spoil_form(db: &crate::Db, id: AttemptId) -> Result<(), Fault> {
    use crate::entity::attempt_item;
    db.write(move |tx| async move {
        attempt_item::Entity::update_many()
            .col_expr(attempt_item::Column::OptionOrder, Expr::value("not a list"))
            .filter(attempt_item::Column::AttemptId.eq(id.raw()))
            .exec(&tx.on())
            .await
            .doing("spoiling a form")?;
        Ok(())
    })
    .await
}
