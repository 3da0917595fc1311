//! People as HR sees them: search first, filters in the address, who they are today.

use domain::access::Act;
use domain::certification::Standing;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::people::{PeoplePage, Query, Row};

use super::hr_parts::{Asking, narrow, tabs, until};
use crate::cx::{Asked, Cx, Reply};
use crate::shell::Head;
use crate::ui::{empty, icon, notice, pager, status};
use crate::words;

/// The list.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let actor = cx.actor()?;
    let asking = Asking::of("/hr", &asked, &["q", "okrug", "centre", "position"]);
    let query = Query {
        search: asking.value("q").to_owned(),
        okrug: asking.id("okrug"),
        centre: asking.id("centre"),
        position: asking.id("position"),
        after: asking.after.clone(),
    };
    let found = service::people::list(cx.s(), actor, &query).await?;
    // Told once, at the head of the list: further pages of it do not ask again.
    let waiting = if asking.after.is_none() && actor.may(Act::Decide) {
        service::certification::ready_count(cx.s(), actor).await?
    } else {
        0
    };
    let is_done = asked.value("done") == "dismissed";
    let head = Head::titled(t!(cx.locale, people.title)).wide().section("/hr");
    Ok(cx.page(head, || view(&cx, &asking, &found, waiting, is_done)))
}

fn view(cx: &Cx, asking: &Asking, found: &PeoplePage, waiting: u64, is_done: bool) -> AnyView {
    let l = cx.locale;
    let may_add = cx.who.as_ref().is_some_and(|actor| actor.may(Act::EditPeople));
    let add = may_add.then(|| {
        view! {
            <div class="actions">
                <a class="btn" href="/hr/people/new">{icon("plus")}{t!(l, people.add)}</a>
            </div>
        }
    });
    let done = is_done.then(|| notice("is-done", t!(l, people.dismissed), t!(l, people.dismissed_what)));
    view! {
        <div class="page-head"><div><h1>{t!(l, people.title)}</h1></div>{add}</div>
        {tabs(cx, "/hr")}
        {done}
        {(waiting > 0).then(|| waiting_notice(l, waiting))}
        {narrow(l, asking, &found.places, &found.positions)}
        {list(l, asking, found, may_add)}
        {pager(l, found.page.next.as_deref().map(|mark| asking.with("after", Some(mark))))}
    }
    .into_any()
}

fn waiting_notice(l: Locale, waiting: u64) -> AnyView {
    view! {
        <div class="notice is-soon">
            {icon("clock")}
            <b>{t!(l, people.waiting, count = waiting)}</b>
            <p>{t!(l, people.waiting_what)}</p>
            <div class="actions"><a class="btn" href="/hr/ready">{t!(l, people.waiting_go)}{icon("arrow-right")}</a></div>
        </div>
    }
    .into_any()
}

fn list(l: Locale, asking: &Asking, found: &PeoplePage, may_add: bool) -> AnyView {
    if found.page.rows.is_empty() {
        return nobody(l, asking, may_add);
    }
    let rows: Vec<_> = found.page.rows.iter().map(|found| row(l, found)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards brief">
            <caption class="visually-hidden">{t!(l, people.list)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, people.person)}</th><th scope="col">{t!(l, people.centre)}</th>
                <th scope="col">{t!(l, people.position)}</th><th scope="col">{t!(l, people.standing)}</th>
                <th scope="col" class="num">{t!(l, people.until)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn nobody(l: Locale, asking: &Asking, may_add: bool) -> AnyView {
    if asking.is_plain() && asking.after.is_none() {
        let add = may_add.then(|| ("/hr/people/new".to_owned(), t!(l, people.add)));
        empty("users", t!(l, people.nobody), t!(l, people.nobody_what), add)
    } else {
        let all = ("/hr".to_owned(), t!(l, people.show_all));
        empty("search", t!(l, people.not_found), t!(l, people.not_found_what), Some(all))
    }
}

fn row(l: Locale, row: &Row) -> AnyView {
    let person = &row.person;
    let learns = row.is_enrolled.then(|| status("is-info", "book", t!(l, people.enrolled)));
    // Whoever is on the way for the first time is best told by that alone.
    let standing = (row.standing != Standing::Never || !row.is_enrolled).then(|| {
        let (tone, picture, word) = words::standing(l, row.standing);
        status(tone, picture, word)
    });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/hr/people/{}", person.id) lang="ru">{person.name.full()}</a>
                <small>{t!(l, people.number_short, number = person.personnel_number.clone())}</small>
            </th>
            <td data-label=t!(l, people.centre) lang="ru">{person.unit_name.clone()}</td>
            <td class="below" data-label=t!(l, people.position) lang="ru">{person.position_title.clone()}</td>
            <td class="below" data-label=t!(l, people.standing)><span>{standing}" "{learns}</span></td>
            <td class="num below named" data-label=t!(l, people.until)>{until(l, row.standing, row.until)}</td>
        </tr>
    }
    .into_any()
}
