//! Regrades, the latest first: what was mended, and whether a second person has decided.

use domain::access::Act;
use domain::page::Page;
use domain::regrade::{Change, State};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::regrade::Row;

use crate::cx::{Asked, Cx, Reply};
use crate::format;
use crate::pages::hr_parts;
use crate::pages::trainer_words as words;
use crate::refused::query;
use crate::shell::Head;
use crate::ui::{empty, pager, status};

const PATH: &str = "/trainer/regrades";

/// The list.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let after = Some(asked.value("after")).filter(|mark| !mark.is_empty());
    let page = service::regrade::list(cx.s(), cx.actor()?, after).await?;
    let head = Head::titled(t!(cx.locale, regrade.title)).wide().section(section(&cx));
    Ok(cx.page(head, || view(&cx, &page)))
}

fn may(cx: &Cx, act: Act) -> bool {
    cx.who.as_ref().is_some_and(|actor| actor.may(act))
}

/// Which area regrades stand in: whoever sees no items comes to them from the lists of HR.
pub(super) fn section(cx: &Cx) -> &'static str {
    if may(cx, Act::ReadPracticeItems) { "/trainer" } else { "/hr" }
}

fn view(cx: &Cx, page: &Page<Row>) -> AnyView {
    let l = cx.locale;
    let next = page.next.as_deref().map(|mark| format!("{PATH}?{}", query("after", mark)));
    let body = if page.rows.is_empty() { nothing(cx) } else { table(cx, &page.rows) };
    let tabs = if may(cx, Act::ReadPracticeItems) { words::tabs(cx, PATH) } else { hr_parts::tabs(cx, PATH) };
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, regrade.title)}</h1><p class="lede">{t!(l, regrade.lede)}</p>
        </div></div>
        {tabs}
        {body}
        {pager(l, next)}
    }
    .into_any()
}

/// Who mends items is told how it begins, the others what to expect.
fn nothing(cx: &Cx) -> AnyView {
    let l = cx.locale;
    let what =
        if may(cx, Act::EditExamItems) { t!(l, regrade.none_what) } else { t!(l, regrade.none_what_later) };
    let bank = may(cx, Act::ReadPracticeItems)
        .then(|| ("/trainer/items?pool=exam".to_owned(), t!(l, regrade.none_go)));
    empty("check-circle", t!(l, regrade.none), what, bank)
}

fn table(cx: &Cx, rows: &[Row]) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = rows.iter().map(|row| line(cx, row)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, regrade.title)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, regrade.item)}</th><th scope="col">{t!(l, regrade.what)}</th>
                <th scope="col">{t!(l, regrade.who)}</th><th scope="col">{t!(l, regrade.when)}</th>
                <th scope="col">{t!(l, regrade.state)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn line(cx: &Cx, row: &Row) -> AnyView {
    let l = cx.locale;
    let listed = &row.listed;
    let item = t!(l, regrade.item_version, code = listed.code.clone(), number = listed.number);
    let reason = listed.regrade.reason.clone();
    view! {
        <tr>
            <th scope="row"><a href=format!("{PATH}/{}", listed.regrade.id)>{item}</a></th>
            <td data-label=t!(l, regrade.what)>
                <span>{change(l, &listed.regrade.change)}<small lang="ru">{reason}</small></span>
            </td>
            <td data-label=t!(l, regrade.who) lang="ru">{row.prepared_by.clone()}</td>
            <td data-label=t!(l, regrade.when)>
                {format::moment(l, listed.regrade.prepared_at, cx.s().zone())}
            </td>
            <td data-label=t!(l, regrade.state)>{state(l, listed.regrade.state)}</td>
        </tr>
    }
    .into_any()
}

/// What is mended, in words. Never the key.
pub(super) fn change(l: Locale, change: &Change) -> String {
    match change {
        Change::Key(_) => t!(l, regrade.is_key),
        Change::Void => t!(l, regrade.is_void),
    }
}

/// Where a regrade stands, in a word and a shape.
pub(super) fn state(l: Locale, state: State) -> AnyView {
    match state {
        State::Prepared => status("is-soon", "clock", t!(l, regrade.state_prepared)),
        State::Approved => status("is-done", "check", t!(l, regrade.state_approved)),
        State::Rejected => status("", "close", t!(l, regrade.state_rejected)),
        State::Stale => status("", "warning", t!(l, regrade.state_stale)),
    }
}
