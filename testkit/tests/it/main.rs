//! Behaviour of the whole product in one process, on every engine that is there.

mod access;
mod exam;
mod journey;
mod story;
mod tidy;
