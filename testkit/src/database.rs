//! A fresh database for each test, of either engine. PostgreSQL when `TEST_POSTGRES_URL` names a server.

use std::path::PathBuf;

use store::Db;
use uuid::Uuid;

/// Which engine a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in the temporary folder.
    Sqlite,
    /// A database of its own on the server that the environment names.
    Postgres,
}

/// The engines that are there: SQLite always, PostgreSQL when a server is named.
#[must_use]
pub fn engines() -> Vec<Engine> {
    if postgres_url().is_some() { vec![Engine::Sqlite, Engine::Postgres] } else { vec![Engine::Sqlite] }
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
fn postgres_url() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// Something to be tidied up when the test ends.
#[derive(Debug)]
pub struct Place {
    folder: Option<PathBuf>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // A database that is still open on some platform is left to the system's own tidying.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Opens a fresh, migrated database.
///
/// # Panics
/// When the engine is not to be had.
pub async fn fresh(engine: Engine) -> (Db, Place) {
    let (url, place) = empty(engine).await;
    let db = Db::open(&url).await.expect("opening the test database");
    db.migrate().await.expect("migrating the test database");
    (db, place)
}

/// The address of a database that holds nothing yet.
///
/// # Panics
/// When the engine is not to be had.
pub async fn empty(engine: Engine) -> (String, Place) {
    let name = format!("t{}", Uuid::from_bytes(service::chance::bytes()).simple());
    match engine {
        Engine::Sqlite => {
            let folder = std::env::temp_dir().join(&name);
            (format!("sqlite:{}", folder.join("test.db").display()), Place { folder: Some(folder) })
        }
        Engine::Postgres => {
            let server = postgres_url().expect("TEST_POSTGRES_URL");
            store::maintenance::create_database(&server, &name).await.expect("a database of its own");
            let (base, query) = server
                .split_once('?')
                .map_or((server.as_str(), String::new()), |(b, q)| (b, format!("?{q}")));
            let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
            (format!("{base}/{name}{query}"), Place { folder: None })
        }
    }
}
