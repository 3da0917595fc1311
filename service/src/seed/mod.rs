//! Seeding: what ships, from files into an empty database; and made-up people for demos and rehearsals.
//!
//! Invariants: seeding twice is seeding once; seeding that was interrupted goes on where it was. There is
//! no actor: the server itself does it, from the command line.

use std::path::Path;
use std::sync::Arc;

use domain::refusal::Fault;

use crate::Services;

mod bank;
pub mod content;
mod demo;
mod employees;
mod learning;
mod names;
mod organisation;
pub mod plan;
mod problems;

pub use content::{Shipped, load};
pub use demo::{Demo, PASSWORD, demo, is_demo};
pub use employees::people;
pub use problems::{broken, problems};

/// What seeding came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeded {
    /// A standard was there: nothing was done.
    Already,
    /// Seeded now.
    Now {
        /// How many org units there are.
        units: usize,
        /// How many items.
        items: usize,
        /// How many lessons.
        lessons: usize,
    },
}

/// Seeds the shipped content, unless the database holds a standard.
///
/// # Errors
/// A fault of the database or of the content; seeding again goes on where it was.
pub async fn seed(s: &Services, content: &Path) -> Result<Seeded, Fault> {
    if !store::rulebook::versions(&s.db).await?.is_empty() {
        return Ok(Seeded::Already);
    }
    let shipped = Arc::new(shipped(content).await?);
    let wrong = broken(&shipped);
    if !wrong.is_empty() {
        return Err(Fault::new("checking the shipped content", wrong.join("; ")));
    }
    let units = organisation::add(s, &shipped).await?;
    let items = bank::add(s, &shipped).await?;
    let lessons = learning::add(s, &shipped).await?;
    Ok(Seeded::Now { units, items, lessons })
}

/// Reads the content without holding up others.
async fn shipped(content: &Path) -> Result<Shipped, Fault> {
    let root = content.to_owned();
    tokio::task::spawn_blocking(move || load(&root))
        .await
        .map_err(|error| Fault::new("reading the shipped content", error))?
}
