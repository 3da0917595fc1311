//! What a form is drawn from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::draw::{Candidate, counted_until, exposure_bp};
use domain::id::TestId;
use domain::item::Pool;
use domain::refusal::Fault;
use domain::test::Kind;
use domain::time::Moment;
use sha2::{Digest, Sha256};
use store::Conn;
use store::item::Stamp;
use store::test::Test;

use crate::Services;

/// The pool that a test of a kind draws from.
pub(super) const fn pool_of(kind: Kind) -> Pool {
    match kind {
        Kind::Certification => Pool::Exam,
        Kind::Practice => Pool::Practice,
    }
}

/// What forms of a test are drawn from, with the text under which it is kept.
pub(crate) struct Bank {
    /// Which pool it is.
    pub(crate) pool: Pool,
    /// The items, each with how often it was used lately.
    pub(crate) candidates: Vec<Candidate>,
    /// The same as JSON.
    pub(crate) content: String,
    /// SHA-256 of the JSON.
    pub(crate) digest: Vec<u8>,
}

/// By test: what the bank was when it was read, and what was read.
pub(crate) type Banks = Mutex<HashMap<TestId, ((Stamp, Moment), Arc<Bank>)>>;

/// What a form of a test may be drawn from now. It is read again only after a change: a room that starts at once
/// draws from one reading.
pub(crate) async fn bank(s: &Services, test: &Test, now: Moment) -> Result<Arc<Bank>, Fault> {
    let pool = pool_of(test.kind);
    let as_of = (store::item::stamp(&s.db, pool).await?, counted_until(now));
    let banks = || s.banks.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, bank)) = banks().get(&test.id)
        && *known == as_of
    {
        return Ok(Arc::clone(bank));
    }
    let candidates = drawable(&s.db, test, now).await?;
    let content = serde_json::to_string(&candidates)
        .map_err(|error| Fault::new("keeping what could be drawn", error))?;
    let digest = Sha256::digest(content.as_bytes()).to_vec();
    let bank = Arc::new(Bank { pool, candidates, content, digest });
    banks().insert(test.id, (as_of, Arc::clone(&bank)));
    Ok(bank)
}

async fn drawable(conn: &impl Conn, test: &Test, now: Moment) -> Result<Vec<Candidate>, Fault> {
    let mut candidates = store::item::drawable(conn, pool_of(test.kind)).await?;
    let used = store::item::used_before(conn, test.id, counted_until(now)).await?;
    for candidate in &mut candidates {
        let times = used.of.get(&candidate.item).copied().unwrap_or(0);
        candidate.exposure_bp = exposure_bp(times, used.starts);
    }
    Ok(candidates)
}
