//! Regrading at work: a wrong key is mended, or an item is taken out, and what was sat is scored anew.
//!
//! Preparing works the new scores out and shows them to nobody but those who decide. A second person approves, and
//! in one write the prepared scores become the current ones. Nobody's pass is taken by that: a certificate that no
//! longer rests on a pass stays valid, and a person decides about it ([`crate::doubt`]).
//!
//! Nothing is lost on the way. What is finished while a regrade waits makes it stale: it is prepared again. What is
//! finished after it was approved is graded with the change. A server that has not heard of the change yet grades
//! without it for ten seconds at most; approving asks for work that looks for such attempts, a little later and once
//! more ten minutes later, and regrades them with the same consequences.

mod approve;
mod changes;
mod follow;
mod prepare;
mod view;

use domain::id::RegradeId;
use domain::item::Pool;
use domain::refusal::Refusal;
use store::Conn;
use store::item::Item;
use store::regrade::Regrade;

pub use self::approve::{Outcome, approve, reject};
pub use self::changes::reload;
pub(crate) use self::changes::{Known, in_force, named, worked_with};
pub(crate) use self::follow::piece;
pub use self::prepare::{Sheet, again, prepare, sheet};
pub use self::view::{Mover, Numbers, RegradeView, Row, list, view};

/// As much as one write adds, and one read looks at: no write holds the writer for long.
const PIECE: u64 = 100;

/// A regrade with the item that it mends and the version of it.
struct Subject {
    regrade: Regrade,
    item: Item,
    version: store::item::Version,
}

impl Subject {
    const fn forms(&self) -> store::regrade::Version {
        store::regrade::Version { item: self.item.id, version: self.version.id }
    }
}

async fn subject(conn: &impl Conn, id: RegradeId) -> Result<Subject, Refusal> {
    let regrade = store::regrade::find(conn, id).await?.ok_or(Refusal::NotFound)?;
    let version = store::item::versions_by_id(conn, [regrade.version]).await?.remove(&regrade.version);
    let version = version.ok_or(Refusal::NotFound)?;
    let item = store::item::find(conn, version.item).await?.ok_or(Refusal::NotFound)?;
    Ok(Subject { regrade, item, version })
}

/// Only exam items decide about a certificate; there is nothing to regrade in a practice test.
fn examined(item: Item) -> Result<Item, Refusal> {
    match item.pool {
        Pool::Exam => Ok(item),
        Pool::Practice => Err(Refusal::NotFound),
    }
}
