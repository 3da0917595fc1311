//! Behaviour of the whole product in one process, on every engine that is there.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod access;
mod begin;
mod desk;
mod exam;
mod faults;
mod forms;
mod jobs;
mod journal;
mod journey;
mod lease;
mod lists;
mod races;
mod receipt;
mod refusals;
mod regrade;
mod rehearsal;
mod session;
mod story;
mod tidy;
