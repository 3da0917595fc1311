//! Facts about this database, for the command line.

use domain::refusal::Fault;
use sha2::{Digest, Sha256};

use crate::{Services, chance};

/// A fact.
///
/// # Errors
/// A fault of the database.
pub async fn get(s: &Services, key: &str) -> Result<Option<String>, Fault> {
    store::setting::fact(&s.db, key).await
}

/// Notes a fact.
///
/// # Errors
/// A fault of the database.
pub async fn set(s: &Services, key: &'static str, value: String) -> Result<(), Fault> {
    let now = s.now();
    s.db.write(move |tx| async move { store::setting::set_fact(&tx, chance::uuid(now), key, &value).await })
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
