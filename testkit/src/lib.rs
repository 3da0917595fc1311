//! For tests only: a database of either engine, a clock that can be moved, a browser without a window.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up has failed, and says what it could not do"
)]

pub mod browser;
pub mod clock;
pub mod database;
pub mod world;

pub use browser::{Browser, Page};
pub use clock::TestClock;
pub use database::{Engine, empty, engines};
pub use world::World;
