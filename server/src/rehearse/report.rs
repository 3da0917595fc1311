//! What a rehearsal came to: a table for people, an object for programs, and whether the targets were held.

use std::fmt::Display;
use std::time::Duration;

use serde::Serialize;
use service::rehearsal::Findings;
use store::Engine;

use super::faults::Done;
use super::sitting::Measured;
use super::tally::{Errors, Figures, Step, Tally, micros, millis, per_second};
use super::{Profile, Rehearse};

/// So many requests may fail.
const MOST_ERRORS: u64 = 0;
/// 19 of 20 starts are answered within this time.
const START_P95: Duration = Duration::from_millis(500);
/// 99 of 100 answers are acknowledged within this time.
const SAVE_P99: Duration = Duration::from_millis(100);
/// When all hand in within a second, the last one sees the result this long after the first one handed in.
const GRADED_WITHIN: Duration = Duration::from_secs(10);
/// A server that was killed and started again is ready within this time.
const RESTART: Duration = Duration::from_secs(2);
/// The server's memory never grows beyond this.
const MOST_MEMORY_KB: u64 = 300 * 1024;

/// Signing in, apart.
#[derive(Serialize)]
struct SignIns {
    #[serde(flatten)]
    figures: Figures,
    per_second: u64,
}

/// One target.
#[derive(Serialize)]
struct Target {
    name: &'static str,
    wanted: String,
    measured: String,
    held: bool,
}

/// How fast it went.
#[derive(Serialize)]
struct Pace {
    elapsed_ms: u64,
    requests_per_second: u64,
    saves_per_second: u64,
    lessons_per_second: u64,
    /// From the first hand-in until the last result was seen.
    graded_ms: Option<u64>,
}

impl Pace {
    fn of(measured: &Measured) -> Self {
        let tally = &measured.tally;
        Self {
            elapsed_ms: millis(measured.elapsed),
            requests_per_second: per_second(tally.answered(), measured.elapsed),
            saves_per_second: per_second(tally.answered_at(Step::Save), measured.steady),
            lessons_per_second: per_second(tally.answered_at(Step::Lesson), measured.steady),
            graded_ms: measured.graded.map(millis),
        }
    }
}

/// What it cost.
#[derive(Serialize)]
struct Cost {
    cpu_ms: Option<u64>,
    cpu_ms_per_candidate: Option<u64>,
    peak_memory_kb: Option<u64>,
    writes: Option<u64>,
    commits: Option<u64>,
    received_bytes_per_candidate: Option<u64>,
}

impl Cost {
    fn of(measured: &Measured, candidates: u64) -> Self {
        let cpu_ms = measured.after.cpu_ms_since(&measured.before);
        let (writes, commits) = measured.after.grouping_since(&measured.before).unzip();
        Self {
            cpu_ms,
            cpu_ms_per_candidate: cpu_ms.and_then(|ms| ms.checked_div(candidates)),
            peak_memory_kb: measured.after.peak_memory_kb,
            writes,
            commits,
            received_bytes_per_candidate: measured.received.checked_div(candidates),
        }
    }
}

/// All of it.
#[derive(Serialize)]
pub(super) struct Report {
    profile: Profile,
    engine: &'static str,
    candidates: u64,
    minutes: u32,
    #[serde(flatten)]
    pace: Pace,
    #[serde(flatten)]
    cost: Cost,
    gave_up: u64,
    sign_ins: Option<SignIns>,
    steps: Vec<Figures>,
    errors: Vec<Errors>,
    /// What went wrong on purpose.
    faults: Option<Done>,
    /// What came of it, and had ended when the candidate came to the end.
    disturbed: Vec<Errors>,
    found: Findings,
    targets: Vec<Target>,
    held: bool,
}

impl Report {
    pub(super) fn of(
        args: &Rehearse,
        engine: Engine,
        sign_ins: Option<(Tally, Duration)>,
        measured: &Measured,
        faults: Option<Done>,
        found: Findings,
    ) -> Self {
        let candidates = args.people().into();
        let failed = sign_ins.as_ref().map_or(0, |(tally, _)| tally.failures());
        let mut targets = kept_targets(measured, failed, &found);
        targets.extend(faults.as_ref().map(Target::faults));
        if !args.untimed {
            targets.extend(match &faults {
                Some(done) => vec![restart_target(done)],
                None => timed_targets(args, measured),
            });
        }
        let mut errors = measured.tally.errors();
        errors.extend(sign_ins.iter().flat_map(|(tally, _)| tally.errors()));
        Self {
            profile: args.profile,
            engine: match engine {
                Engine::Sqlite => "SQLite",
                Engine::Postgres => "PostgreSQL",
            },
            candidates,
            minutes: args.minutes,
            pace: Pace::of(measured),
            cost: Cost::of(measured, candidates),
            gave_up: measured.gave_up,
            sign_ins: sign_ins.map(|(tally, elapsed)| SignIns {
                figures: tally.figures_of(Step::SignIn),
                per_second: per_second(tally.answered(), elapsed),
            }),
            steps: measured.tally.figures(),
            errors,
            faults,
            disturbed: measured.tally.disturbances(),
            found,
            held: targets.iter().all(|target| target.held),
            targets,
        }
    }

    /// The names of the targets that were missed.
    pub(super) fn missed(&self) -> Vec<&'static str> {
        self.targets.iter().filter(|target| !target.held).map(|target| target.name).collect()
    }

    /// The table for people, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let title = format!("{} candidates, {}, {} ms", self.candidates, self.engine, self.pace.elapsed_ms);
        let head = ["count", "put off", "errors", "p50", "p95", "p99", "max"].map(str::to_owned);
        let mut lines = vec![title, String::new(), columns("times in ms", &head)];
        lines.extend(self.sign_ins.iter().map(|sign_ins| row(&sign_ins.figures)));
        lines.extend(self.steps.iter().map(row));
        lines.push(String::new());
        let figures = [self.paces(), self.costs()].concat();
        lines.extend(figures.iter().map(|(name, value)| format!("{name:<28}{value}")));
        lines.extend(self.faults.iter().map(|done| format!("{:<28}{}", "faults", done.in_words())));
        lines.push(format!("{:<28}{}", "in the database", in_words(&self.found)));
        lines.push(String::new());
        lines.extend(self.disturbed.iter().map(|errors| format!("disturbed: {}", listed(errors))));
        lines.extend(self.errors.iter().map(listed));
        lines.push(format!("{:<20}{:>16}{:>16}", "target", "wanted", "measured"));
        lines.extend(self.targets.iter().map(|target| {
            let word = if target.held { "held" } else { "MISSED" };
            format!("{:<20}{:>16}{:>16}  {word}", target.name, target.wanted, target.measured)
        }));
        lines
    }

    fn paces(&self) -> Vec<(&'static str, String)> {
        let pace = &self.pace;
        let mut figures = vec![("requests a second", pace.requests_per_second.to_string())];
        match self.profile {
            Profile::Whole => figures.extend([
                ("answers saved a second", pace.saves_per_second.to_string()),
                ("until all were graded", or_not(pace.graded_ms, " ms")),
            ]),
            Profile::ClosedLoop => {
                figures.push(("answers saved a second", pace.saves_per_second.to_string()));
            }
            Profile::Lessons => figures.push(("lessons a second", pace.lessons_per_second.to_string())),
        }
        figures.extend(self.sign_ins.iter().map(|s| ("sign-ins a second", s.per_second.to_string())));
        figures
    }

    fn costs(&self) -> Vec<(&'static str, String)> {
        let cost = &self.cost;
        let grouping = cost.writes.zip(cost.commits).and_then(|(writes, commits)| tenths(writes, commits));
        let memory = cost.peak_memory_kb.map(|kb| kb / 1024);
        let received = cost.received_bytes_per_candidate.map(|bytes| bytes / 1000);
        vec![
            ("writes a commit", or_not(grouping, "")),
            ("server's CPU a candidate", or_not(cost.cpu_ms_per_candidate, " ms")),
            ("server's memory at most", or_not(memory, " MB")),
            ("received by a candidate", or_not(received, " kB")),
        ]
    }
}

fn or_not(value: Option<impl Display>, unit: &str) -> String {
    value.map_or_else(|| "not available".to_owned(), |value| format!("{value}{unit}"))
}

fn listed(errors: &Errors) -> String {
    format!("{} × {}, {}: {}", errors.count, errors.step.address(), errors.kind, errors.first)
}

fn in_words(found: &Findings) -> String {
    let Findings { attempts, acknowledged, lost, displaced, broken, ungraded, overgraded } = found;
    format!(
        "{attempts} attempts, {acknowledged} answers acknowledged: {lost} lost, {displaced} displaced, \
         {broken} journals broken, {ungraded} ungraded, {overgraded} graded twice or too early"
    )
}

/// What must hold on any machine.
fn kept_targets(measured: &Measured, failed_sign_ins: u64, found: &Findings) -> Vec<Target> {
    let errors = measured.tally.failures() + failed_sign_ins;
    vec![
        Target::most("errors", MOST_ERRORS, Some(errors), ""),
        Target::most("gave up", 0, Some(measured.gave_up), ""),
        Target::most("lost or wrong", 0, Some(found.wrong()), ""),
    ]
}

/// What depends on the machine where servers are killed: the times of requests say nothing then.
fn restart_target(done: &Done) -> Target {
    Target::most("restart", millis(RESTART), done.longest_restart_ms(), " ms")
}

/// What depends on the machine.
fn timed_targets(args: &Rehearse, measured: &Measured) -> Vec<Target> {
    let mut targets = vec![Target::most(
        "memory",
        MOST_MEMORY_KB / 1024,
        measured.after.peak_memory_kb.map(|kb| kb / 1024),
        " MB",
    )];
    match args.profile {
        Profile::Whole => {
            let start = measured.tally.figures_of(Step::Start).p95_us;
            let save = measured.tally.figures_of(Step::Save).p99_us;
            targets.extend([
                Target::most("start, p95", micros(START_P95), Some(start), " µs"),
                Target::most("save, p99", micros(SAVE_P99), Some(save), " µs"),
                Target::most("all graded", millis(GRADED_WITHIN), measured.graded.map(millis), " ms"),
            ]);
        }
        Profile::ClosedLoop | Profile::Lessons => {}
    }
    targets
}

impl Target {
    /// All faults that were planned have happened: otherwise nothing was shown.
    fn faults(done: &Done) -> Self {
        Self {
            name: "faults",
            wanted: format!("= {}", done.planned),
            measured: done.happened.to_string(),
            held: done.happened == done.planned,
        }
    }

    /// A figure that may not be larger. What cannot be had is not judged.
    fn most(name: &'static str, most: u64, measured: Option<u64>, unit: &str) -> Self {
        Self {
            name,
            wanted: format!("≤ {most}{unit}"),
            measured: or_not(measured, unit),
            held: measured.is_none_or(|measured| measured <= most),
        }
    }
}

fn row(figures: &Figures) -> String {
    let ms = |us: u64| format!("{}.{}", us / 1000, us % 1000 / 100);
    let Figures { step, count, put_off, errors, p50_us, p95_us, p99_us, max_us } = *figures;
    let [p50, p95, p99, max] = [p50_us, p95_us, p99_us, max_us].map(ms);
    columns(step.address(), &[count.to_string(), put_off.to_string(), errors.to_string(), p50, p95, p99, max])
}

fn columns(name: &str, columns: &[String]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("{column:>10}")).collect();
    format!("{name:<28}{}", columns.concat())
}

/// A quotient with one digit after the point.
fn tenths(of: u64, by: u64) -> Option<String> {
    let tenths = of.checked_mul(10)?.checked_div(by)?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_held_up_to_its_figure_and_what_cannot_be_had_is_not_judged() {
        for (measured, held) in [(Some(100), true), (Some(101), false), (None, true)] {
            assert_eq!(Target::most("save, p99", 100, measured, " ms").held, held, "{measured:?}");
        }
    }

    #[test]
    fn a_quotient_has_one_digit_after_the_point() {
        assert_eq!(tenths(129, 10).as_deref(), Some("12.9"));
        assert_eq!(tenths(1, 0), None);
    }
}
