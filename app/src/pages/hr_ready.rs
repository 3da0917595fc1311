//! Candidates who wait for a decision: some are ticked, the next page asks whether it is meant.

use domain::access::Act;
use domain::form::FormState;
use domain::grading::percent;
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::certification::Ready;

use super::hr_decide::{can_be_chosen, chosen, confirm, period};
use super::hr_parts::tabs;
use crate::cx::{Asked, Cx, Reply, Typed, see};
use crate::format;
use crate::shell::Head;
use crate::ui::{empty, error_summary, notice, status};

/// On how many it is decided at once.
const MOST_AT_ONCE: usize = 100;

/// The list, the longest waiting first.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let waiting = service::certification::ready(cx.s(), cx.actor()?).await?;
    Ok(cx.page(head(&cx), || view(&cx, &FormState::default(), &waiting, &asked)))
}

/// Takes the ticked ones to the page that asks whether it is meant.
pub async fn post(cx: Cx, Typed(mut form): Typed) -> Reply {
    let waiting = service::certification::ready(cx.s(), cx.actor()?).await?;
    let ticked = form.values("candidacy").len();
    if ticked == 0 {
        form.problem("chosen", "choose_some");
    } else if ticked > MOST_AT_ONCE {
        form.problem("chosen", "too_many_chosen");
    }
    if !form.is_clean() {
        return Ok(cx.again(head(&cx), || view(&cx, &form, &waiting, &FormState::default())));
    }
    let chosen = chosen(&form, waiting);
    if chosen.is_empty() {
        return Ok(see(&format!("/hr/ready?already={ticked}")));
    }
    Ok(confirm(&cx, &FormState::default(), &chosen, ticked.saturating_sub(chosen.len())))
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, people.ready_title)).wide().section("/hr")
}

fn view(cx: &Cx, form: &FormState, waiting: &[Ready], asked: &FormState) -> AnyView {
    let l = cx.locale;
    let body = if waiting.is_empty() {
        // Somebody who decides may see people too, but the matrix may change.
        let sees_people = cx.who.as_ref().is_some_and(|actor| actor.may(Act::ReadPeople));
        let people = sees_people.then(|| ("/hr".to_owned(), t!(l, people.ready_none_go)));
        empty("check-circle", t!(l, people.ready_none), t!(l, people.ready_none_what), people)
    } else {
        list(cx, form, waiting)
    };
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, people.ready_title)}</h1><p class="lede">{t!(l, people.ready_lede)}</p>
        </div></div>
        {tabs(cx, "/hr/ready")}
        {done_notices(l, asked)}
        {error_summary(l, form)}
        {body}
    }
    .into_any()
}

fn done_notices(l: Locale, asked: &FormState) -> AnyView {
    let number = |field| asked.value(field).parse::<u32>().ok().filter(|number| *number > 0);
    let done = number("done")
        .map(|done| notice("is-done", t!(l, people.decided, count = done), t!(l, people.decided_what)));
    let already = number("already")
        .map(|already| notice("is-info", t!(l, people.already, count = already), t!(l, people.already_what)));
    view! { {done}{already} }.into_any()
}

fn list(cx: &Cx, form: &FormState, waiting: &[Ready]) -> AnyView {
    let l = cx.locale;
    let ticked = form.values("candidacy");
    let rows: Vec<_> = waiting.iter().map(|ready| row(cx, ready, ticked)).collect();
    let go = waiting.iter().any(can_be_chosen).then(|| {
        view! {
            <div class="bulk">
                <button class="btn btn-primary">{t!(l, people.decide_check)}</button>
                <span class="small muted">{t!(l, people.decide_check_what)}</span>
            </div>
        }
    });
    view! {
        <form class="stack" method="post" action="/hr/ready">
            <div class="table-wrap" id="chosen"><table class="table to-cards">
                <caption class="visually-hidden">{t!(l, people.ready_title)}</caption>
                <thead><tr>
                    <td class="pick"></td><th scope="col">{t!(l, people.person)}</th>
                    <th scope="col">{t!(l, people.centre)}</th><th scope="col" class="num">{t!(l, people.score)}</th>
                    <th scope="col">{t!(l, people.waits_since)}</th><th scope="col">{t!(l, people.would_be)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            {go}
        </form>
    }
    .into_any()
}

fn row(cx: &Cx, ready: &Ready, ticked: &[String]) -> AnyView {
    let l = cx.locale;
    let person = &ready.person;
    let since = ready.candidacy.ready_at.map(|at| format::day(l, Day::of(at, cx.s().zone())));
    let points = ready.passed.as_ref().map(|(_, score)| {
        let of = t!(l, people.points_of, points = score.points, max = score.max);
        view! { <span>{format!("{} %", percent(score.points, score.max))}<small>{of}</small></span> }
    });
    view! {
        <tr>
            <td class="pick">{can_be_chosen(ready).then(|| tick(l, ready, ticked))}</td>
            <th scope="row">
                <a href=format!("/hr/people/{}", person.id) lang="ru">{person.name.full()}</a>
                <small>{t!(l, people.number_short, number = person.personnel_number.clone())}</small>
                {why_not(l, ready)}
            </th>
            <td data-label=t!(l, people.centre)>
                <span lang="ru">{person.unit_name.clone()}<small>{person.position_title.clone()}</small></span>
            </td>
            <td class="num" data-label=t!(l, people.score)>{points}</td>
            <td data-label=t!(l, people.waits_since)>{since}</td>
            <td data-label=t!(l, people.would_be)>{period(l, ready)}</td>
        </tr>
    }
    .into_any()
}

fn tick(l: Locale, ready: &Ready, ticked: &[String]) -> AnyView {
    let id = ready.candidacy.id.to_string();
    let is_ticked = ticked.contains(&id);
    view! {
        <label>
            <input type="checkbox" name="candidacy" value=id checked=is_ticked/>
            <span class="visually-hidden">{t!(l, people.choose_person)}<span lang="ru">{ready.person.name.full()}</span></span>
        </label>
    }
    .into_any()
}

/// Why there is nothing to tick.
fn why_not(l: Locale, ready: &Ready) -> Option<AnyView> {
    if ready.is_conflicted {
        Some(status("is-soon", "lock", t!(l, people.conflicted)))
    } else if ready.passed.is_none() {
        Some(status("is-soon", "warning", t!(l, people.no_result)))
    } else {
        None
    }
}
