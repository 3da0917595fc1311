//! Candidates who wait for a decision: some are ticked, the next page asks whether it is meant.

use axum::response::Response;
use domain::access::Act;
use domain::form::FormState;
use domain::grading::percent;
use domain::id::CandidacyId;
use domain::page::Page;
use domain::refusal::Refusal;
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::certification::Ready;

use super::hr_decide::{confirm, period};
use super::hr_parts::tabs;
use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::refused::{No, query};
use crate::shell::Head;
use crate::ui::{empty, error_summary, notice, pager, status};

const PATH: &str = "/hr/ready";

/// What became of those who were chosen, by how many.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    /// It was decided now.
    pub done: usize,
    /// It was decided already.
    pub already: usize,
    /// It cannot be decided.
    pub not_ready: usize,
}

impl Told {
    fn read(asked: &FormState) -> Self {
        let number = |field| asked.value(field).parse().unwrap_or(0);
        Self { done: number("done"), already: number("already"), not_ready: number("not_ready") }
    }

    /// The list with the news on top.
    pub(super) fn see(self) -> Response {
        let Self { done, already, not_ready } = self;
        see(&format!("{PATH}?done={done}&already={already}&not_ready={not_ready}"))
    }

    /// The news, each in its own words.
    pub(super) fn notices(self, l: Locale) -> AnyView {
        let Self { done, already, not_ready } = self;
        let done = (done > 0)
            .then(|| notice("is-done", t!(l, people.decided, count = done), t!(l, people.decided_what)));
        let already = (already > 0)
            .then(|| notice("is-info", t!(l, people.already, count = already), t!(l, people.already_what)));
        let not_ready = (not_ready > 0).then(|| {
            notice("is-soon", t!(l, people.not_ready, count = not_ready), t!(l, people.not_ready_what))
        });
        view! { {done}{already}{not_ready} }.into_any()
    }
}

/// The list, the longest waiting first.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let page = load(&cx, &asked).await?;
    Ok(cx.page(head(&cx), || view(&cx, &asked, &page, Told::read(&asked))))
}

/// Takes the ticked ones to the page that asks whether it is meant.
pub async fn post(cx: Cx, Typed(mut form): Typed) -> Reply {
    let ids = ticked(&form)?;
    if ids.is_empty() {
        form.problem("chosen", "choose_some");
        return again(&cx, &form).await;
    }
    confirmed(&cx, form, &ids).await
}

/// The ids of those who were ticked.
pub(super) fn ticked(form: &FormState) -> Result<Vec<CandidacyId>, No> {
    form.values("candidacy").iter().map(|id| read_id(id)).collect()
}

/// The page that asks whether it is meant; the list, where of those who were ticked nobody is left.
pub(super) async fn confirmed(cx: &Cx, form: FormState, ids: &[CandidacyId]) -> Reply {
    match service::certification::chosen(cx.s(), cx.actor()?, ids).await {
        Ok(chosen) if chosen.ready.is_empty() => {
            Ok(Told { done: 0, already: chosen.already, not_ready: chosen.not_ready }.see())
        }
        Ok(chosen) => Ok(confirm(cx, &form, &chosen)),
        Err(Refusal::Form(problems)) => wrong(cx, form, &problems).await,
        Err(refusal) => Err(No(refusal)),
    }
}

/// The list with the ticks that were set and what is wrong with them.
pub(super) async fn wrong(cx: &Cx, mut form: FormState, problems: &FormState) -> Reply {
    for (field, code) in problems.problems() {
        form.problem(field, code);
    }
    again(cx, &form).await
}

async fn again(cx: &Cx, form: &FormState) -> Reply {
    let page = load(cx, form).await?;
    Ok(cx.again(head(cx), || view(cx, form, &page, Told::default())))
}

/// The page of the list that the address or the form names.
async fn load(cx: &Cx, form: &FormState) -> Result<Page<Ready>, No> {
    Ok(service::certification::ready(cx.s(), cx.actor()?, after(form)).await?)
}

fn after(form: &FormState) -> Option<&str> {
    Some(form.value("after")).filter(|mark| !mark.is_empty())
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, people.ready_title)).wide().section("/hr")
}

fn view(cx: &Cx, form: &FormState, page: &Page<Ready>, told: Told) -> AnyView {
    let l = cx.locale;
    let body = if page.rows.is_empty() { nobody(cx, form) } else { list(cx, form, page) };
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, people.ready_title)}</h1><p class="lede">{t!(l, people.ready_lede)}</p>
        </div></div>
        {tabs(cx, PATH)}
        {told.notices(l)}
        {error_summary(l, form)}
        {body}
        {pager(l, page.next.as_deref().map(|mark| format!("{PATH}?{}", query("after", mark))))}
    }
    .into_any()
}

fn nobody(cx: &Cx, form: &FormState) -> AnyView {
    let l = cx.locale;
    if after(form).is_some() {
        let first = (PATH.to_owned(), t!(l, people.ready_first));
        return empty("check-circle", t!(l, people.ready_end), t!(l, people.ready_end_what), Some(first));
    }
    // Somebody who decides may see people too, but the matrix may change.
    let sees_people = cx.who.as_ref().is_some_and(|actor| actor.may(Act::ReadPeople));
    let people = sees_people.then(|| ("/hr".to_owned(), t!(l, people.ready_none_go)));
    empty("check-circle", t!(l, people.ready_none), t!(l, people.ready_none_what), people)
}

fn list(cx: &Cx, form: &FormState, page: &Page<Ready>) -> AnyView {
    let l = cx.locale;
    let ticked = form.values("candidacy");
    let rows: Vec<_> = page.rows.iter().map(|ready| row(cx, ready, ticked)).collect();
    let go = page.rows.iter().any(Ready::can_be_chosen).then(|| {
        view! {
            <div class="bulk">
                <button class="btn btn-primary">{t!(l, people.decide_check)}</button>
                <span class="small muted">{t!(l, people.decide_check_what)}</span>
            </div>
        }
    });
    let more = page.next.is_some().then(|| view! { <p class="muted">{t!(l, people.ready_more)}</p> });
    let here = after(form).map(|mark| view! { <input type="hidden" name="after" value=mark.to_owned()/> });
    view! {
        {more}
        <form class="stack" method="post" action=PATH>
            {here}
            <div class="table-wrap" id="chosen"><table class="table to-cards brief">
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
        view! { <span>{t!(l, common.percent, value = percent(score.points, score.max))}<small>{of}</small></span> }
    });
    view! {
        <tr>
            <td class="pick">{ready.can_be_chosen().then(|| tick(l, ready, ticked))}</td>
            <th scope="row">
                <a href=format!("/hr/people/{}", person.id) lang="ru">{person.name.full()}</a>
                <small>{t!(l, people.number_short, number = person.personnel_number.clone())}</small>
                {why_not(l, ready)}
            </th>
            <td data-label=t!(l, people.centre)>
                <span lang="ru">{person.unit_name.clone()}<small>{person.position_title.clone()}</small></span>
            </td>
            <td class="num below named" data-label=t!(l, people.score)>{points}</td>
            <td class="nowrap below named" data-label=t!(l, people.waits_since)>{since}</td>
            <td class="below named" data-label=t!(l, people.would_be)>{period(l, ready)}</td>
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
