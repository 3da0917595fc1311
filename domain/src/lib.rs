//! The rules. Invariant: no input or output, no clock, no chance, nothing async, no database type; it
//! compiles for the browser too. A rule is written here once, and everything else calls it.

#![warn(missing_docs)]

pub mod access;
pub mod attempt;
pub mod audit;
pub mod badge;
pub mod certification;
mod coded;
pub mod draw;
pub mod exam_session;
pub mod fairness;
pub mod form;
pub mod grading;
pub mod id;
pub mod item;
pub mod job;
pub mod journal;
pub mod network;
pub mod notice;
pub mod page;
pub mod password;
pub mod people;
pub mod programme;
pub mod receipt;
pub mod refusal;
pub mod regrade;
pub mod rehearsal;
pub mod rulebook;
pub mod settings;
pub mod sign_in;
pub mod test;
pub mod text;
pub mod time;
pub mod timing;
