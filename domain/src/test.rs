//! A test version: what a form is drawn from, and on which conditions it is sat.

use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::form::FormState;
use crate::item::Venue;
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

/// How many items of a form, whatever their cells, take place in a venue at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Least {
    /// Where.
    pub venue: Venue,
    /// How many.
    pub count: u32,
}

/// What a form is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blueprint {
    /// One cell a rule and difficulty; cells of zero are left out.
    pub cells: Vec<Cell>,
    /// Least numbers of venues; a venue of zero is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub venues: Vec<Least>,
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

    /// The least number of items of a venue.
    #[must_use]
    pub fn least(&self, venue: Venue) -> u32 {
        self.venues.iter().filter(|least| least.venue == venue).map(|least| least.count).sum()
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
    /// What a person met in so many attempts before is drawn only when nothing else is left.
    pub unseen_attempts: u32,
    /// An item that is in more forms than this is drawn after the others.
    pub exposure_cap_bp: u32,
}

/// How the items of a cell are chosen from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// As in [`Conditions`].
    pub unseen_attempts: u32,
    /// As in [`Conditions`].
    pub exposure_cap_bp: u32,
}

/// What ships, and what a version has that is older than the choice.
pub const POLICY: Policy = Policy { unseen_attempts: 2, exposure_cap_bp: 6000 };

/// Bounds of the conditions, in the order of the form: field, least, most.
pub const BOUNDS: [(&str, u32, u32); 8] = [
    ("limit_minutes", 1, 300),
    ("pass_percent", 1, 100),
    ("rule_pass_percent", 0, 100),
    ("attempts_max", 0, 20),
    ("pause_days", 0, 365),
    ("grace_seconds", 0, 300),
    ("unseen_attempts", 0, 10),
    ("exposure_cap_percent", 10, 100),
];

impl Conditions {
    /// Reads the conditions from a form; problems are noted beside the fields.
    pub fn parse(form: &mut FormState) -> Option<Self> {
        // A page that was opened before these fields were there does not send them.
        for (field, shipped) in [
            ("unseen_attempts", POLICY.unseen_attempts),
            ("exposure_cap_percent", POLICY.exposure_cap_bp / 100),
        ] {
            if !form.has(field) {
                *form = std::mem::take(form).with(field, shipped.to_string());
            }
        }
        let numbers: Vec<Option<u32>> =
            BOUNDS.iter().map(|(field, least, most)| form.number(field, *least, *most)).collect();
        let availability = Availability::of(form.value("availability")).unwrap_or(Availability::OnDemand);
        let [limit, pass, rule_pass, attempts, pause, grace, unseen, cap] = numbers.try_into().ok()?;
        Some(Self {
            limit_minutes: limit?,
            pass_bp: pass? * 100,
            rule_pass_bp: rule_pass? * 100,
            attempts_max: attempts?,
            pause_days: pause?,
            grace_seconds: grace?,
            availability,
            unseen_attempts: unseen?,
            exposure_cap_bp: cap? * 100,
        })
    }

    /// How a form is drawn under these conditions.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        Policy { unseen_attempts: self.unseen_attempts, exposure_cap_bp: self.exposure_cap_bp }
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
            unseen_attempts: 2,
            exposure_cap_bp: 6000,
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

    #[test]
    fn a_page_from_before_the_draw_had_conditions_is_taken_with_those_that_ship() {
        let mut form = FormState::default()
            .with("limit_minutes", "45")
            .with("pass_percent", "80")
            .with("rule_pass_percent", "60")
            .with("attempts_max", "3")
            .with("pause_days", "14")
            .with("grace_seconds", "30");
        assert_eq!(Conditions::parse(&mut form).map(|conditions| conditions.policy()), Some(POLICY));
        let mut form = form.with("unseen_attempts", "0").with("exposure_cap_percent", "9");
        assert_eq!(Conditions::parse(&mut form), None);
        assert_eq!(form.problem_of("exposure_cap_percent"), Some("out_of_range"));
    }

    #[test]
    fn a_blueprint_from_before_venues_counted_is_read() {
        let kept = r#"{"cells":[{"rule":"r1","difficulty":1,"count":2}]}"#;
        let blueprint: Blueprint = serde_json::from_str(kept).unwrap();
        assert_eq!((blueprint.size(), blueprint.venues.len()), (2, 0));
        assert_eq!(serde_json::to_string(&blueprint).unwrap(), kept);
    }
}
