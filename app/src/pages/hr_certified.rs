//! The register of certified administrators, the first to expire first; and the same as a table to keep.

use axum::http::header;
use axum::response::IntoResponse;
use domain::access::Act;
use domain::form::FormState;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::certified::{CertifiedPage, Query, Row, State};

use super::hr_parts::{Asking, chosen, filters, place_selects, tabs, until};
use crate::cx::{Asked, Cx, Reply};
use crate::shell::Head;
use crate::ui::{empty, icon, pager, status};
use crate::words;

/// The list.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let asking = asking(&asked);
    let found = service::certified::list(cx.s(), cx.actor()?, &query(&asking)).await?;
    let head = Head::titled(t!(cx.locale, people.certified_title)).wide().section("/hr");
    Ok(cx.page(head, || view(&cx, &asking, &found)))
}

/// The same people as a file for a spreadsheet.
pub async fn csv(cx: Cx, Asked(asked): Asked) -> Reply {
    let l = cx.locale;
    let query = Query { after: None, ..query(&asking(&asked)) };
    let word = move |standing| words::standing(l, standing).2;
    let table = service::certified::export_csv(cx.s(), cx.actor()?, &query, columns(l), word).await?;
    let name = format!("attachment; filename=\"certified-{}.csv\"", cx.s().today());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, table).into_response())
}

fn columns(l: Locale) -> Vec<String> {
    vec![
        t!(l, people.person),
        t!(l, people.number),
        t!(l, people.okrug),
        t!(l, people.unit),
        t!(l, people.position),
        t!(l, people.standing),
        t!(l, people.valid_from),
        t!(l, people.until),
        t!(l, people.serial),
        t!(l, people.badge_number),
    ]
}

fn asking(asked: &FormState) -> Asking {
    Asking::of("/hr/certified", asked, &["q", "state", "okrug", "centre"])
}

fn query(asking: &Asking) -> Query {
    Query {
        search: asking.value("q").to_owned(),
        okrug: asking.id("okrug"),
        centre: asking.id("centre"),
        state: State::of(asking.value("state")).unwrap_or_default(),
        after: asking.after.clone(),
    }
}

fn view(cx: &Cx, asking: &Asking, found: &CertifiedPage) -> AnyView {
    let l = cx.locale;
    let fields = place_selects(l, &asking.form(), &found.places);
    let chosen = chosen(l, asking, &found.places);
    // A table of nobody is no help.
    let export = (!found.page.rows.is_empty()).then(|| {
        let table = asking.at("/hr/certified.csv");
        view! {
            <div class="actions">
                <a class="btn" href=table>{icon("download")}{t!(l, people.export)}</a>
            </div>
        }
    });
    view! {
        <div class="page-head">
            <div>
                <h1>{t!(l, people.certified_title)}</h1>
                <p class="lede">{t!(l, people.certified_lede, count = found.window_days)}</p>
            </div>
            {export}
        </div>
        {tabs(cx, "/hr/certified")}
        {filters(l, asking, Some(states(l, asking)), chosen, fields)}
        {list(cx, asking, found)}
        {pager(l, found.page.next.as_deref().map(|mark| asking.with("after", Some(mark))))}
    }
    .into_any()
}

fn states(l: Locale, asking: &Asking) -> AnyView {
    let now = State::of(asking.value("state")).unwrap_or_default();
    let chips: Vec<_> = State::ALL
        .iter()
        .map(|state| {
            let (code, word) = match state {
                State::All => (None, t!(l, people.state_all)),
                State::Valid => (Some(state.code()), t!(l, people.state_valid)),
                State::Expiring => (Some(state.code()), t!(l, people.state_expiring)),
                State::Lapsed => (Some(state.code()), t!(l, people.state_lapsed)),
            };
            let current = (*state == now).then_some("true");
            view! { <a class="chip" href=asking.with("state", code) aria-current=current>{word}</a> }
        })
        .collect();
    view! { <nav class="chips" aria-label=t!(l, people.states)>{chips}</nav> }.into_any()
}

fn list(cx: &Cx, asking: &Asking, found: &CertifiedPage) -> AnyView {
    let l = cx.locale;
    if found.page.rows.is_empty() {
        return nobody(cx, asking, found.page.next.is_some());
    }
    let rows: Vec<_> = found.page.rows.iter().map(|found| row(l, found)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards brief">
            <caption class="visually-hidden">{t!(l, people.certified_title)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, people.person)}</th><th scope="col">{t!(l, people.centre)}</th>
                <th scope="col">{t!(l, people.position)}</th><th scope="col">{t!(l, people.standing)}</th>
                <th scope="col" class="num">{t!(l, people.until)}</th>
                <th scope="col" class="num">{t!(l, people.badge_number)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn nobody(cx: &Cx, asking: &Asking, goes_on: bool) -> AnyView {
    let l = cx.locale;
    if goes_on {
        // A page may come out empty when later periods have replaced all that it held.
        view! { <p class="muted">{t!(l, people.page_empty)}</p> }.into_any()
    } else if asking.is_plain() && asking.after.is_none() {
        let decides = cx.who.as_ref().is_some_and(|actor| actor.may(Act::Decide));
        let ready = decides.then(|| ("/hr/ready".to_owned(), t!(l, people.waiting_go)));
        empty("badge", t!(l, people.certified_none), t!(l, people.certified_none_what), ready)
    } else {
        let all = ("/hr/certified".to_owned(), t!(l, people.show_all));
        empty("search", t!(l, people.not_found), t!(l, people.not_found_what), Some(all))
    }
}

fn row(l: Locale, row: &Row) -> AnyView {
    let certified = &row.certified;
    let (tone, picture, word) = words::standing(l, row.standing);
    let badge = certified.badge.as_ref().map(|(serial, number)| {
        view! { <a href=format!("/verify/{serial}")>{format!("№ {number}")}</a> }
    });
    let okrug = row.okrug.clone().map(|okrug| view! { <small>{okrug}</small> });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/hr/people/{}", certified.person) lang="ru">{certified.name.full()}</a>
                <small>{t!(l, people.number_short, number = certified.personnel_number.clone())}</small>
            </th>
            <td data-label=t!(l, people.centre)><span lang="ru">{certified.unit_name.clone()}{okrug}</span></td>
            <td class="below" data-label=t!(l, people.position) lang="ru">{certified.position_title.clone()}</td>
            <td class="below" data-label=t!(l, people.standing)>{status(tone, picture, word)}</td>
            <td class="num below named" data-label=t!(l, people.until)>{until(l, row.standing, Some(certified.until))}</td>
            <td class="num below named" data-label=t!(l, people.badge_number)>{badge}</td>
        </tr>
    }
    .into_any()
}
