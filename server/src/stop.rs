//! Being asked to stop: by SIGTERM, by Ctrl+C at a terminal, or by the end of standard input.

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

/// Cancels the token when standard input ends: whoever holds its other end wants that, or is gone.
pub fn when_input_ends(asked: CancellationToken) {
    // A thread of its own, because a runtime waits for such a reading before it ends.
    std::thread::spawn(move || {
        // What cannot be read has ended too.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        asked.cancel();
    });
}
