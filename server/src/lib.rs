//! Wiring only: configuration, layers, router, worker loop, command line.

pub mod command;
pub mod complaint;
mod compress;
pub mod config;
pub mod layers;
pub mod rehearse;
pub mod router;
pub mod secret;
pub mod serve;
pub mod stop;
