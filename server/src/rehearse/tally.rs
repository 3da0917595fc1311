//! How long each step took, and what went wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

/// One thing that a candidate asks of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    SignIn,
    Learn,
    Lesson,
    Test,
    Start,
    Paper,
    TakeOver,
    Save,
    Finish,
    Result,
}

impl Step {
    /// Method and address, as an operator knows them.
    pub(super) const fn address(self) -> &'static str {
        match self {
            Self::SignIn => "POST /login",
            Self::Learn => "GET /learn",
            Self::Lesson => "GET /learn/{lesson}",
            Self::Test => "GET /tests/{test}",
            Self::Start => "POST /tests/{test}",
            Self::Paper => "GET /exam/{attempt}",
            Self::TakeOver => "POST /api/exam/take-over",
            Self::Save => "POST /api/exam/answer",
            Self::Finish => "POST /exam/{attempt}/finish",
            Self::Result => "GET /results/{attempt}",
        }
    }
}

/// What was wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// By what problems are counted together: `status 500`, `network connection refused`.
    pub(super) kind: String,
    /// What the server said, or the network.
    pub(super) said: String,
    /// How long to wait before the next try.
    pub(super) wait: Duration,
    /// The server asked to come again, which browsers do without a word: not an error.
    pub(super) is_put_off: bool,
    /// The network failed, or the server did: no error where faults are injected.
    pub(super) is_breakdown: bool,
}

/// The longest piece of an answer that a report repeats.
const LONGEST: usize = 200;
/// Nobody tries again sooner.
const BEFORE_NEXT_TRY: Duration = Duration::from_millis(250);

impl Problem {
    pub(super) fn new(kind: impl Into<String>, said: &str) -> Self {
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let said = line.trim().chars().take(LONGEST).collect();
        Self { kind: kind.into(), said, wait: BEFORE_NEXT_TRY, is_put_off: false, is_breakdown: false }
    }

    /// No answer came.
    pub(super) fn of_network(error: &std::io::Error) -> Self {
        let problem = Self::new(format!("network: {}", error.kind()), &error.to_string());
        Self { is_breakdown: true, ..problem }
    }

    /// The same, and when to come again.
    pub(super) fn after(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }
}

/// All that was measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    times: BTreeMap<Step, Vec<u64>>,
    put_off: BTreeMap<Step, u64>,
    problems: Problems,
    disturbed: Problems,
}

/// By step and kind: how many there were, and what the first of them said.
type Problems = BTreeMap<(Step, String), (u64, String)>;

/// A step in figures; times are microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Figures {
    pub(super) step: Step,
    pub(super) count: u64,
    /// How often the server asked to come again.
    pub(super) put_off: u64,
    pub(super) errors: u64,
    pub(super) p50_us: u64,
    pub(super) p95_us: u64,
    pub(super) p99_us: u64,
    pub(super) max_us: u64,
}

/// One kind of error at one step, with the first of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Errors {
    pub(super) step: Step,
    pub(super) kind: String,
    pub(super) count: u64,
    pub(super) first: String,
}

impl Tally {
    /// A request that was answered as it should be.
    pub(super) fn took(&mut self, step: Step, time: Duration) {
        self.times.entry(step).or_default().push(micros(time));
    }

    /// A request that is to be sent again.
    pub(super) fn put_off(&mut self, step: Step) {
        *self.put_off.entry(step).or_default() += 1;
    }

    /// A request that went wrong.
    pub(super) fn failed(&mut self, step: Step, problem: Problem) {
        self.problems.entry((step, problem.kind)).or_insert((0, problem.said)).0 += 1;
    }

    /// A request that a fault on purpose has hit.
    pub(super) fn disturbed(&mut self, step: Step, problem: Problem) {
        self.disturbed.entry((step, problem.kind)).or_insert((0, problem.said)).0 += 1;
    }

    /// Takes in what another has measured.
    pub(super) fn absorb(&mut self, other: Self) {
        for (step, times) in other.times {
            self.times.entry(step).or_default().extend(times);
        }
        for (step, count) in other.put_off {
            *self.put_off.entry(step).or_default() += count;
        }
        for (to, from) in [(&mut self.problems, other.problems), (&mut self.disturbed, other.disturbed)] {
            for (key, (count, first)) in from {
                to.entry(key).or_insert((0, first)).0 += count;
            }
        }
    }

    /// How many requests were answered as they should be.
    pub(super) fn answered(&self) -> u64 {
        self.times.values().map(|times| length(times)).sum()
    }

    /// How many were, at one step.
    pub(super) fn answered_at(&self, step: Step) -> u64 {
        self.times.get(&step).map_or(0, |times| length(times))
    }

    /// How many were not.
    pub(super) fn failures(&self) -> u64 {
        self.problems.values().map(|(count, _)| count).sum()
    }

    /// Each step in figures, in the order of a sitting.
    pub(super) fn figures(&self) -> Vec<Figures> {
        let mut steps: Vec<Step> = self.times.keys().copied().collect();
        steps.extend(self.problems.keys().map(|(step, _)| *step));
        steps.sort_unstable();
        steps.dedup();
        steps.into_iter().map(|step| self.figures_of(step)).collect()
    }

    /// One step in figures.
    pub(super) fn figures_of(&self, step: Step) -> Figures {
        let mut sorted = self.times.get(&step).cloned().unwrap_or_default();
        sorted.sort_unstable();
        let errors =
            self.problems.iter().filter(|((at, _), _)| *at == step).map(|(_, (count, _))| count).sum();
        Figures {
            step,
            count: length(&sorted),
            put_off: self.put_off.get(&step).copied().unwrap_or(0),
            errors,
            p50_us: quantile(&sorted, 50),
            p95_us: quantile(&sorted, 95),
            p99_us: quantile(&sorted, 99),
            max_us: sorted.last().copied().unwrap_or(0),
        }
    }

    /// Each kind of error.
    pub(super) fn errors(&self) -> Vec<Errors> {
        by_kind(&self.problems)
    }

    /// Each kind of what faults on purpose have brought.
    pub(super) fn disturbances(&self) -> Vec<Errors> {
        by_kind(&self.disturbed)
    }
}

fn by_kind(problems: &Problems) -> Vec<Errors> {
    problems
        .iter()
        .map(|((step, kind), (count, first))| Errors {
            step: *step,
            kind: kind.clone(),
            count: *count,
            first: first.clone(),
        })
        .collect()
}

/// The smallest value that so many percent of all do not exceed; 0 of nothing.
fn quantile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// Whole microseconds.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Whole milliseconds.
pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How many there are in a second, of so many in so long.
pub(super) fn per_second(count: u64, elapsed: Duration) -> u64 {
    count.saturating_mul(1_000_000).checked_div(micros(elapsed)).unwrap_or(0)
}

fn length<T>(all: &[T]) -> u64 {
    u64::try_from(all.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_smallest_value_that_so_many_do_not_exceed() {
        let hundred: Vec<u64> = (1..=100).collect();
        for (sorted, percent, expected) in [
            (&hundred[..], 50, 50),
            (&hundred[..], 99, 99),
            (&hundred[..10], 95, 10),
            (&hundred[..3], 50, 2),
            (&hundred[..1], 99, 1),
            (&hundred[..0], 99, 0),
        ] {
            assert_eq!(quantile(sorted, percent), expected, "{percent} of {}", sorted.len());
        }
    }

    #[test]
    fn errors_are_counted_by_kind_and_the_first_is_repeated() {
        let mut tally = Tally::default();
        tally.took(Step::Save, Duration::from_micros(7));
        tally.failed(Step::Save, Problem::new("status 500", "\n  broke\nmore"));
        let mut other = Tally::default();
        other.failed(Step::Save, Problem::new("status 500", "broke later"));
        other.put_off(Step::Save);
        other.disturbed(Step::Save, Problem::of_network(&std::io::ErrorKind::ConnectionRefused.into()));
        other.failed(Step::Start, Problem::new("network", "refused"));
        tally.absorb(other);
        assert_eq!((tally.answered(), tally.failures()), (1, 3));
        assert_eq!(tally.disturbances().len(), 1, "what was done on purpose is no error");
        let errors = tally.errors();
        let save = errors.iter().find(|errors| errors.step == Step::Save).unwrap();
        assert_eq!((save.count, save.first.as_str()), (2, "broke"));
        let figures = tally.figures_of(Step::Save);
        assert_eq!((figures.max_us, figures.errors, figures.put_off), (7, 2, 1));
        assert_eq!(tally.figures().len(), 2, "a step with nothing but errors is there too");
    }
}
