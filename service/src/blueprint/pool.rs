//! What a form is drawn from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
use uuid::Uuid;

use crate::Services;
use crate::kept::Since;

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
    kept: OnceLock<Uuid>,
}

impl Bank {
    /// Under which id it is kept for good; none before the first start from it is.
    pub(crate) async fn kept(&self, s: &Services) -> Result<Option<Uuid>, Fault> {
        if let Some(kept) = self.kept.get() {
            return Ok(Some(*kept));
        }
        // Not within a write: what is read here is durable.
        let found = store::attempt::kept_pool(&s.db, &self.digest).await?;
        Ok(found.map(|found| *self.kept.get_or_init(|| found)))
    }
}

/// By test: when it was looked whether the bank had changed, what it was when it was read, and what was read.
pub(crate) type Banks = Mutex<HashMap<TestId, (Since, (Stamp, Moment), Arc<Bank>)>>;

/// What a form of a test may be drawn from now. It is read again only after a change: a room that starts at once
/// draws from one reading.
pub(crate) async fn bank(s: &Services, test: &Test, now: Moment) -> Result<Arc<Bank>, Fault> {
    let pool = pool_of(test.kind);
    let banks = || s.banks.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((since, (_, until), bank)) = banks().get(&test.id)
        && since.is_fresh(s)
        && *until == counted_until(now)
    {
        return Ok(Arc::clone(bank));
    }
    let since = Since::now(s);
    let as_of = (store::item::stamp(&s.db, pool).await?, counted_until(now));
    if let Some((looked, known, bank)) = banks().get_mut(&test.id)
        && *known == as_of
    {
        *looked = since;
        return Ok(Arc::clone(bank));
    }
    let candidates = drawable(&s.db, test, now).await?;
    let content = serde_json::to_string(&candidates)
        .map_err(|error| Fault::new("keeping what could be drawn", error))?;
    let digest = Sha256::digest(content.as_bytes()).to_vec();
    let bank = Arc::new(Bank { pool, candidates, content, digest, kept: OnceLock::new() });
    banks().insert(test.id, (since, as_of, Arc::clone(&bank)));
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
