//! What runs beside requests: the sweeper, the sealer, last-seen, jobs.
//!
//! Each turn is safe to run twice and on several servers at once.

use domain::refusal::Fault;

use crate::{Services, access, audit, exam};

/// One turn of everything. A fault of one part is logged and does not stop the others.
pub async fn turn(s: &Services) {
    report("closing overdue attempts", exam::sweep(s).await);
    report("sealing the audit log", audit::seal(s).await);
    report("noting when sessions were seen", access::flush_seen(s).await);
    if let Err(error) = crate::settings::reload(s).await {
        tracing::error!(%error, "Reading settings again failed");
    }
}

fn report<T>(doing: &str, result: Result<T, Fault>) {
    if let Err(fault) = result {
        tracing::error!(%fault, "The worker failed at {doing}");
    }
}
