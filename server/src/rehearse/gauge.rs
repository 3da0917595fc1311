//! What a server tells of itself during a rehearsal: `GET /rehearsal`, which no other server has.

use anyhow::{Context, Result, bail};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use service::Services;
use store::Db;

use super::http::{Address, Connection, Request};

/// Ticks of the processor's clock in a second: Linux tells every program 100, whatever the kernel counts in.
const TICKS_PER_SECOND: u64 = 100;

/// A reading. What the system does not tell is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Gauge {
    /// The mark of the database.
    pub(super) rehearsal: String,
    /// Writes since the start (SQLite only).
    pub(super) writes: Option<u64>,
    /// Commits since the start (SQLite only).
    pub(super) commits: Option<u64>,
    /// Processor time since the start.
    pub(super) cpu_ms: Option<u64>,
    /// The most memory that was ever resident.
    pub(super) peak_memory_kb: Option<u64>,
}

/// Turns away a database that holds people and is not for rehearsals, before anything is changed in it.
///
/// # Errors
/// It is such a one.
pub async fn refuse_real(db: &Db) -> Result<()> {
    service::rehearsal::refuse_real(db).await.context("--rehearsal")
}

/// The address that tells it, for a server on a database that is for rehearsals.
///
/// # Errors
/// The database holds people, and is not for rehearsals.
pub async fn route(services: &Services) -> Result<Router> {
    let mark = service::rehearsal::mark(services).await.context("--rehearsal")?;
    let services = services.clone();
    let tell = move || async move { Json(Gauge::now(&services, mark)) };
    Ok(Router::new().route("/rehearsal", get(tell)))
}

/// Fields 14 and 15 of `/proc/{pid}/stat`, own and system time. The name before them may hold anything.
fn cpu_ms(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(|ticks| ticks.parse::<u64>().ok());
    let ticks = times.next()??.checked_add(times.next()??)?;
    ticks.checked_mul(1000)?.checked_div(TICKS_PER_SECOND)
}

fn peak_memory_kb(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

impl Gauge {
    fn now(services: &Services, rehearsal: String) -> Self {
        let (writes, commits) = services.db.grouping().unzip();
        let read = |file: &str| std::fs::read_to_string(file).ok();
        Self {
            rehearsal,
            writes,
            commits,
            cpu_ms: read("/proc/self/stat").and_then(|text| cpu_ms(&text)),
            peak_memory_kb: read("/proc/self/status").and_then(|text| peak_memory_kb(&text)),
        }
    }

    /// Asks a server.
    ///
    /// # Errors
    /// It does not answer, or it is not a server for rehearsals.
    pub(super) async fn of(address: &Address) -> Result<Self> {
        let mut line = Connection::new(address.clone(), String::new());
        let reply = line.ask(&Request::Get("/rehearsal")).await.context("asking the server for its gauge")?;
        if reply.status != 200 {
            bail!("the server is not one for rehearsals: it was not started with `serve --rehearsal`");
        }
        serde_json::from_str(&reply.body).context("reading the server's gauge")
    }

    /// Processor time that has passed since an earlier reading.
    pub(super) fn cpu_ms_since(&self, before: &Self) -> Option<u64> {
        self.cpu_ms?.checked_sub(before.cpu_ms?)
    }

    /// Writes and commits since an earlier reading.
    pub(super) fn grouping_since(&self, before: &Self) -> Option<(u64, u64)> {
        let writes = self.writes?.checked_sub(before.writes?)?;
        Some((writes, self.commits?.checked_sub(before.commits?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read_and_what_it_does_not_is_missing() {
        let stat = "4711 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(cpu_ms(stat), Some(3000));
        assert_eq!(cpu_ms("4711 (a) S 1"), None);
        assert_eq!(peak_memory_kb("Name:\tx\nVmHWM:\t  123456 kB\nVmRSS:\t1 kB\n"), Some(123_456));
        assert_eq!(peak_memory_kb("Name:\tx\n"), None);
    }

    #[test]
    fn a_reading_is_compared_with_an_earlier_one() {
        let before = Gauge { cpu_ms: Some(100), writes: Some(5), commits: Some(2), ..Gauge::default() };
        let after = Gauge { cpu_ms: Some(350), writes: Some(25), commits: Some(4), ..Gauge::default() };
        assert_eq!(after.cpu_ms_since(&before), Some(250));
        assert_eq!(after.grouping_since(&before), Some((20, 2)));
        assert_eq!(after.grouping_since(&Gauge::default()), None);
    }
}
