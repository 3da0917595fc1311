//! Before a decision: exactly what will be decided. Then the decision.

use axum::response::Response;
use domain::form::FormState;
use domain::grading::percent;
use domain::refusal::Refusal;
use domain::text::block;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::certification::{Chosen, Ready};

use super::hr_ready::{Told, confirmed, ticked, wrong};
use crate::cx::{Cx, Reply, Typed, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, error_summary, icon, text_area};

/// How long a note to a decision may be, in characters.
const LONGEST_REASON: usize = 1000;

/// A decision is asked for on the list.
pub async fn get(cx: Cx) -> Reply {
    cx.actor()?;
    Ok(see("/hr/ready"))
}

/// Decides.
pub async fn post(cx: Cx, Typed(mut form): Typed) -> Reply {
    let actor = cx.actor()?;
    let ids = ticked(&form)?;
    let reason = form.check_optional("reason", |text| block(text, LONGEST_REASON)).unwrap_or_default();
    if !form.is_clean() {
        return confirmed(&cx, form, &ids).await;
    }
    match service::certification::decide(cx.s(), actor, &ids, &reason).await {
        Ok(decided) => {
            let told =
                Told { done: decided.now.len(), already: decided.already, not_ready: decided.not_ready };
            Ok(told.see())
        }
        Err(Refusal::Form(problems)) => wrong(&cx, form, &problems).await,
        Err(refusal) => Err(No(refusal)),
    }
}

/// The period that a decision today would open.
pub(super) fn period(l: Locale, ready: &Ready) -> String {
    let (from, until) = ready.would_be;
    t!(l, people.from_until, from = format::day(l, from), until = format::day(l, until))
}

/// The page that lists exactly what will be decided, and how many of those who were ticked are left out.
pub(super) fn confirm(cx: &Cx, form: &FormState, chosen: &Chosen) -> Response {
    let head = Head::titled(t!(cx.locale, people.decide_title)).wide().section("/hr");
    if form.is_clean() {
        cx.page(head, || view(cx, form, chosen))
    } else {
        cx.again(head, || view(cx, form, chosen))
    }
}

fn view(cx: &Cx, form: &FormState, chosen: &Chosen) -> AnyView {
    let l = cx.locale;
    let left_out = Told { done: 0, already: chosen.already, not_ready: chosen.not_ready };
    let chosen = chosen.ready.as_slice();
    let count = chosen.len();
    let rows: Vec<_> = chosen.iter().map(|ready| row(l, ready)).collect();
    view! {
        {back("/hr/ready", t!(l, people.ready_title))}
        <div class="page-head"><div>
            <h1>{t!(l, people.decide_title)}</h1><p class="lede">{t!(l, people.decide_lede)}</p>
        </div></div>
        {left_out.notices(l)}
        {error_summary(l, form)}
        <div class="table-wrap"><table class="table to-cards">
            <caption>{t!(l, people.decide_on, count = count)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, people.person)}</th><th scope="col">{t!(l, people.centre)}</th>
                <th scope="col" class="num">{t!(l, people.score)}</th><th scope="col">{t!(l, people.period)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        <ul class="ticks">
            <li>{icon("badge")}<span>{t!(l, people.decide_follows)}</span></li>
            <li>{icon("info")}<span>{t!(l, people.decide_stays)}</span></li>
        </ul>
        {decide_form(l, form, chosen)}
    }
    .into_any()
}

fn row(l: Locale, ready: &Ready) -> AnyView {
    let person = &ready.person;
    let points = ready.passed.as_ref().map(|(_, score)| {
        let of = t!(l, people.points_of, points = score.points, max = score.max);
        view! { <span>{t!(l, common.percent, value = percent(score.points, score.max))}<small>{of}</small></span> }
    });
    view! {
        <tr>
            <th scope="row">
                <span lang="ru">{person.name.full()}</span>
                <small>{t!(l, people.number_short, number = person.personnel_number.clone())}</small>
            </th>
            <td data-label=t!(l, people.centre) lang="ru">{person.unit_name.clone()}</td>
            <td class="num" data-label=t!(l, people.score)>{points}</td>
            <td data-label=t!(l, people.period)>{period(l, ready)}</td>
        </tr>
    }
    .into_any()
}

fn decide_form(l: Locale, form: &FormState, chosen: &[Ready]) -> AnyView {
    let ids: Vec<_> = chosen
        .iter()
        .map(|ready| {
            view! { <input type="hidden" name="candidacy" value=ready.candidacy.id.to_string()/> }
        })
        .collect();
    view! {
        <form class="form" method="post" action="/hr/ready/decide">
            {ids}
            {text_area(l, form, "reason", t!(l, people.reason), Some(t!(l, people.reason_hint)), 3)}
            <div class="actions">
                <button class="btn btn-primary">{t!(l, people.decide_go, count = chosen.len())}</button>
                <a class="btn btn-quiet" href="/hr/ready">{t!(l, people.cancel)}</a>
            </div>
        </form>
    }
    .into_any()
}
