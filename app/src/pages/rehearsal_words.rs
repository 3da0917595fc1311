//! What rehearsals of load are called: their steps, their targets, and their lines in the audit log.

use domain::rehearsal::Plan;
use i18n::{Locale, t};
use leptos::prelude::*;

/// What was done.
pub(super) fn action(l: Locale, code: &str) -> Option<String> {
    Some(match code {
        "rehearsal.started" => t!(l, admin.action_rehearsal_started),
        "rehearsal.ended" => t!(l, admin.action_rehearsal_ended),
        _ => return None,
    })
}

/// What a field of a payload is called.
pub(super) fn detail(l: Locale, key: &str) -> Option<String> {
    Some(match key {
        "candidates" => t!(l, admin.rehearsal_candidates),
        "minutes" => t!(l, admin.rehearsal_minutes),
        "outcome" => t!(l, admin.detail_outcome),
        _ => return None,
    })
}

/// How one ended.
pub(super) fn outcome(l: Locale, code: &str) -> Option<String> {
    Some(match code {
        "held" => t!(l, admin.outcome_held),
        "missed" => t!(l, admin.outcome_missed),
        "failed" => t!(l, admin.outcome_failed),
        "by_hand" => t!(l, admin.outcome_by_hand),
        "session_opened" => t!(l, admin.outcome_session_opened),
        "interrupted" => t!(l, admin.outcome_interrupted),
        _ => return None,
    })
}

/// Somebody's name, which is Russian in every language.
pub(super) fn name(name: &str) -> AnyView {
    let name = name.to_owned();
    view! { <span lang="ru">{name}</span> }.into_any()
}

/// How many, over which time.
pub(super) fn plan(l: Locale, plan: Plan) -> String {
    let people = t!(l, admin.rehearsal_people, count = plan.candidates);
    let over = if plan.minutes == 0 {
        t!(l, admin.rehearsal_no_pause)
    } else {
        t!(l, common.minutes, count = plan.minutes)
    };
    format!("{people}, {over}")
}

/// What a candidate did; a step without words stands as it is.
pub(super) fn step(l: Locale, code: &str) -> String {
    match code {
        "sign_in" => t!(l, admin.step_sign_in),
        "learn" => t!(l, admin.step_learn),
        "lesson" => t!(l, admin.step_lesson),
        "test" => t!(l, admin.step_test),
        "start" => t!(l, admin.step_start),
        "paper" => t!(l, admin.step_paper),
        "take_over" => t!(l, admin.step_take_over),
        "save" => t!(l, admin.step_save),
        "finish" => t!(l, admin.step_finish),
        "result" => t!(l, admin.step_result),
        other => other.to_owned(),
    }
}

/// What was to be held; a target without words stands as it is.
pub(super) fn target(l: Locale, name: &str) -> String {
    match name {
        "errors" => t!(l, admin.target_errors),
        "gave up" => t!(l, admin.target_gave_up),
        "lost or wrong" => t!(l, admin.target_lost),
        "start, p95" => t!(l, admin.target_start),
        "save, p99" => t!(l, admin.target_save),
        "all graded" => t!(l, admin.target_graded),
        "memory" => t!(l, admin.target_memory),
        other => other.to_owned(),
    }
}

/// Microseconds as milliseconds with one digit behind the point.
pub(super) fn millis(l: Locale, micros: u64) -> String {
    let (whole, tenth) = (micros / 1000, micros % 1000 / 100);
    t!(l, admin.rehearsal_tenths, whole = whole.to_string(), tenth = tenth.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_have_one_digit_behind_the_point_or_the_comma() {
        for (micros, russian, english) in [(0, "0,0", "0.0"), (99, "0,0", "0.0"), (12_345, "12,3", "12.3")] {
            assert_eq!(millis(Locale::ru, micros), russian);
            assert_eq!(millis(Locale::en, micros), english);
        }
    }

    #[test]
    fn a_plan_without_a_pause_says_so() {
        let plan_of = |minutes| plan(Locale::en, Plan { candidates: 3, minutes });
        assert_ne!(plan_of(0), plan_of(1));
        assert!(!plan_of(0).contains('0'), "{}", plan_of(0));
    }
}
