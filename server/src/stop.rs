//! Being asked to stop: by SIGTERM, or by Ctrl+C at a terminal.

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;

/// Listens from now on. The token is cancelled when somebody asks.
///
/// A process that is the first of its container would otherwise not be stopped by SIGTERM at all.
///
/// # Errors
/// An error of the system.
pub fn heard() -> Result<CancellationToken> {
    let asked = CancellationToken::new();
    let told = asked.clone();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl+C")?;
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            told.cancel();
        });
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        told.cancel();
    });
    Ok(asked)
}
