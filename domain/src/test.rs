//! A test version: what a form is drawn from, and on which conditions it is sat.

use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::form::FormState;
use crate::time::Moment;

coded! {
    /// What a test is for.
    Kind {
        /// Counts towards a certification.
        Certification = "certification",
        /// For learning: explanations after each attempt, drawn from practice items only.
        Practice = "practice",
    }
}

coded! {
    /// How a test may be started.
    Availability {
        /// Whenever the person is ready.
        OnDemand = "on_demand",
        /// Only in an exam session.
        SessionOnly = "session_only",
    }
}

/// How many items of a rule and a difficulty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The code of the rule.
    pub rule: String,
    /// 1 to 3.
    pub difficulty: u8,
    /// How many.
    pub count: u32,
}

/// What a form is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blueprint {
    /// One cell a rule and difficulty; cells of zero are left out.
    pub cells: Vec<Cell>,
}

impl Blueprint {
    /// How many items a form has.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.cells.iter().map(|cell| cell.count).sum()
    }

    /// How many items of one cell.
    #[must_use]
    pub fn count(&self, rule: &str, difficulty: u8) -> u32 {
        self.cells
            .iter()
            .filter(|cell| cell.rule == rule && cell.difficulty == difficulty)
            .map(|cell| cell.count)
            .sum()
    }
}

/// The conditions of a test version. Percentages are basis points (8000 is 80 %).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// Minutes to answer in.
    pub limit_minutes: u32,
    /// Of all points.
    pub pass_bp: u32,
    /// Of the points of each rule.
    pub rule_pass_bp: u32,
    /// Within a candidacy; 0 is without limit.
    pub attempts_max: u32,
    /// From the end of a failed attempt to the next start.
    pub pause_days: u32,
    /// After the deadline, for answers under way.
    pub grace_seconds: u32,
    /// How it is started.
    pub availability: Availability,
}

/// Bounds of the conditions, in the order of the form: field, least, most.
pub const BOUNDS: [(&str, u32, u32); 6] = [
    ("limit_minutes", 1, 300),
    ("pass_percent", 1, 100),
    ("rule_pass_percent", 0, 100),
    ("attempts_max", 0, 20),
    ("pause_days", 0, 365),
    ("grace_seconds", 0, 300),
];

impl Conditions {
    /// Reads the conditions from a form; problems are noted beside the fields.
    pub fn parse(form: &mut FormState) -> Option<Self> {
        let numbers: Vec<Option<u32>> =
            BOUNDS.iter().map(|(field, least, most)| form.number(field, *least, *most)).collect();
        let availability = Availability::of(form.value("availability")).unwrap_or(Availability::OnDemand);
        let [limit, pass, rule_pass, attempts, pause, grace] = numbers.try_into().ok()?;
        Some(Self {
            limit_minutes: limit?,
            pass_bp: pass? * 100,
            rule_pass_bp: rule_pass? * 100,
            attempts_max: attempts?,
            pause_days: pause?,
            grace_seconds: grace?,
            availability,
        })
    }
}

/// What is known of a person's earlier attempts at a test within the candidacy (or the practice test).
#[derive(Clone, Debug, Default)]
pub struct History {
    /// How many were started.
    pub started: u32,
    /// When the last one ended.
    pub last_finished: Option<Moment>,
    /// Whether one was passed.
    pub passed: bool,
}

/// Why a test cannot be started now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// No candidacy is open: nobody has enrolled them.
    NoCandidacy,
    /// The programme is not finished.
    NotAdmitted,
    /// Already passed.
    Passed,
    /// All attempts are used.
    NoAttemptsLeft,
    /// The pause after the last attempt is not over.
    PauseUntil(Moment),
    /// Only in an exam session.
    SessionOnly,
}

/// Where the person stands with the candidacy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// No open candidacy.
    None,
    /// Open, the programme is not finished.
    Learning,
    /// Admitted to assessment.
    Admitted,
}

/// Whether a certification test may be started now.
///
/// # Errors
/// The reason why not, the most useful one first.
pub fn may_start(
    admission: Admission,
    conditions: &Conditions,
    history: &History,
    now: Moment,
) -> Result<(), NotNow> {
    match admission {
        Admission::None => return Err(NotNow::NoCandidacy),
        Admission::Learning => return Err(NotNow::NotAdmitted),
        Admission::Admitted => {}
    }
    if history.passed {
        return Err(NotNow::Passed);
    }
    if conditions.availability == Availability::SessionOnly {
        return Err(NotNow::SessionOnly);
    }
    if conditions.attempts_max != 0 && history.started >= conditions.attempts_max {
        return Err(NotNow::NoAttemptsLeft);
    }
    match history.last_finished.map(|at| at + crate::time::days(conditions.pause_days)) {
        Some(until) if now < until => Err(NotNow::PauseUntil(until)),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(s: &str) -> Moment {
        format!("2026-11-{s}Z").parse().unwrap()
    }

    fn conditions() -> Conditions {
        Conditions {
            limit_minutes: 45,
            pass_bp: 8000,
            rule_pass_bp: 6000,
            attempts_max: 3,
            pause_days: 14,
            grace_seconds: 30,
            availability: Availability::OnDemand,
        }
    }

    #[test]
    fn a_start_needs_admission_an_attempt_and_the_end_of_the_pause() {
        let after = |started, last: Option<Moment>, passed| History { started, last_finished: last, passed };
        let end = t("01T10:00:00");
        for (admission, history, now, said) in [
            (Admission::None, after(0, None, false), end, Err(NotNow::NoCandidacy)),
            (Admission::Learning, after(0, None, false), end, Err(NotNow::NotAdmitted)),
            (Admission::Admitted, after(0, None, false), end, Ok(())),
            (Admission::Admitted, after(1, Some(end), true), t("30T00:00:00"), Err(NotNow::Passed)),
            (Admission::Admitted, after(3, Some(end), false), t("30T00:00:00"), Err(NotNow::NoAttemptsLeft)),
            (
                Admission::Admitted,
                after(1, Some(end), false),
                t("15T09:59:59"),
                Err(NotNow::PauseUntil(t("15T10:00:00"))),
            ),
            (Admission::Admitted, after(1, Some(end), false), t("15T10:00:00"), Ok(())),
        ] {
            assert_eq!(may_start(admission, &conditions(), &history, now), said);
        }
    }

    #[test]
    fn conditions_out_of_bounds_are_said_beside_the_field() {
        let mut form = FormState::default()
            .with("limit_minutes", "45")
            .with("pass_percent", "180")
            .with("rule_pass_percent", "60")
            .with("attempts_max", "3")
            .with("pause_days", "14")
            .with("grace_seconds", "30");
        assert_eq!(Conditions::parse(&mut form), None);
        assert_eq!(form.problem_of("pass_percent"), Some("out_of_range"));
    }
}
