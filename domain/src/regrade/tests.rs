//! What a regrade changes, by tables and properties.

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
            (0..5).map(move |n| slot((rule - 1) * 5 + n + 1, &format!("r{rule}"), 0, u8::from(n >= *right)))
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
