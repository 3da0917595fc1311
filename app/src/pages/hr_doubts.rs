//! Certificates that a regrade has put in doubt, the longest waiting first. They are valid until somebody decides.

use domain::access::Act;
use domain::page::Page;
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::doubt::Shown;

use super::hr_parts::tabs;
use crate::cx::{Asked, Cx, Reply};
use crate::format;
use crate::refused::query;
use crate::shell::Head;
use crate::ui::{empty, notice, pager, status};

const PATH: &str = "/hr/doubts";

/// The list.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let after = Some(asked.value("after")).filter(|mark| !mark.is_empty());
    let page = service::doubt::list(cx.s(), cx.actor()?, after).await?;
    let said = done(cx.locale, asked.value("done"));
    let head = Head::titled(t!(cx.locale, regrade.doubts_title)).wide().section("/hr");
    Ok(cx.page(head, || view(&cx, &page, said)))
}

fn done(l: Locale, code: &str) -> Option<AnyView> {
    let (title, text) = match code {
        "kept" => (t!(l, regrade.done_kept), t!(l, regrade.done_kept_what)),
        "revoked" => (t!(l, regrade.done_revoked), t!(l, regrade.done_revoked_what)),
        _ => return None,
    };
    Some(notice("is-done", title, text))
}

fn view(cx: &Cx, page: &Page<Shown>, said: Option<AnyView>) -> AnyView {
    let l = cx.locale;
    let body = if page.rows.is_empty() { nobody(cx) } else { table(cx, &page.rows) };
    let next = page.next.as_deref().map(|mark| format!("{PATH}?{}", query("after", mark)));
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, regrade.doubts_title)}</h1><p class="lede">{t!(l, regrade.doubts_lede)}</p>
        </div></div>
        {tabs(cx, PATH)}
        {said}
        {body}
        {pager(l, next)}
    }
    .into_any()
}

fn nobody(cx: &Cx) -> AnyView {
    let l = cx.locale;
    // Somebody who decides may see results too, but the matrix may change.
    let sees_results = cx.who.as_ref().is_some_and(|actor| actor.may(Act::ReadResults));
    let certified = sees_results.then(|| ("/hr/certified".to_owned(), t!(l, regrade.doubts_none_go)));
    empty("check-circle", t!(l, regrade.doubts_none), t!(l, regrade.doubts_none_what), certified)
}

fn table(cx: &Cx, rows: &[Shown]) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = rows.iter().map(|shown| row(cx, shown)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, regrade.doubts_title)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, people.person)}</th><th scope="col">{t!(l, people.centre)}</th>
                <th scope="col" class="num">{t!(l, regrade.was)}</th>
                <th scope="col" class="num">{t!(l, regrade.now)}</th>
                <th scope="col">{t!(l, regrade.since)}</th><th scope="col">{t!(l, regrade.valid_until)}</th>
                <th scope="col">{t!(l, regrade.verdict)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(cx: &Cx, shown: &Shown) -> AnyView {
    let l = cx.locale;
    let person = &shown.person;
    let ((was, was_of, _), (now, of, _)) = (shown.told.moved.was, shown.told.moved.now);
    let since = format::day(l, Day::of(shown.doubt.raised_at, cx.s().zone()));
    let decide = if shown.is_conflicted {
        status("is-soon", "lock", t!(l, people.conflicted))
    } else {
        let address = format!("{PATH}/{}", shown.doubt.id);
        let name = person.name.full();
        view! {
            <a class="btn btn-small" href=address>
                {t!(l, regrade.doubt_open)}<span class="visually-hidden">": "<span lang="ru">{name}</span></span>
            </a>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/hr/people/{}", person.id) lang="ru">{person.name.full()}</a>
                <small>{t!(l, people.number_short, number = person.personnel_number.clone())}</small>
            </th>
            <td data-label=t!(l, people.centre) lang="ru">{person.unit_name.clone()}</td>
            <td class="num" data-label=t!(l, regrade.was)>{t!(l, result.of, points = was, max = was_of)}</td>
            <td class="num" data-label=t!(l, regrade.now)>{t!(l, result.of, points = now, max = of)}</td>
            <td data-label=t!(l, regrade.since)>{since}</td>
            <td data-label=t!(l, regrade.valid_until)>{format::day(l, shown.period.until)}</td>
            <td data-label=t!(l, regrade.verdict)>{decide}</td>
        </tr>
    }
    .into_any()
}
