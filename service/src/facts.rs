//! Facts about this database, for the command line.

use domain::refusal::Fault;
use domain::time::Moment;
use sha2::{Digest, Sha256};
use store::Db;

use crate::{Services, chance};

/// A fact.
///
/// # Errors
/// A fault of the database.
pub async fn get(s: &Services, key: &str) -> Result<Option<String>, Fault> {
    of(&s.db, key).await
}

/// A fact of a database, before there are any use cases on it.
///
/// # Errors
/// A fault of the database.
pub async fn of(db: &Db, key: &str) -> Result<Option<String>, Fault> {
    store::setting::fact(db, key).await
}

/// Notes a fact.
///
/// # Errors
/// A fault of the database.
pub async fn set(s: &Services, key: &'static str, value: String) -> Result<(), Fault> {
    note(&s.db, s.now(), key, value).await
}

/// Notes a fact of a database, before there are any use cases on it.
///
/// # Errors
/// A fault of the database.
pub async fn note(db: &Db, now: Moment, key: &'static str, value: String) -> Result<(), Fault> {
    db.write(move |tx| async move { store::setting::set_fact(&tx, chance::uuid(now), key, &value).await })
        .await
}

/// By what a key is recognised, without telling anything of it.
#[must_use]
pub fn fingerprint(key: &[u8; 32]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"fingerprint");
    hash.update(key);
    domain::draw::hex(&hash.finalize())
}
