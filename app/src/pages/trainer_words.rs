//! What the pages of trainers and methodologists share: their tabs, and codes as words.

use domain::access::Act;
use domain::item::{Kind, Pool, State, Venue};
use domain::rulebook::Rule;
use domain::test::{self, Availability, Conditions};
use i18n::{Locale, t};
use leptos::prelude::*;

use crate::cx::Cx;
use crate::ui::status;

/// The parts of the area; only those that the actor may open.
pub(super) fn tabs(cx: &Cx, here: &'static str) -> AnyView {
    let l = cx.locale;
    let entries: Vec<_> = [
        (Act::ReadPracticeItems, "/trainer", t!(l, items.overview)),
        (Act::ReadPracticeItems, "/trainer/items", t!(l, items.bank)),
        (Act::ReadTests, "/trainer/tests", t!(l, items.tests)),
        (Act::EditRulebook, "/trainer/rulebook", t!(l, items.rulebook)),
        (Act::KeepGroups, "/trainer/groups", t!(l, items.my_groups)),
    ]
    .into_iter()
    .filter(|(act, ..)| cx.who.as_ref().is_some_and(|actor| actor.may(*act)))
    .map(|(_, address, word)| {
        let current = (address == here).then_some("page");
        view! { <li><a href=address aria-current=current>{word}</a></li> }
    })
    .collect();
    view! { <nav class="tabs" aria-label=t!(l, items.tabs)><ul>{entries}</ul></nav> }.into_any()
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
    vec![
        (t!(l, items.limit), t!(l, common.minutes, count = conditions.limit_minutes)),
        (t!(l, items.pass), percent(conditions.pass_bp)),
        (t!(l, items.rule_pass), percent(conditions.rule_pass_bp)),
        (t!(l, items.attempts), attempts),
        (t!(l, items.pause), t!(l, common.days, count = conditions.pause_days)),
        (t!(l, items.grace), t!(l, items.seconds, count = conditions.grace_seconds)),
        (t!(l, items.availability), availability(l, conditions.availability)),
    ]
}

fn percent(bp: u32) -> String {
    format!("{} %", bp / 100)
}
