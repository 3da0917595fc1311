//! Codes as words: what `domain` and `service` call by a code, people read as a sentence.

use domain::certification::Standing;
use i18n::{Locale, t};

/// What is wrong with a field.
#[must_use]
pub fn problem(l: Locale, code: &str) -> String {
    match code {
        "missing" => t!(l, problem.missing),
        "too_short" => t!(l, problem.too_short),
        "too_long" => t!(l, problem.too_long),
        "malformed" => t!(l, problem.malformed),
        "out_of_range" => t!(l, problem.out_of_range),
        "not_a_number" => t!(l, problem.not_a_number),
        "choose_one" => t!(l, problem.choose_one),
        "consent_needed" => t!(l, problem.consent_needed),
        "wrong_sign_in" => t!(l, problem.wrong_sign_in),
        "wait" => t!(l, problem.wait),
        "code_wrong" => t!(l, problem.code_wrong),
        "password_wrong" => t!(l, problem.password_wrong),
        "password_short" => t!(l, problem.password_short),
        "password_long" => t!(l, problem.password_long),
        "password_common" => t!(l, problem.password_common),
        "password_differs" => t!(l, problem.password_differs),
        "in_the_past" => t!(l, problem.in_the_past),
        "number_taken" => t!(l, problem.number_taken),
        "login_taken" => t!(l, problem.login_taken),
        "unknown_number" => t!(l, problem.unknown_number),
        "unknown_zone" => t!(l, problem.unknown_zone),
        "option_count" => t!(l, problem.option_count),
        "option_empty" => t!(l, problem.option_empty),
        "option_twice" => t!(l, problem.option_twice),
        "key_missing" => t!(l, problem.key_missing),
        "key_one" => t!(l, problem.key_one),
        "key_several" => t!(l, problem.key_several),
        "key_all" | "key_unknown" => t!(l, problem.key_all),
        "too_early" => t!(l, problem.too_early),
        "in_the_future" => t!(l, problem.in_the_future),
        "choose_some" => t!(l, problem.choose_some),
        "too_many_chosen" => t!(l, problem.too_many_chosen),
        "granted_already" => t!(l, problem.granted_already),
        "fixed_while_live" => t!(l, problem.fixed_while_live),
        "too_many_items" => t!(l, problem.too_many_items),
        "more_than_form" => t!(l, problem.more_than_form),
        "unknown_item" => t!(l, problem.unknown_item),
        "too_many_enemies" => t!(l, problem.too_many_enemies),
        "rules_missing" => t!(l, problem.rules_missing),
        "member_already" => t!(l, problem.member_already),
        "acknowledge_needed" => t!(l, problem.acknowledge_needed),
        "own_seat" => t!(l, proctor.wrong_own_seat),
        "unknown_numbers" => t!(l, proctor.wrong_numbers),
        "not_a_network" => t!(l, proctor.wrong_network),
        "network_known" => t!(l, proctor.wrong_network_known),
        "session_not_open" => t!(l, proctor.wrong_not_open),
        "session_too_early" => t!(l, proctor.wrong_too_early),
        "session_over" => t!(l, proctor.wrong_over),
        "session_elsewhere" => t!(l, proctor.wrong_elsewhere),
        "seat_locked" => t!(l, proctor.wrong_locked),
        "identity_unchecked" => t!(l, proctor.wrong_unidentified),
        "start_code_wrong" => t!(l, proctor.wrong_code),
        "regrade_same" => t!(l, regrade.p_same),
        _ => t!(l, problem.other),
    }
}

/// How things have moved on.
#[must_use]
pub fn conflict(l: Locale, code: &str) -> String {
    match code {
        "not_now" => t!(l, problem.not_now),
        "knows_the_keys" => t!(l, problem.knows_the_keys),
        "bank_shallow" => t!(l, problem.bank_shallow),
        "shipped_not_acknowledged" => t!(l, problem.shipped_not_acknowledged),
        "attempt_open" => t!(l, problem.attempt_open),
        "certified_already" => t!(l, problem.certified_already),
        "enrolled_already" => t!(l, problem.enrolled_already),
        "decided_already" => t!(l, problem.decided_already),
        "changed_meanwhile" => t!(l, problem.changed_meanwhile),
        "own_item" => t!(l, problem.own_item),
        "code_used" => t!(l, problem.code_used),
        "account_closed" => t!(l, problem.account_closed),
        "unknown_option" => t!(l, problem.unknown_option),
        "export_too_long" => t!(l, problem.export_too_long),
        "account_exists" => t!(l, problem.account_exists),
        "revoked_already" => t!(l, problem.revoked_already),
        "role_of_everyone" => t!(l, problem.role_of_everyone),
        "not_a_draft" => t!(l, problem.not_a_draft),
        "retired" => t!(l, problem.retired),
        "needed_by_tests" => t!(l, problem.needed_by_tests),
        "not_retired" => t!(l, problem.not_retired),
        "not_in_review" => t!(l, problem.not_in_review),
        "nothing_to_copy" => t!(l, problem.nothing_to_copy),
        "published_already" => t!(l, problem.published_already),
        "blueprint_empty" => t!(l, problem.blueprint_empty),
        "too_many_groups" => t!(l, problem.too_many_groups),
        "own_session" => t!(l, proctor.no_own_session),
        "session_closed" => t!(l, proctor.no_closed),
        "session_over" => t!(l, proctor.no_over),
        "session_not_planned" => t!(l, proctor.no_planned),
        "session_running" => t!(l, proctor.no_running),
        "session_open" => t!(l, proctor.no_session_open),
        "nobody_sits" => t!(l, proctor.no_nobody),
        "too_late" => t!(l, proctor.no_too_late),
        "attempt_over" => t!(l, proctor.no_attempt_over),
        "paused_already" => t!(l, proctor.no_paused),
        "not_paused" => t!(l, proctor.no_not_paused),
        "regrade_waiting" => t!(l, regrade.c_waiting),
        "regrade_decided" => t!(l, regrade.c_decided),
        "own_regrade" => t!(l, regrade.c_own),
        "doubt_decided" => t!(l, regrade.c_doubt_decided),
        "period_revoked" => t!(l, regrade.c_revoked),
        _ => t!(l, problem.conflict_what),
    }
}

/// What a person is on a day: tone, picture, word.
#[must_use]
pub fn standing(l: Locale, standing: Standing) -> (&'static str, &'static str, String) {
    match standing {
        Standing::Never => ("", "dot", t!(l, word.never)),
        Standing::NotYet => ("is-info", "clock", t!(l, word.not_yet)),
        Standing::Certified => ("is-done", "check", t!(l, word.certified)),
        Standing::Expiring => ("is-soon", "clock", t!(l, word.expiring)),
        Standing::Lapsed => ("is-lost", "clock", t!(l, word.lapsed)),
        Standing::Suspended => ("is-lost", "pause", t!(l, word.suspended)),
        Standing::Revoked => ("is-lost", "cross-circle", t!(l, word.revoked)),
    }
}
