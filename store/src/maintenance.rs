//! What tests and the command line do to a database as a whole.

use domain::refusal::Fault;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};

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
