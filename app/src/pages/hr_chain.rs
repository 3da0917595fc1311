//! A person's chain as a timeline, the latest first.

use domain::access::Act;
use domain::grading::percent;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::people::{ChainEvent, Step};

use crate::cx::Cx;
use crate::format;
use crate::ui::icon;

/// How a step is shown.
struct Told {
    tone: &'static str,
    picture: &'static str,
    title: String,
    text: String,
    /// What somebody wrote, in their own words.
    said: String,
    /// Where more is.
    link: Option<(String, String)>,
}

/// The timeline.
pub(super) fn timeline(cx: &Cx, chain: &[ChainEvent]) -> AnyView {
    let decides = cx.who.as_ref().is_some_and(|actor| actor.may(Act::Decide));
    let waiting = open_doubt(chain).filter(|_| decides);
    let lines: Vec<_> =
        chain.iter().enumerate().map(|(at, event)| line(cx, event, waiting == Some(at))).collect();
    view! { <ol class="timeline dated">{lines}</ol> }.into_any()
}

/// Where the doubt stands that nobody has decided on yet.
fn open_doubt(chain: &[ChainEvent]) -> Option<usize> {
    let of_doubts = |event: &ChainEvent| {
        matches!(event.step, Step::Doubted | Step::Kept { .. } | Step::Settled | Step::Revoked { .. })
    };
    let is_doubt = |at: &usize| chain.get(*at).is_some_and(|event| matches!(event.step, Step::Doubted));
    chain.iter().position(of_doubts).filter(is_doubt)
}

fn line(cx: &Cx, event: &ChainEvent, waits: bool) -> AnyView {
    let (l, zone) = (cx.locale, cx.s().zone());
    let told = told(l, &event.step);
    let told = if waits {
        Told { link: Some(("/hr/doubts".to_owned(), t!(l, regrade.doubts_title))), ..told }
    } else {
        told
    };
    let text = (!told.text.is_empty()).then(|| view! { <p>{told.text}</p> });
    let said = (!told.said.is_empty()).then(|| view! { <p lang="ru">{told.said}</p> });
    let link = told.link.map(|(address, word)| view! { <p><a href=address>{word}</a></p> });
    view! {
        <li class=told.tone>
            <span class="timeline-dot">{icon(told.picture)}</span>
            <div class="timeline-body">
                <h3>{told.title}</h3>
                <time datetime=format::machine(event.at, zone)>{format::moment(l, event.at, zone)}</time>
                {text}
                {said}
                {link}
            </div>
        </li>
    }
    .into_any()
}

fn plain(tone: &'static str, picture: &'static str, title: String) -> Told {
    Told { tone, picture, title, text: String::new(), said: String::new(), link: None }
}

fn told(l: Locale, step: &Step) -> Told {
    let day = |day| format::day(l, day);
    match step {
        Step::Enrolled { by, due } => {
            let due = due.map(|due| t!(l, people.step_due, day = day(due)));
            let text = sentences([Some(by_whom(l, by.as_deref())), due]);
            Told { text, ..plain("", "user", t!(l, people.step_enrolled)) }
        }
        Step::Admitted => plain("is-done", "book", t!(l, people.step_admitted)),
        Step::AttemptStarted { number } => plain("", "test", t!(l, people.step_started, number = *number)),
        Step::AttemptFinished { number, points, max, passed, cause } => {
            let result = t!(l, people.step_points, points = *points, max = *max, number = *number);
            let is_by_time = cause.as_deref() == Some("deadline");
            let text = sentences([Some(result), is_by_time.then(|| t!(l, people.step_time_up))]);
            Told { text, ..graded(l, (*points, *max), *passed) }
        }
        Step::Regraded { number, was, now, reason } => regraded(l, *number, (*was, *now), reason),
        Step::Ready => plain("is-done", "check", t!(l, people.step_ready)),
        Step::Decided { by, granted, reason } => decided(l, by.as_deref(), *granted, reason),
        Step::PeriodOpened { from, until } => {
            let title = t!(l, people.step_period, from = day(*from), until = day(*until));
            plain("is-done", "calendar", title)
        }
        Step::Suspended { from } => lost("pause", t!(l, people.step_suspended, from = day(*from))),
        Step::Reinstated { from } => {
            plain("is-done", "check", t!(l, people.step_reinstated, from = day(*from)))
        }
        Step::Revoked { from } => lost("cross-circle", t!(l, people.step_revoked, from = day(*from))),
        Step::Doubted => {
            let text = t!(l, regrade.step_doubted_what);
            Told { text, ..plain("is-soon", "warning", t!(l, regrade.step_doubted)) }
        }
        Step::Kept { by, reason } => {
            let told = plain("is-done", "users", t!(l, regrade.step_kept));
            Told { text: by_whom(l, by.as_deref()), said: reason.clone(), ..told }
        }
        Step::Settled => plain("is-done", "check", t!(l, regrade.step_settled)),
        Step::BadgeAwarded { serial, number } => awarded(l, serial, *number),
        Step::HandedOver { number } => {
            plain("is-done", "badge", t!(l, people.step_handed_over, number = *number))
        }
        Step::BadgeWithdrawn { number } => {
            lost("cross-circle", t!(l, people.step_withdrawn, number = *number))
        }
    }
}

fn lost(picture: &'static str, title: String) -> Told {
    plain("is-lost", picture, title)
}

fn sentences<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn by_whom(l: Locale, by: Option<&str>) -> String {
    if let Some(name) = by { t!(l, people.step_by, name = name) } else { t!(l, people.step_by_rule) }
}

fn graded(l: Locale, (points, max): (u32, u32), passed: bool) -> Told {
    let percent = percent(points, max);
    if passed {
        plain("is-done", "test", t!(l, people.step_passed, percent = percent))
    } else {
        plain("", "test", t!(l, people.step_failed, percent = percent))
    }
}

/// Points, points that were possible, and whether it was passed.
type Verdict = (u32, u32, bool);

fn regraded(
    l: Locale,
    number: u32,
    ((was, was_of, passed), (points, of, passes)): (Verdict, Verdict),
    reason: &str,
) -> Told {
    let numbers = t!(l, regrade.result_points, was = was, was_of = was_of, points = points, of = of);
    let verdict = match (passed, passes) {
        (false, true) => Some(t!(l, regrade.step_passes)),
        (true, false) => Some(t!(l, regrade.step_fails)),
        (true, true) | (false, false) => None,
    };
    let told = plain("", "test", t!(l, regrade.step_regraded, number = number));
    Told { text: sentences([Some(numbers), verdict]), said: reason.to_owned(), ..told }
}

fn decided(l: Locale, by: Option<&str>, granted: bool, reason: &str) -> Told {
    let told = if granted {
        plain("is-done", "users", t!(l, people.step_granted))
    } else {
        lost("users", t!(l, people.step_refused))
    };
    Told { text: by_whom(l, by), said: reason.to_owned(), ..told }
}

fn awarded(l: Locale, serial: &str, number: u32) -> Told {
    let link = (format!("/verify/{serial}"), t!(l, people.step_verify));
    Told { link: Some(link), ..plain("is-done", "badge", t!(l, people.step_awarded, number = number)) }
}
