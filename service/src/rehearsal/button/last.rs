//! What is kept of the last rehearsal: who began it when, and what it came to.

use domain::id::PersonId;
use domain::rehearsal::Plan;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::rehearsal::Findings;

/// The most rows of each list that are kept.
const MOST: usize = 30;

/// The last rehearsal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// Its id, also in the server's log.
    pub id: Uuid,
    /// Who began it.
    pub by: By,
    /// When.
    pub started_at: Moment,
    /// What was to be rehearsed.
    pub plan: Plan,
    /// Who asked for its end.
    pub stopped_by: Option<By>,
    /// When it ended; none while it runs.
    pub ended_at: Option<Moment>,
    /// What it came to.
    pub outcome: Option<Outcome>,
}

/// Somebody who pressed a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The person.
    pub person: PersonId,
    /// What they were called then.
    pub name: String,
}

/// What a rehearsal came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A report, whether targets were held or missed.
    Report(Box<Report>),
    /// There is none, and why.
    Failed(String),
    /// It was ended before there was one.
    Stopped(Why),
}

/// Why a rehearsal was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Somebody ended it.
    ByHand,
    /// An exam session was opened.
    SessionOpened,
    /// Its server stopped, or it took far too long.
    Interrupted,
}

/// A report, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Whether all targets were held.
    pub held: bool,
    /// The names of those that were missed.
    #[serde(default)]
    pub missed: Vec<String>,
    /// Signing in, apart.
    pub sign_ins: Option<Times>,
    /// How long each step took.
    pub steps: Vec<Times>,
    /// What went wrong.
    pub errors: Vec<Errors>,
    /// How many candidates did not come to the end.
    pub gave_up: u64,
    /// What the database was found to hold.
    pub found: Findings,
    /// From the first hand-in until the last result was seen, in milliseconds.
    pub graded_ms: Option<u64>,
    /// The most memory that the server ever held.
    pub peak_memory_kb: Option<u64>,
    /// Processor time of one sitting, in milliseconds.
    pub cpu_ms_per_candidate: Option<u64>,
}

/// How long one step took, in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The step's code.
    pub step: String,
    /// How often it was done.
    pub count: u64,
    /// Half of all took no longer.
    pub p50_us: u64,
    /// 95 of 100 took no longer.
    pub p95_us: u64,
    /// 99 of 100 took no longer.
    pub p99_us: u64,
}

/// One kind of error at one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errors {
    /// The step's code.
    pub step: String,
    /// What it was, in the words of the command line.
    pub kind: String,
    /// How many there were.
    pub count: u64,
}

/// The targets of a whole report.
#[derive(Deserialize)]
struct Targets {
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    held: bool,
}

/// What is kept; none when nothing is, or it is of a version that this program does not know.
pub(super) fn read(kept: Option<&str>) -> Option<Last> {
    match serde_json::from_str(kept?) {
        Ok(last) => Some(last),
        Err(error) => {
            tracing::warn!(%error, "What is kept of the last rehearsal cannot be read");
            None
        }
    }
}

impl Last {
    /// Whether it may still run: it has not ended, and is still waited for.
    #[must_use]
    pub fn is_running(&self, now: Moment) -> bool {
        self.ended_at.is_none() && now < self.plan.given_up_at(self.started_at)
    }

    /// Whether the one that runs under this id is to end: somebody asked for it, or another has taken its place.
    pub(super) fn is_asked_to_stop(&self, id: Uuid) -> bool {
        self.id != id || self.stopped_by.is_some()
    }

    /// As it stands now: one that nobody waits for any more was interrupted.
    pub(super) fn at(self, now: Moment) -> Self {
        if self.ended_at.is_some() || self.is_running(now) {
            return self;
        }
        Self { outcome: Some(Outcome::Stopped(Why::Interrupted)), ..self }
    }
}

impl Outcome {
    pub(super) fn of(came: Result<String, String>) -> Self {
        match came.map(|text| Report::read(&text)) {
            Ok(Ok(report)) => Self::Report(Box::new(report)),
            Ok(Err(error)) => Self::Failed(format!("the report cannot be read: {error}")),
            Err(why) => Self::Failed(why),
        }
    }

    /// For the audit log.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Report(report) if report.held => "held",
            Self::Report(_) => "missed",
            Self::Failed(_) => "failed",
            Self::Stopped(Why::ByHand) => "by_hand",
            Self::Stopped(Why::SessionOpened) => "session_opened",
            Self::Stopped(Why::Interrupted) => "interrupted",
        }
    }
}

impl Report {
    /// Reads what `server rehearse --json` has printed.
    fn read(text: &str) -> serde_json::Result<Self> {
        let mut report: Self = serde_json::from_str(text)?;
        let all: Targets = serde_json::from_str(text)?;
        let missed = all.targets.into_iter().filter(|target| !target.held);
        report.missed = missed.map(|target| target.name).take(MOST).collect();
        report.steps.truncate(MOST);
        report.errors.truncate(MOST);
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use domain::id::Id;
    use domain::time::minutes;

    use super::*;

    fn began() -> Moment {
        "2026-11-22T07:00:00Z".parse().unwrap()
    }

    fn last() -> Last {
        Last {
            id: Uuid::from_u128(1),
            by: By { person: Id::new(Uuid::from_u128(2)), name: "Ким Вера".to_owned() },
            started_at: began(),
            plan: Plan { candidates: 3, minutes: 0 },
            stopped_by: None,
            ended_at: None,
            outcome: None,
        }
    }

    #[test]
    fn what_was_not_ended_was_interrupted_once_nobody_waits_for_it() {
        let interrupted = Some(Outcome::Stopped(Why::Interrupted));
        for (later, outcome) in [(0, None), (14, None), (15, interrupted.clone()), (600, interrupted)] {
            assert_eq!(last().at(began() + minutes(later)).outcome, outcome, "after {later} minutes");
        }
        let ended = Last { ended_at: Some(began()), outcome: Some(Outcome::Failed(String::new())), ..last() };
        assert_eq!(ended.clone().at(began() + minutes(600)), ended);
    }

    #[test]
    fn every_outcome_is_read_as_it_was_kept() {
        let stopped = [Why::ByHand, Why::SessionOpened, Why::Interrupted].map(Outcome::Stopped);
        for outcome in stopped.into_iter().chain([Outcome::Failed("no room".to_owned())]) {
            let kept = Last { outcome: Some(outcome), ..last() };
            assert_eq!(read(Some(&serde_json::to_string(&kept).unwrap())), Some(kept));
        }
        assert_eq!(read(None), None);
        assert_eq!(read(Some("{}")), None, "of another version");
    }

    #[test]
    fn what_is_no_report_is_a_failure() {
        assert_eq!(Outcome::of(Err("no room".to_owned())), Outcome::Failed("no room".to_owned()));
        assert_eq!(Outcome::of(Ok("{}".to_owned())).code(), "failed");
    }
}
