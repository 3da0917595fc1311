//! What the pages of trainers and methodologists share: their tabs, and codes as words.

use domain::access::Act;
use domain::item::{Kind, Pool, State, Venue};
use domain::rulebook::Rule;
use domain::test::{self, Availability, Blueprint, Conditions};
use i18n::{Locale, t};
use leptos::prelude::*;

use crate::cx::Cx;
use crate::ui::{icon, status};

/// The parts of the area; only those that the actor may open.
pub(super) fn tabs(cx: &Cx, here: &'static str) -> AnyView {
    let l = cx.locale;
    let entries = [
        (Act::ReadPracticeItems, "/trainer", t!(l, items.overview)),
        (Act::ReadPracticeItems, "/trainer/items", t!(l, items.bank)),
        (Act::ReadTests, "/trainer/tests", t!(l, items.tests)),
        (Act::ReadRegrades, "/trainer/regrades", t!(l, regrade.title)),
        (Act::EditRulebook, "/trainer/rulebook", t!(l, items.rulebook)),
        (Act::KeepGroups, "/trainer/groups", t!(l, items.my_groups)),
    ];
    super::tabs::tabs(cx, t!(l, items.tabs), here, entries)
}

/// Somebody else has saved the draft that is on the page; the link shows theirs beside what was typed.
pub(super) fn meanwhile(l: Locale, address: String) -> AnyView {
    view! {
        <div class="notice is-soon" role="status">
            {icon("warning")}<b>{t!(l, items.draft_meanwhile)}</b><p>{t!(l, items.draft_meanwhile_what)}</p>
            <div class="actions">
                <a class="btn" href=address target="_blank" rel="noopener">{t!(l, items.draft_theirs)}</a>
            </div>
        </div>
    }
    .into_any()
}

/// How an item is answered.
pub(super) fn kind(l: Locale, kind: Kind) -> String {
    match kind {
        Kind::Single => t!(l, items.kind_single),
        Kind::Multiple => t!(l, items.kind_multiple),
        Kind::Ordering => t!(l, items.kind_ordering),
    }
}

/// How hard an item is.
pub(super) fn difficulty(l: Locale, difficulty: u8) -> String {
    match difficulty {
        1 => t!(l, items.difficulty_1),
        2 => t!(l, items.difficulty_2),
        _ => t!(l, items.difficulty_3),
    }
}

/// What an item is for.
pub(super) fn pool(l: Locale, pool: Pool) -> String {
    match pool {
        Pool::Practice => t!(l, items.pool_practice),
        Pool::Exam => t!(l, items.pool_exam),
    }
}

/// Where an item takes place.
pub(super) fn venue(l: Locale, venue: Venue) -> String {
    match venue {
        Venue::Centre => t!(l, items.venue_centre),
        Venue::Clinic => t!(l, items.venue_clinic),
        Venue::Event => t!(l, items.venue_event),
    }
}

/// Where an item stands in its life.
pub(super) fn state(l: Locale, state: State) -> String {
    match state {
        State::Draft => t!(l, items.state_draft),
        State::Review => t!(l, items.state_review),
        State::Pilot => t!(l, items.state_pilot),
        State::Live => t!(l, items.state_live),
        State::Retired => t!(l, items.state_retired),
    }
}

/// The same in a word and a shape.
pub(super) fn state_status(l: Locale, of: State) -> AnyView {
    let (tone, picture) = match of {
        State::Draft => ("", "edit"),
        State::Review => ("is-soon", "clock"),
        State::Pilot => ("is-info", "chart"),
        State::Live => ("is-done", "check"),
        State::Retired => ("", "lock"),
    };
    status(tone, picture, state(l, of))
}

/// A rule as people say it; its code when the standard no longer has it.
pub(super) fn rule(rules: &[Rule], code: &str) -> String {
    rules.iter().find(|rule| rule.code == code).map_or_else(|| code.to_owned(), rule_title)
}

/// «1. Выслушать. Услышать. Помочь».
pub(super) fn rule_title(rule: &Rule) -> String {
    format!("{}. {}", rule.number, rule.title)
}

/// What a test is for.
pub(super) fn test_kind(l: Locale, kind: test::Kind) -> String {
    match kind {
        test::Kind::Certification => t!(l, items.test_certification),
        test::Kind::Practice => t!(l, items.test_practice),
    }
}

/// How a test may be started.
pub(super) fn availability(l: Locale, availability: Availability) -> String {
    match availability {
        Availability::OnDemand => t!(l, items.on_demand),
        Availability::SessionOnly => t!(l, items.session_only),
    }
}

/// Conditions as names and values, always in the same order.
pub(super) fn conditions(l: Locale, conditions: &Conditions) -> Vec<(String, String)> {
    let attempts = match conditions.attempts_max {
        0 => t!(l, items.attempts_free),
        most => most.to_string(),
    };
    let unseen = match conditions.unseen_attempts {
        0 => t!(l, items.unseen_off),
        attempts => t!(l, items.attempts_count, count = attempts),
    };
    vec![
        (t!(l, items.limit), t!(l, common.minutes, count = conditions.limit_minutes)),
        (t!(l, items.pass), percent(l, conditions.pass_bp)),
        (t!(l, items.rule_pass), percent(l, conditions.rule_pass_bp)),
        (t!(l, items.attempts), attempts),
        (t!(l, items.pause), t!(l, common.days, count = conditions.pause_days)),
        (t!(l, items.grace), t!(l, items.seconds, count = conditions.grace_seconds)),
        (t!(l, items.availability), availability(l, conditions.availability)),
        (t!(l, items.unseen), unseen),
        (t!(l, items.exposure_cap), percent(l, conditions.exposure_cap_bp)),
    ]
}

/// The least numbers of places that a form keeps to.
pub(super) fn venues(l: Locale, blueprint: &Blueprint) -> String {
    let asked = blueprint.venues.iter().map(|least| format!("{}: {}", venue(l, least.venue), least.count));
    let asked = asked.collect::<Vec<_>>().join("; ");
    if asked.is_empty() { t!(l, items.venues_free) } else { asked }
}

fn percent(l: Locale, bp: u32) -> String {
    t!(l, common.percent, value = bp / 100)
}
