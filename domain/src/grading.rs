//! Grading: a pure function of the form, the item versions and the answers that counted.
//!
//! Points are integers. A mark is met when `points × 10000 ≥ pass_bp × max`; the shown percentage is
//! floored and never compared.

use serde::{Deserialize, Serialize};

use crate::item::{Kind, is_right};

/// An item of the form with the answer that counts.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The question, from 1.
    pub position: u32,
    /// The code of its rule.
    pub rule: String,
    /// How it is answered.
    pub kind: Kind,
    /// The key.
    pub key: Vec<u8>,
    /// Option indexes; none when it was not answered.
    pub answer: Option<Vec<u8>>,
}

/// The score of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleScore {
    /// The code of the rule.
    pub rule: String,
    /// Points scored.
    pub points: u32,
    /// Points that were possible.
    pub max: u32,
    /// Whether the mark of each rule is met.
    pub met: bool,
}

/// The score of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemScore {
    /// The question, from 1.
    pub position: u32,
    /// 0 or 1.
    pub points: u32,
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Points scored.
    pub points: u32,
    /// Points that were possible.
    pub max: u32,
    /// Whether the whole and every rule reach their marks.
    pub passed: bool,
    /// By rule, in the order of their codes.
    pub per_rule: Vec<RuleScore>,
    /// By question.
    pub per_item: Vec<ItemScore>,
}

/// Whether points reach a mark in basis points.
#[must_use]
pub const fn reaches(points: u32, max: u32, pass_bp: u32) -> bool {
    widen(points) * 10_000 >= widen(pass_bp) * widen(max)
}

#[expect(clippy::as_conversions, reason = "u32 to u64 loses nothing; From is not const")]
const fn widen(number: u32) -> u64 {
    number as u64
}

/// Percent to show, floored.
#[must_use]
pub fn percent(points: u32, max: u32) -> u32 {
    if max == 0 {
        return 0;
    }
    u32::try_from(u64::from(points) * 100 / u64::from(max)).unwrap_or(100)
}

/// The least points that reach a mark: what a candidate is told.
#[must_use]
pub fn needed(max: u32, pass_bp: u32) -> u32 {
    u32::try_from((u64::from(pass_bp) * u64::from(max)).div_ceil(10_000)).unwrap_or(max)
}

/// Grades a form: one point an item, all or nothing.
#[must_use]
pub fn grade(slots: &[Slot], pass_bp: u32, rule_pass_bp: u32) -> Score {
    let mut rules: Vec<&str> = slots.iter().map(|slot| slot.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let scored = |slot: &Slot| {
        u32::from(slot.answer.as_ref().is_some_and(|answer| is_right(slot.kind, &slot.key, answer)))
    };
    let count = |rule: &str| slots.iter().filter(|slot| slot.rule == rule).map(|_| 1u32).sum::<u32>();
    let per_rule: Vec<RuleScore> = rules
        .into_iter()
        .map(|rule| {
            let points = slots.iter().filter(|slot| slot.rule == rule).map(scored).sum();
            let max = count(rule);
            RuleScore { rule: rule.to_owned(), points, max, met: reaches(points, max, rule_pass_bp) }
        })
        .collect();
    let points = per_rule.iter().map(|rule| rule.points).sum();
    let max = per_rule.iter().map(|rule| rule.max).sum();
    Score {
        points,
        max,
        passed: max > 0 && reaches(points, max, pass_bp) && per_rule.iter().all(|rule| rule.met),
        per_rule,
        per_item: slots
            .iter()
            .map(|slot| ItemScore { position: slot.position, points: scored(slot) })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slot(position: u32, rule: &str, right: bool) -> Slot {
        Slot {
            position,
            rule: rule.into(),
            kind: Kind::Single,
            key: vec![0],
            answer: Some(vec![u8::from(!right)]),
        }
    }

    fn form(right_of_each: &[(&str, u32, u32)]) -> Vec<Slot> {
        right_of_each
            .iter()
            .flat_map(|(rule, right, of)| (0..*of).map(move |n| slot(n + 1, rule, n < *right)))
            .collect()
    }

    #[test]
    fn a_pass_needs_the_whole_and_every_rule() {
        for (form, passed) in [
            (form(&[("r1", 4, 5), ("r2", 4, 5)]), true),
            (form(&[("r1", 5, 5), ("r2", 3, 5)]), true),
            (form(&[("r1", 5, 5), ("r2", 2, 5)]), false),
            (form(&[("r1", 4, 5), ("r2", 3, 5)]), false),
            (vec![], false),
        ] {
            assert_eq!(grade(&form, 8000, 6000).passed, passed);
        }
    }

    #[test]
    fn the_mark_is_never_rounded() {
        assert!(!reaches(79, 100, 8000));
        assert!(reaches(80, 100, 8000));
        assert!(!reaches(2, 3, 6667));
        assert!(reaches(2, 3, 6666));
        assert_eq!(percent(2, 3), 66);
        assert_eq!(needed(40, 8000), 32);
        assert_eq!(needed(5, 6000), 3);
    }

    #[test]
    fn an_unanswered_question_scores_nothing() {
        let mut one = slot(1, "r1", true);
        one.answer = None;
        assert_eq!(grade(&[one], 0, 0).points, 0);
    }

    proptest! {
        #[test]
        fn a_score_never_exceeds_what_was_possible(rights in prop::collection::vec((0u32..6, 0usize..8), 0..8)) {
            let rules = ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"];
            let form: Vec<Slot> = rights.iter().flat_map(|(right, rule)| {
                (0..5).map(move |n| slot(n, rules[*rule], n < *right))
            }).collect();
            let score = grade(&form, 8000, 6000);
            prop_assert!(score.points <= score.max);
            prop_assert_eq!(score.per_rule.iter().map(|r| r.points).sum::<u32>(), score.points);
            prop_assert_eq!(score.per_item.iter().map(|i| i.points).sum::<u32>(), score.points);
            prop_assert!(percent(score.points, score.max) <= 100);
        }

        #[test]
        fn the_points_needed_are_the_least_that_reach(max in 1u32..500, bp in 0u32..=10_000) {
            let least = needed(max, bp);
            prop_assert!(reaches(least, max, bp));
            prop_assert!(least == 0 || !reaches(least - 1, max, bp));
        }
    }
}
