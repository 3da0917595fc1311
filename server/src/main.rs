//! The server's binary.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use server::command::{Cli, run};
use server::complaint;
use tracing_subscriber::EnvFilter;

/// Several threads ask for and give back many small pieces at once: the allocator of the C library spends far longer
/// on that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A line that cannot be written (a full disk) is dropped; complaining about it would panic in its turn.
    let log = log.log_internal_errors(false);
    // A terminal gets lines to read, anything else gets JSON to search.
    if std::io::stderr().is_terminal() {
        log.init();
    } else {
        log.json().init();
    }
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", complaint::in_words(&error));
            ExitCode::FAILURE
        }
    }
}
