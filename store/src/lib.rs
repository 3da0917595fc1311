//! Rows in, rows out. The only crate that names SeaORM; no rule lives here.

#![warn(missing_docs)]

mod db;
#[expect(unreachable_pub, reason = "SeaORM's derive wants its models public")]
mod entity;
mod fault;
mod group;
mod open;
mod query;

pub mod account;
pub mod account_list;
pub mod attempt;
pub mod audit;
pub mod badge;
pub mod certification;
pub mod certified;
pub mod doubt;
pub mod exam_session;
pub mod incident;
pub mod item;
pub mod job;
pub mod maintenance;
pub mod network;
pub mod notice;
pub mod organisation;
pub mod people;
pub mod programme;
pub mod progress;
pub mod receipt;
pub mod regrade;
pub mod rulebook;
pub mod session;
pub mod setting;
pub mod signing_key;
pub mod test;
pub mod trainer_group;
pub mod trainer_progress;

pub use db::{Conn, Db, Engine, Patience, Tx};
pub use fault::is_taken;
