//! Codes of administration as words: roles, actions of the audit log, settings.

use domain::access::Role;
use domain::item::{Pool, State};
use domain::settings::{Kind, Setting};
use domain::test::Availability;
use i18n::{Locale, t};

use crate::pages::{regrade_words, rehearsal_words};

/// A role.
#[must_use]
pub fn role(l: Locale, role: Role) -> String {
    match role {
        Role::Employee => t!(l, admin.role_employee),
        Role::Trainer => t!(l, admin.role_trainer),
        Role::Methodologist => t!(l, admin.role_methodologist),
        Role::Assessor => t!(l, admin.role_assessor),
        Role::Mentor => t!(l, admin.role_mentor),
        Role::Proctor => t!(l, admin.role_proctor),
        Role::Commission => t!(l, admin.role_commission),
        Role::Secretary => t!(l, admin.role_secretary),
        Role::Chair => t!(l, admin.role_chair),
        Role::Hr => t!(l, admin.role_hr),
        Role::Head => t!(l, admin.role_head),
        Role::Curator => t!(l, admin.role_curator),
        Role::Auditor => t!(l, admin.role_auditor),
        Role::Admin => t!(l, admin.role_admin),
    }
}

/// Whether an account may sign in: tone, picture, word.
#[must_use]
pub fn access(l: Locale, is_active: bool) -> (&'static str, &'static str, String) {
    if is_active {
        ("is-done", "check", t!(l, admin.access_open))
    } else {
        ("is-lost", "lock", t!(l, admin.access_shut))
    }
}

/// The name of a setting.
#[must_use]
pub fn setting(l: Locale, key: &str) -> Option<String> {
    Some(match key {
        "organisation_name" => t!(l, admin.setting_organisation_name),
        "time_zone" => t!(l, admin.setting_time_zone),
        "help_contact" => t!(l, admin.setting_help_contact),
        "session_idle_minutes" => t!(l, admin.setting_session_idle_minutes),
        "session_absolute_hours" => t!(l, admin.setting_session_absolute_hours),
        "code_valid_hours" => t!(l, admin.setting_code_valid_hours),
        _ => return None,
    })
}

/// What a setting does.
#[must_use]
pub fn setting_what(l: Locale, key: &str) -> Option<String> {
    Some(match key {
        "organisation_name" => t!(l, admin.setting_organisation_name_what),
        "time_zone" => t!(l, admin.setting_time_zone_what),
        "help_contact" => t!(l, admin.setting_help_contact_what),
        "session_idle_minutes" => t!(l, admin.setting_session_idle_minutes_what),
        "session_absolute_hours" => t!(l, admin.setting_session_absolute_hours_what),
        "code_valid_hours" => t!(l, admin.setting_code_valid_hours_what),
        _ => return None,
    })
}

/// What a setting takes.
#[must_use]
pub fn bounds(l: Locale, setting: &Setting) -> String {
    match setting.kind {
        Kind::Number(least, most) => t!(l, admin.bounds_number, least = least, most = most),
        Kind::Text(most) => t!(l, admin.bounds_text, most = most),
        Kind::Zone => t!(l, admin.bounds_zone),
    }
}

/// Every action that the audit log knows, in the order of the filter.
pub const ACTIONS: [&str; 67] = [
    "session.begun",
    "session.ended",
    "password.changed",
    "password.set_by_code",
    "code.issued",
    "account.created",
    "account.enabled",
    "account.disabled",
    "role.granted",
    "role.revoked",
    "setting.changed",
    "person.added",
    "person.changed",
    "person.enrolled",
    "employment.ended",
    "candidacy.admitted",
    "attempt.started",
    "attempt.taken_over",
    "attempt.finished",
    "exam_session.planned",
    "exam_session.rescheduled",
    "exam_session.opened",
    "exam_session.closed",
    "exam_seat.added",
    "exam_seat.identified",
    "exam_seat.unidentified",
    "exam_seat.wrong_code",
    "exam_seat.locked",
    "exam_seat.unlocked",
    "attempt.time_changed",
    "attempt.freed",
    "attempt.terminated",
    "incident.noted",
    "network.added",
    "network.removed",
    "certification.granted",
    "certification.kept",
    "certification.revoked",
    "regrade.prepared",
    "regrade.approved",
    "regrade.rejected",
    "regrade.stale",
    "regrade.caught_up",
    "group.created",
    "group.renamed",
    "group.archived",
    "group.member_added",
    "group.member_removed",
    "item.created",
    "item.revised",
    "item.submitted",
    "item.approved",
    "item.retired",
    "item.revived",
    "test.draft_begun",
    "test.draft_saved",
    "test.published",
    "rulebook.draft_begun",
    "rulebook.draft_saved",
    "rulebook.published",
    "notices.read",
    "job.tried_again",
    "rehearsal.started",
    "rehearsal.ended",
    "content.seeded",
    "demo.seeded",
    "demo.people_added",
];

/// What was done.
#[must_use]
pub fn action(l: Locale, code: &str) -> String {
    access_action(l, code)
        .or_else(|| people_action(l, code))
        .or_else(|| content_action(l, code))
        .or_else(|| session_action(l, code))
        .or_else(|| regrade_words::action(l, code))
        .or_else(|| rehearsal_words::action(l, code))
        .unwrap_or_else(|| t!(l, admin.action_unknown))
}

fn access_action(l: Locale, code: &str) -> Option<String> {
    Some(match code {
        "session.begun" => t!(l, admin.action_session_begun),
        "session.ended" => t!(l, admin.action_session_ended),
        "job.tried_again" => t!(l, admin.action_job_tried_again),
        "password.changed" => t!(l, admin.action_password_changed),
        "password.set_by_code" => t!(l, admin.action_password_set_by_code),
        "code.issued" => t!(l, admin.action_code_issued),
        "account.created" => t!(l, admin.action_account_created),
        "account.enabled" => t!(l, admin.action_account_enabled),
        "account.disabled" => t!(l, admin.action_account_disabled),
        "role.granted" => t!(l, admin.action_role_granted),
        "role.revoked" => t!(l, admin.action_role_revoked),
        "setting.changed" => t!(l, admin.action_setting_changed),
        "notices.read" => t!(l, admin.action_notices_read),
        _ => return None,
    })
}

fn people_action(l: Locale, code: &str) -> Option<String> {
    Some(match code {
        "person.added" => t!(l, admin.action_person_added),
        "person.changed" => t!(l, admin.action_person_changed),
        "person.enrolled" => t!(l, admin.action_person_enrolled),
        "employment.ended" => t!(l, admin.action_employment_ended),
        "candidacy.admitted" => t!(l, admin.action_candidacy_admitted),
        "attempt.started" => t!(l, admin.action_attempt_started),
        "attempt.taken_over" => t!(l, admin.action_attempt_taken_over),
        "attempt.finished" => t!(l, admin.action_attempt_finished),
        "certification.granted" => t!(l, admin.action_certification_granted),
        "group.created" => t!(l, admin.action_group_created),
        "group.renamed" => t!(l, admin.action_group_renamed),
        "group.archived" => t!(l, admin.action_group_archived),
        "group.member_added" => t!(l, admin.action_group_member_added),
        "group.member_removed" => t!(l, admin.action_group_member_removed),
        _ => return None,
    })
}

fn session_action(l: Locale, code: &str) -> Option<String> {
    Some(match code {
        "exam_session.planned" => t!(l, proctor.action_exam_session_planned),
        "exam_session.rescheduled" => t!(l, proctor.action_exam_session_rescheduled),
        "exam_session.opened" => t!(l, proctor.action_exam_session_opened),
        "exam_session.closed" => t!(l, proctor.action_exam_session_closed),
        "exam_seat.added" => t!(l, proctor.action_exam_seat_added),
        "exam_seat.identified" => t!(l, proctor.action_exam_seat_identified),
        "exam_seat.unidentified" => t!(l, proctor.action_exam_seat_unidentified),
        "exam_seat.wrong_code" => t!(l, proctor.action_exam_seat_wrong_code),
        "exam_seat.locked" => t!(l, proctor.action_exam_seat_locked),
        "exam_seat.unlocked" => t!(l, proctor.action_exam_seat_unlocked),
        "attempt.time_changed" => t!(l, proctor.action_attempt_time_changed),
        "attempt.freed" => t!(l, proctor.action_attempt_freed),
        "attempt.terminated" => t!(l, proctor.action_attempt_terminated),
        "incident.noted" => t!(l, proctor.action_incident_noted),
        "network.added" => t!(l, proctor.action_network_added),
        "network.removed" => t!(l, proctor.action_network_removed),
        _ => return None,
    })
}

fn content_action(l: Locale, code: &str) -> Option<String> {
    Some(match code {
        "item.created" => t!(l, admin.action_item_created),
        "item.revised" => t!(l, admin.action_item_revised),
        "item.submitted" => t!(l, admin.action_item_submitted),
        "item.approved" => t!(l, admin.action_item_approved),
        "item.retired" => t!(l, admin.action_item_retired),
        "item.revived" => t!(l, admin.action_item_revived),
        "test.draft_begun" => t!(l, admin.action_test_draft_begun),
        "test.draft_saved" => t!(l, admin.action_test_draft_saved),
        "test.published" => t!(l, admin.action_test_published),
        "rulebook.draft_begun" => t!(l, admin.action_rulebook_draft_begun),
        "rulebook.draft_saved" => t!(l, admin.action_rulebook_draft_saved),
        "rulebook.published" => t!(l, admin.action_rulebook_published),
        "content.seeded" => t!(l, admin.action_content_seeded),
        "demo.seeded" => t!(l, admin.action_demo_seeded),
        "demo.people_added" => t!(l, admin.action_demo_people_added),
        _ => return None,
    })
}

/// What an action was done to.
#[must_use]
pub fn subject(l: Locale, kind: &str) -> String {
    match kind {
        "person" => t!(l, admin.subject_person),
        "attempt" => t!(l, admin.subject_attempt),
        "candidacy" => t!(l, admin.subject_candidacy),
        "group" => t!(l, admin.subject_group),
        "item" => t!(l, admin.subject_item),
        "test_version" => t!(l, admin.subject_test_version),
        "rulebook_version" => t!(l, admin.subject_rulebook_version),
        "setting" => t!(l, admin.subject_setting),
        "exam_session" => t!(l, proctor.subject_exam_session),
        "network" => t!(l, proctor.subject_network),
        "job" => t!(l, admin.subject_job),
        "regrade" => t!(l, regrade.subject),
        "rehearsal" => t!(l, admin.subject_rehearsal),
        _ => kind.to_owned(),
    }
}

/// What a field of a payload is called; one without words stands as it is.
#[must_use]
pub fn detail(l: Locale, key: &str) -> String {
    detail_of_people(l, key)
        .or_else(|| detail_of_content(l, key))
        .or_else(|| regrade_words::detail(l, key))
        .or_else(|| rehearsal_words::detail(l, key))
        .unwrap_or_else(|| key.to_owned())
}

fn detail_of_people(l: Locale, key: &str) -> Option<String> {
    Some(match key {
        "account" | "login" => t!(l, admin.detail_login),
        "address" => t!(l, admin.detail_address),
        "confirmed" => t!(l, admin.detail_confirmed),
        "crowd" => t!(l, admin.detail_crowd),
        "deadline" => t!(l, admin.detail_deadline),
        "due" => t!(l, admin.detail_due),
        "ended" => t!(l, admin.detail_ended),
        "extra_time_percent" => t!(l, admin.detail_extra_time_percent),
        "from" => t!(l, admin.detail_from),
        "key" => t!(l, admin.detail_key),
        "last_day" => t!(l, admin.detail_last_day),
        "logins" => t!(l, admin.detail_logins),
        "name" => t!(l, admin.detail_name),
        "notices" => t!(l, admin.detail_notices),
        "passed" => t!(l, admin.detail_passed),
        "personnel_number" => t!(l, admin.detail_personnel_number),
        "points" => t!(l, admin.detail_points),
        "max" => t!(l, admin.detail_max),
        "position" => t!(l, admin.detail_position),
        "role" => t!(l, admin.detail_role),
        "serial" => t!(l, admin.detail_serial),
        "unit" => t!(l, admin.detail_unit),
        "until" => t!(l, admin.detail_until),
        _ => return None,
    })
}

fn detail_of_content(l: Locale, key: &str) -> Option<String> {
    Some(match key {
        "before" => t!(l, admin.detail_before),
        "after" => t!(l, admin.detail_after),
        "code" => t!(l, admin.detail_code),
        "items" => t!(l, admin.detail_items),
        "lessons" => t!(l, admin.detail_lessons),
        "note" => t!(l, admin.detail_note),
        "number" => t!(l, admin.detail_number),
        "pool" => t!(l, admin.detail_pool),
        "rules" => t!(l, admin.detail_rules),
        "shipped_items_warned" => t!(l, admin.detail_shipped_items_warned),
        "test" => t!(l, admin.detail_test),
        "title" => t!(l, admin.detail_title),
        "version" => t!(l, admin.detail_version),
        "cells" => t!(l, admin.detail_cells),
        "limit_minutes" => t!(l, admin.detail_limit_minutes),
        "pass_bp" => t!(l, admin.detail_pass_bp),
        "rule_pass_bp" => t!(l, admin.detail_rule_pass_bp),
        "attempts_max" => t!(l, admin.detail_attempts_max),
        "pause_days" => t!(l, admin.detail_pause_days),
        "grace_seconds" => t!(l, admin.detail_grace_seconds),
        "availability" => t!(l, admin.detail_availability),
        _ => return None,
    })
}

/// A code that stands as the value of a field; none when it is no code.
#[must_use]
pub fn value(l: Locale, key: &str, code: &str) -> Option<String> {
    match key {
        "role" => Role::of(code).map(|known| role(l, known)),
        "key" => setting(l, code),
        "change" => regrade_words::change(l, code),
        "outcome" => rehearsal_words::outcome(l, code),
        "pool" => Pool::of(code).map(|pool| match pool {
            Pool::Practice => t!(l, admin.pool_practice),
            Pool::Exam => t!(l, admin.pool_exam),
        }),
        "availability" => Availability::of(code).map(|availability| match availability {
            Availability::OnDemand => t!(l, admin.availability_on_demand),
            Availability::SessionOnly => t!(l, admin.availability_session_only),
        }),
        "before" | "after" => State::of(code).map(|state| match state {
            State::Draft => t!(l, admin.state_draft),
            State::Review => t!(l, admin.state_review),
            State::Pilot => t!(l, admin.state_pilot),
            State::Live => t!(l, admin.state_live),
            State::Retired => t!(l, admin.state_retired),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_of_the_filter_has_words() {
        for code in ACTIONS {
            assert_ne!(action(Locale::ru, code), t!(Locale::ru, admin.action_unknown), "{code}");
        }
    }

    #[test]
    fn every_setting_has_a_name_and_says_what_it_does() {
        for known in domain::settings::ALL {
            assert!(setting(Locale::ru, known.key).is_some(), "{}", known.key);
            assert!(setting_what(Locale::ru, known.key).is_some(), "{}", known.key);
        }
    }
}
