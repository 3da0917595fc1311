//! Regrading: the key of an item version is mended, or the item is taken out, and what was sat is scored anew.
//!
//! **A voided item is taken out of points and maximum, of its rule's too; the marks are then checked on the rest by
//! the same integer rule.** An item that is void says nothing about anybody, so nobody's score may rest on it. The
//! other way would be to give the point to everybody. That never lowers a score, but it credits knowledge nobody has
//! shown, and most of it goes to those who knew least: with one right answer of three in a rule, the gift alone would
//! lift somebody over a mark of 60 %. What speaks against our way is that whoever answered as the old key said loses
//! a point that they had, and may fall below a mark by it. Therefore a pass is never taken by a regrade itself: who
//! is certified stays so until a person decides ([`follows`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::grading::{Score, Slot};
use crate::id::{ItemVersionId, PersonId, RegradeId};
use crate::item::{Content, Kind, Problem, is_right};
use crate::text::{TextProblem, block};

/// What is mended about an item version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// This is right: option indexes; for an ordering, all of them in the right order.
    Key(Vec<u8>),
    /// The item counts for nobody.
    Void,
}

/// A change that a second person has approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// By which regrade.
    pub regrade: RegradeId,
    /// What it changes.
    pub change: Change,
}

/// Of each item version that was mended, the change that is in force: the one that was approved last.
pub type Changes = BTreeMap<ItemVersionId, Approved>;

coded! {
    /// Where a regrade stands.
    State {
        /// New scores are worked out and seen by nobody but those who decide.
        Prepared = "prepared",
        /// The new scores are the current ones.
        Approved = "approved",
        /// A second person said no.
        Rejected = "rejected",
        /// What it was worked out from has moved on.
        Stale = "stale",
    }
}

coded! {
    /// What a regrade does to an attempt.
    Effect {
        /// The score is what it was.
        Unchanged = "unchanged",
        /// Other points, the same verdict.
        Moved = "moved",
        /// It crosses the mark upwards.
        NowPasses = "now_passes",
        /// It crosses the mark downwards.
        NowFails = "now_fails",
    }
}

coded! {
    /// Where a doubt about a certificate stands.
    DoubtState {
        /// Nobody has decided.
        Open = "open",
        /// A person has decided that the certificate stays.
        Kept = "kept",
        /// A person has revoked it.
        Revoked = "revoked",
        /// A later regrade gave the pass back.
        Settled = "settled",
    }
}

/// A slot as a change leaves it; none when its item is void.
#[must_use]
pub fn changed(mut slot: Slot, change: Option<&Change>) -> Option<Slot> {
    match change {
        None => Some(slot),
        Some(Change::Key(key)) => {
            slot.key.clone_from(key);
            Some(slot)
        }
        Some(Change::Void) => None,
    }
}

/// What keeps a change from being one: a key that does not fit the item, or nothing that would be new.
#[must_use]
pub fn problem(content: &Content, in_force: Option<&Change>, change: &Change) -> Option<Problem> {
    match change {
        Change::Void => (in_force == Some(&Change::Void)).then_some(("change", "regrade_same")),
        Change::Key(key) => {
            let mended = Content { key: key.clone(), ..content.clone() };
            let unfit = mended.problems().into_iter().find(|(field, _)| *field == "key");
            unfit.or_else(|| is_known(content, in_force, key).then_some(("key", "regrade_same")))
        }
    }
}

fn is_known(content: &Content, in_force: Option<&Change>, key: &[u8]) -> bool {
    match in_force {
        None => is_right(content.kind, &content.key, key),
        Some(Change::Key(known)) => is_right(content.kind, known, key),
        Some(Change::Void) => false,
    }
}

/// The least and the most characters of a reason: one word explains nothing.
const REASON: (usize, usize) = (10, 500);

/// Reads a reason, as somebody types it who mends, rejects, keeps or revokes.
///
/// # Errors
/// The problem with it.
pub fn reason(text: &str) -> Result<String, TextProblem> {
    let (least, most) = REASON;
    let text = block(text, most)?;
    if text.chars().count() < least { Err(TextProblem::TooShort) } else { Ok(text) }
}

/// The key that a version is graded by; none when it is void.
#[must_use]
pub fn key_in_force<'a>(content: &'a Content, in_force: Option<&'a Change>) -> Option<&'a [u8]> {
    match in_force {
        None => Some(&content.key),
        Some(Change::Key(key)) => Some(key),
        Some(Change::Void) => None,
    }
}

/// A key in the order in which it is written: that of an ordering says which step comes when.
#[must_use]
pub fn written(kind: Kind, mut key: Vec<u8>) -> Vec<u8> {
    match kind {
        Kind::Ordering => key,
        Kind::Single | Kind::Multiple => {
            key.sort_unstable();
            key.dedup();
            key
        }
    }
}

/// What becomes of an attempt's score.
#[must_use]
pub fn effect(old: &Score, new: &Score) -> Effect {
    let is_same = old.points == new.points && old.max == new.max && old.per_rule == new.per_rule;
    match (old.passed, new.passed) {
        (false, true) => Effect::NowPasses,
        (true, false) => Effect::NowFails,
        (true, true) | (false, false) if is_same => Effect::Unchanged,
        (true, true) | (false, false) => Effect::Moved,
    }
}

/// Whether somebody may approve or reject a regrade: nobody does it alone, and nobody mends by themselves what they
/// wrote.
///
/// # Errors
/// The code of what is in the way.
pub fn may_decide(by: PersonId, prepared_by: PersonId, author: Option<PersonId>) -> Result<(), &'static str> {
    if by == prepared_by {
        Err("own_regrade")
    } else if author == Some(by) {
        Err("own_item")
    } else {
        Ok(())
    }
}

/// Where a candidacy stands when an attempt of it is regraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Open; the requirements are not met.
    Open,
    /// Open, and ready for a decision.
    Ready,
    /// Certified: it was decided, and a period opened.
    Certified {
        /// Whether the period is neither over nor revoked.
        is_in_force: bool,
    },
    /// Ended without a certificate.
    Closed,
}

/// What follows from a regrade for a candidacy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// Nothing.
    Nothing,
    /// It becomes ready for a decision, as after an exam.
    BecomesReady,
    /// It was only ready, and goes back to where its attempts say.
    GoesBack,
    /// The certificate stays valid, and a person decides about it.
    InDoubt,
    /// What rests on it is beyond doubt: an open doubt, if any, is settled.
    Confirmed,
}

/// What follows for a candidacy, by whether any attempt of it passes after the regrade.
#[must_use]
pub const fn follows(stands: Stands, passes: bool) -> Follows {
    match (stands, passes) {
        (Stands::Open, true) => Follows::BecomesReady,
        (Stands::Ready, false) => Follows::GoesBack,
        (Stands::Certified { is_in_force: true }, false) => Follows::InDoubt,
        (Stands::Certified { .. }, true) => Follows::Confirmed,
        (Stands::Open | Stands::Certified { is_in_force: false }, false)
        | (Stands::Ready, true)
        | (Stands::Closed, _) => Follows::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::grading::{grade, percent};
    use crate::id::Id;

    const PASS: u32 = 8000;
    const RULE_PASS: u32 = 6000;

    fn slot(position: u32, rule: &str, key: u8, answer: u8) -> Slot {
        Slot { position, rule: rule.into(), kind: Kind::Single, key: vec![key], answer: Some(vec![answer]) }
    }

    /// By rule, how many of five are right; the first question of all is the one that is mended.
    fn form(rights: &[u32]) -> Vec<Slot> {
        (1u32..)
            .zip(rights)
            .flat_map(|(rule, right)| {
                (0..5)
                    .map(move |n| slot((rule - 1) * 5 + n + 1, &format!("r{rule}"), 0, u8::from(n >= *right)))
            })
            .collect()
    }

    fn graded(slots: &[Slot], change: Option<&Change>) -> Score {
        let slots: Vec<Slot> = slots
            .iter()
            .filter_map(|slot| changed(slot.clone(), change.filter(|_| slot.position == 1)))
            .collect();
        grade(&slots, PASS, RULE_PASS)
    }

    fn after(slots: &[Slot], change: &Change) -> (Effect, u32, u32) {
        let (old, new) = (graded(slots, None), graded(slots, Some(change)));
        (effect(&old, &new), new.points, new.max)
    }

    #[test]
    fn what_a_change_does_to_a_score() {
        let (key, void) = (Change::Key(vec![1]), Change::Void);
        // The first question is right where its rule has any right answer, and wrong where it has none.
        for (rights, change, expected) in [
            // 32 of 40: with another key the point is lost, and with it the pass.
            ([4, 4, 4, 4, 4, 4, 4, 4], &key, (Effect::NowFails, 31, 40)),
            // 31 of 39 is less than 80 %.
            ([4, 4, 4, 4, 4, 4, 4, 4], &void, (Effect::NowFails, 31, 39)),
            // 33 of 40: 32 of 39 is enough.
            ([5, 4, 4, 4, 4, 4, 4, 4], &void, (Effect::Moved, 32, 39)),
            ([5, 4, 4, 4, 4, 4, 4, 4], &key, (Effect::Moved, 32, 40)),
            // A rule without a single right answer is below its mark, mended or not.
            ([0, 5, 5, 5, 5, 5, 5, 5], &key, (Effect::Moved, 36, 40)),
            ([0, 5, 5, 5, 5, 5, 5, 5], &void, (Effect::Moved, 35, 39)),
            // Other wrong answers are as wrong as before.
            ([0, 5, 5, 5, 5, 5, 5, 5], &Change::Key(vec![2]), (Effect::Unchanged, 35, 40)),
            // 3 of 5 reach 60 %, 2 of 4 do not: the rule falls below its mark.
            ([3, 5, 5, 5, 5, 5, 5, 5], &void, (Effect::NowFails, 37, 39)),
        ] {
            assert_eq!(after(&form(&rights), change), expected, "{rights:?} {change:?}");
        }
    }

    #[test]
    fn a_wrong_key_that_is_mended_lets_a_candidate_pass() {
        let mut slots = form(&[4, 4, 4, 4, 4, 4, 4, 4]);
        slots[0].answer = Some(vec![1]);
        assert_eq!(after(&slots, &Change::Key(vec![1])), (Effect::NowPasses, 32, 40));
        // 31 of 39 is not enough: taking the item out would not have helped.
        assert_eq!(after(&slots, &Change::Void), (Effect::Moved, 31, 39));
    }

    #[test]
    fn a_rule_whose_only_item_is_void_asks_for_nothing() {
        let slots = [slot(1, "r1", 0, 1), slot(2, "r2", 0, 0)];
        let score = graded(&slots, Some(&Change::Void));
        assert_eq!((score.points, score.max, score.passed, score.per_rule.len()), (1, 1, true, 1));
        let nothing = graded(&slots[..1], Some(&Change::Void));
        assert!(!nothing.passed, "a form without any item proves nothing");
    }

    #[test]
    fn what_follows_for_a_candidacy() {
        let certified = |is_in_force| Stands::Certified { is_in_force };
        for (stands, passes, expected) in [
            (Stands::Open, true, Follows::BecomesReady),
            (Stands::Open, false, Follows::Nothing),
            (Stands::Ready, true, Follows::Nothing),
            (Stands::Ready, false, Follows::GoesBack),
            (certified(true), true, Follows::Confirmed),
            (certified(true), false, Follows::InDoubt),
            (certified(false), true, Follows::Confirmed),
            (certified(false), false, Follows::Nothing),
            (Stands::Closed, true, Follows::Nothing),
            (Stands::Closed, false, Follows::Nothing),
        ] {
            assert_eq!(follows(stands, passes), expected, "{stands:?} {passes}");
        }
    }

    #[test]
    fn nobody_approves_what_they_prepared_or_wrote() {
        let id = |n| Id::new(Uuid::from_u128(n));
        for (prepared_by, author, expected) in [
            (1, None, Err("own_regrade")),
            (1, Some(1), Err("own_regrade")),
            (2, Some(1), Err("own_item")),
            (2, Some(2), Ok(())),
            (2, None, Ok(())),
        ] {
            assert_eq!(may_decide(id(1), id(prepared_by), author.map(id)), expected);
        }
    }

    #[test]
    fn a_change_has_to_fit_and_to_change_something() {
        let content = Content {
            kind: Kind::Multiple,
            stem: "Что делать?".into(),
            options: ["одно", "другое", "третье", "иное"].map(String::from).to_vec(),
            key: vec![0, 3],
            rationale: "Потому что.".into(),
        };
        let mended = Change::Key(vec![0, 1]);
        for (in_force, change, expected) in [
            (None, Change::Key(vec![0, 1]), None),
            (None, Change::Key(vec![3, 0]), Some(("key", "regrade_same"))),
            (None, Change::Key(vec![]), Some(("key", "key_missing"))),
            (None, Change::Key(vec![0]), Some(("key", "key_several"))),
            (None, Change::Key(vec![0, 9]), Some(("key", "key_unknown"))),
            (None, Change::Void, None),
            (Some(&Change::Void), Change::Void, Some(("change", "regrade_same"))),
            (Some(&Change::Void), Change::Key(vec![0, 3]), None),
            (Some(&mended), Change::Key(vec![0, 3]), None),
            (Some(&mended), Change::Key(vec![1, 0]), Some(("key", "regrade_same"))),
            (Some(&mended), Change::Void, None),
        ] {
            assert_eq!(problem(&content, in_force, &change), expected, "{in_force:?} {change:?}");
        }
    }

    #[test]
    fn one_word_is_no_reason() {
        for (typed, expected) in [
            ("", Err(TextProblem::Missing)),
            (" ошибка ", Err(TextProblem::TooShort)),
            ("Верных ответов два.", Ok("Верных ответов два.")),
        ] {
            assert_eq!(reason(typed).as_deref().map_err(|problem| *problem), expected);
        }
        assert_eq!(reason(&"я".repeat(501)), Err(TextProblem::TooLong));
    }

    #[test]
    fn a_change_is_kept_as_it_is_read() {
        for (change, kept) in [(Change::Key(vec![2, 0]), r#"{"key":[2,0]}"#), (Change::Void, r#""void""#)] {
            assert_eq!(serde_json::to_string(&change).unwrap(), kept);
            assert_eq!(serde_json::from_str::<Change>(kept).unwrap(), change);
        }
    }

    fn any_form() -> impl Strategy<Value = Vec<Slot>> {
        prop::collection::vec((0u8..3, 0u8..3, 0usize..8), 2..50).prop_map(|questions| {
            let rules = ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"];
            (1u32..)
                .zip(questions)
                .map(|(position, (key, answer, rule))| slot(position, rules[rule], key, answer))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn a_void_item_leaves_points_maximum_and_its_rule_and_nothing_else(slots in any_form()) {
            let (old, new) = (graded(&slots, None), graded(&slots, Some(&Change::Void)));
            let was_right = slots[0].answer.as_ref() == Some(&slots[0].key);
            prop_assert_eq!(new.max + 1, old.max);
            prop_assert_eq!(new.points + u32::from(was_right), old.points);
            prop_assert!(new.per_item.iter().all(|item| item.position != 1));
            for rule in old.per_rule.iter().filter(|rule| rule.rule != slots[0].rule) {
                prop_assert!(new.per_rule.contains(rule), "{rule:?}");
            }
        }

        #[test]
        fn voiding_what_was_answered_wrong_never_harms(slots in any_form()) {
            prop_assume!(slots[0].answer.as_ref() != Some(&slots[0].key));
            let (old, new) = (graded(&slots, None), graded(&slots, Some(&Change::Void)));
            prop_assert!(percent(new.points, new.max) >= percent(old.points, old.max));
            prop_assert!(effect(&old, &new) != Effect::NowFails);
        }

        #[test]
        fn an_effect_turned_round_is_its_opposite(slots in any_form(), key in 0u8..3) {
            let (old, new) = (graded(&slots, None), graded(&slots, Some(&Change::Key(vec![key]))));
            let back = match effect(&old, &new) {
                Effect::NowPasses => Effect::NowFails,
                Effect::NowFails => Effect::NowPasses,
                same @ (Effect::Unchanged | Effect::Moved) => same,
            };
            prop_assert_eq!(effect(&new, &old), back);
            prop_assert_eq!(effect(&old, &old), Effect::Unchanged);
            prop_assert_eq!(new.max, old.max);
        }

        #[test]
        fn the_key_that_is_in_force_changes_nothing(slots in any_form()) {
            let same = Change::Key(slots[0].key.clone());
            prop_assert_eq!(graded(&slots, Some(&same)), graded(&slots, None));
        }

        #[test]
        fn nobody_certified_ever_loses_it_to_a_regrade_alone(passes: bool, is_in_force: bool) {
            let follows = follows(Stands::Certified { is_in_force }, passes);
            prop_assert!(!matches!(follows, Follows::GoesBack | Follows::BecomesReady));
        }
    }
}
