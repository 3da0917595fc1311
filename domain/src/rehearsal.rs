//! A rehearsal of load that an administrator starts: how large it may be, and when nobody waits for it any more.

use serde::{Deserialize, Serialize};

use crate::form::FormState;
use crate::time::{Moment, minutes};

/// The most candidates: the server that people use goes on beside them.
pub const MOST_CANDIDATES: u32 = 200;
/// The most minutes over which they spread their answers.
pub const MOST_MINUTES: u32 = 20;
/// What may come on top of the answers: preparing, signing in, searching the database.
const BESIDE: u32 = 15;

/// What is rehearsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// How many made-up people sit the test.
    pub candidates: u32,
    /// Over how many minutes each spreads the answers; 0: without a pause.
    pub minutes: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self { candidates: 50, minutes: 2 }
    }
}

impl Plan {
    /// Reads the fields `candidates` and `minutes`; problems are noted beside them.
    pub fn parse(form: &mut FormState) -> Option<Self> {
        let candidates = form.number("candidates", 1, MOST_CANDIDATES);
        let minutes = form.number("minutes", 0, MOST_MINUTES);
        Some(Self { candidates: candidates?, minutes: minutes? })
    }

    /// A form whose fields show this plan: [`Self::parse`] reads the same from it.
    #[must_use]
    pub fn typed(self, form: FormState) -> FormState {
        form.with("candidates", self.candidates.to_string()).with("minutes", self.minutes.to_string())
    }

    /// Until when one that began then is waited for. One that has not ended by then never will.
    #[must_use]
    pub fn given_up_at(self, began: Moment) -> Moment {
        began + minutes(self.minutes + BESIDE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_within_its_bounds() {
        let read = |candidates: &str, minutes: &str| {
            let mut form = FormState::default().with("candidates", candidates).with("minutes", minutes);
            (Plan::parse(&mut form), form)
        };
        for (candidates, minutes) in [("1", "0"), ("200", "20"), (" 50 ", "2")] {
            let (plan, form) = read(candidates, minutes);
            assert!(plan.is_some() && form.is_clean(), "{candidates} {minutes}");
        }
        for (candidates, minutes, field, code) in [
            ("0", "2", "candidates", "out_of_range"),
            ("201", "2", "candidates", "out_of_range"),
            ("", "2", "candidates", "missing"),
            ("many", "2", "candidates", "not_a_number"),
            ("50", "21", "minutes", "out_of_range"),
            ("50", "-1", "minutes", "not_a_number"),
            ("50", "", "minutes", "missing"),
        ] {
            let (plan, form) = read(candidates, minutes);
            assert_eq!((plan, form.problem_of(field)), (None, Some(code)), "{candidates} {minutes}");
        }
    }

    #[test]
    fn what_a_form_shows_of_a_plan_is_read_back_as_the_same() {
        let mut form = Plan::default().typed(FormState::default());
        assert_eq!(Plan::parse(&mut form), Some(Plan::default()));
    }

    #[test]
    fn a_rehearsal_is_waited_for_a_while_longer_than_it_takes() {
        let began: Moment = "2026-11-22T07:00:00Z".parse().unwrap();
        for (minutes, until) in [(0, "2026-11-22T07:15:00Z"), (20, "2026-11-22T07:35:00Z")] {
            let plan = Plan { candidates: 1, minutes };
            assert_eq!(plan.given_up_at(began), until.parse::<Moment>().unwrap(), "{minutes}");
        }
    }
}
