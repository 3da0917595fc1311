//! What a form is drawn from.

use domain::draw::{Candidate, counted_until, exposure_bp};
use domain::item::Pool;
use domain::refusal::Fault;
use domain::test::Kind;
use domain::time::Moment;
use store::Conn;
use store::test::Test;

/// The pool that a test of a kind draws from.
pub(super) const fn pool_of(kind: Kind) -> Pool {
    match kind {
        Kind::Certification => Pool::Exam,
        Kind::Practice => Pool::Practice,
    }
}

/// What a form of a test may be drawn from now, each item with how often it was used lately.
pub(crate) async fn drawable(conn: &impl Conn, test: &Test, now: Moment) -> Result<Vec<Candidate>, Fault> {
    let mut candidates = store::item::drawable(conn, pool_of(test.kind)).await?;
    let used = store::item::used_before(conn, test.id, counted_until(now)).await?;
    for candidate in &mut candidates {
        let times = used.of.get(&candidate.item).copied().unwrap_or(0);
        candidate.exposure_bp = exposure_bp(times, used.starts);
    }
    Ok(candidates)
}
