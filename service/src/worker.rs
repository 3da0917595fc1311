//! What runs beside requests: a rehearsal that gives way, the sweeper, the sealer, last-seen, jobs.
//!
//! Each turn is safe to run twice and on several servers at once.

use domain::refusal::Fault;

use crate::{Services, access, audit, exam, jobs, regrade, rehearsal};

/// One turn of everything. A fault of one part is logged and does not stop the others.
pub async fn turn(s: &Services) {
    // Before all else: whoever sits an exam needs the machine more.
    report("making way for an exam session", rehearsal::button::make_way(s).await);
    // Then this: what is closed now is graded with what is in force now.
    report("reading what regrades change", regrade::reload(s).await);
    report("closing overdue attempts", exam::sweep(s).await);
    report("sealing the audit log", audit::seal(s).await);
    report("noting when sessions were seen", access::flush_seen(s).await);
    if let Err(error) = crate::settings::reload(s).await {
        tracing::error!(%error, "Reading settings again failed");
    }
    // Last, since it may take the longest; the day is that of the settings just read.
    report("running jobs", jobs::turn(s).await);
}

fn report<T>(doing: &str, result: Result<T, Fault>) {
    if let Err(fault) = result {
        tracing::error!(%fault, "The worker failed at {doing}");
    }
}
