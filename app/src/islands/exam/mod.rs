//! The exam: one island that renders the form itself, so that it also works page by page without scripts.
//!
//! On waking it reads what was already chosen on the page, takes the lease, and from then on keeps every
//! answer first in the browser's own database and then on the server, until that has acknowledged it. On the
//! page of the result, without questions, it only sends what the database still holds, and says what became
//! of it.

#[cfg(feature = "hydrate")]
mod call;
mod client;
mod clock;
#[cfg(feature = "hydrate")]
mod keep;
#[cfg(feature = "hydrate")]
mod lock;
#[cfg(feature = "hydrate")]
mod page;
#[cfg(feature = "hydrate")]
mod queue;
#[cfg(feature = "hydrate")]
mod send;
pub mod sheet;
#[cfg(feature = "hydrate")]
mod sync;
pub mod view;

/// The cookie of a result's page: this browser keeps something of the attempt that the server may not have.
pub const UNSENT: &str = "unsent";

pub use clock::left;
pub use view::Exam;
