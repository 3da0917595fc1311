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
