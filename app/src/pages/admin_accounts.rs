//! Accounts: who may sign in, and who has no account yet.

use domain::form::FormState;
use domain::page::{MOST, Page};
use i18n::t;
use leptos::prelude::*;
use service::account::Listed;
use service::people;

use crate::cx::{Asked, Cx, Reply};
use crate::format;
use crate::pages::admin_home::{address, tabs};
use crate::pages::admin_words as words;
use crate::shell::Head;
use crate::ui::{Field, empty, field, icon, notice, pager, status};

const PATH: &str = "/admin/accounts";

/// The list of those without an account, as the address calls it.
const WITHOUT: &str = "without";

/// The list.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let actor = cx.actor()?;
    let search = asked.value("q").to_owned();
    let head = Head::titled(t!(cx.locale, admin.accounts)).wide().section("/admin");
    if asked.value("show") == WITHOUT {
        let people = service::account::without(cx.s(), actor, &search).await?;
        return Ok(cx.page(head, || view(&cx, &search, WITHOUT, without(&cx, &people))));
    }
    let after = Some(asked.value("after")).filter(|after| !after.is_empty());
    let page = service::account::list(cx.s(), actor, &search, after).await?;
    Ok(cx.page(head, || view(&cx, &search, "", accounts(&cx, &search, &page))))
}

fn view(cx: &Cx, search: &str, show: &'static str, list: AnyView) -> AnyView {
    let l = cx.locale;
    let form = FormState::default().with("q", search);
    let chips =
        [("", t!(l, admin.with_account)), (WITHOUT, t!(l, admin.without_account))].map(|(code, word)| {
            let current = (code == show).then_some("true");
            let there = address(PATH, &[("show", code), ("q", search)]);
            view! { <a class="chip" href=there aria-current=current>{word}</a> }
        });
    let kept = (!show.is_empty()).then(|| view! { <input type="hidden" name="show" value=show/> });
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, admin.accounts)}</h1>
            <p class="lede">{t!(l, admin.accounts_lede)}</p>
        </div></div>
        {tabs(cx, PATH)}
        <form class="filters" method="get" action=PATH>
            {kept}
            <div class="search">
                {field(l, &form, "q", t!(l, admin.search), Field { kind: "search", ..Field::default() })}
                <button class="btn btn-primary">{icon("search")}{t!(l, admin.find)}</button>
            </div>
            <nav class="chips" aria-label=t!(l, admin.with_or_without)>{chips}</nav>
        </form>
        {list}
    }
    .into_any()
}

fn accounts(cx: &Cx, search: &str, page: &Page<Listed>) -> AnyView {
    let l = cx.locale;
    if page.rows.is_empty() {
        let among = address(PATH, &[("show", WITHOUT), ("q", search)]);
        let action = Some((among, t!(l, admin.look_without)));
        return empty("users", t!(l, admin.accounts_none), t!(l, admin.accounts_none_what), action);
    }
    let rows: Vec<_> = page.rows.iter().map(|row| account(cx, row)).collect();
    let further = page.next.as_deref().map(|next| address(PATH, &[("q", search), ("after", next)]));
    view! {
        <div class="table-wrap"><table class="table to-cards brief">
            <caption class="visually-hidden">{t!(l, admin.accounts)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, admin.person)}</th>
                <th scope="col">{t!(l, admin.login)}</th>
                <th scope="col">{t!(l, admin.access)}</th>
                <th scope="col">{t!(l, admin.seen)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        {pager(l, further)}
    }
    .into_any()
}

fn account(cx: &Cx, row: &Listed) -> AnyView {
    let l = cx.locale;
    let (tone, picture, word) = if row.is_active && !row.has_password {
        ("is-info", "clock", t!(l, admin.access_no_password))
    } else {
        words::access(l, row.is_active)
    };
    let seen = if let Some(at) = row.seen_at {
        format::moment(l, at, cx.s().zone())
    } else {
        t!(l, admin.never_seen)
    };
    view! {
        <tr>
            <th scope="row"><a lang="ru" href=format!("{PATH}/{}", row.person)>{row.name.full()}</a></th>
            <td data-label=t!(l, admin.login)>{row.login.clone()}</td>
            <td class="below" data-label=t!(l, admin.access)>{status(tone, picture, word)}</td>
            <td class="below named" data-label=t!(l, admin.seen)><span class="nowrap">{seen}</span></td>
        </tr>
    }
    .into_any()
}

fn without(cx: &Cx, people: &[people::Listed]) -> AnyView {
    let l = cx.locale;
    if people.is_empty() {
        return empty("users", t!(l, admin.without_none), t!(l, admin.without_none_what), None);
    }
    let is_cut = u64::try_from(people.len()).is_ok_and(|shown| shown >= MOST);
    let cut = is_cut
        .then(|| notice("is-info", t!(l, admin.without_cut, count = MOST), t!(l, admin.without_cut_what)));
    let rows: Vec<_> = people.iter().map(|person| person_row(cx, person)).collect();
    view! {
        {cut}
        <div class="table-wrap"><table class="table to-cards brief">
            <caption class="visually-hidden">{t!(l, admin.without_account)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, admin.person)}</th>
                <th scope="col">{t!(l, admin.unit)}</th>
                <th scope="col">{t!(l, admin.position)}</th>
                <td></td>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn person_row(cx: &Cx, person: &people::Listed) -> AnyView {
    let l = cx.locale;
    let name = person.name.full();
    let number = t!(l, admin.personnel_number, number = person.personnel_number.clone());
    view! {
        <tr>
            <th scope="row"><span lang="ru">{name.clone()}</span><small>{number}</small></th>
            <td data-label=t!(l, admin.unit) lang="ru">{person.unit_name.clone()}</td>
            <td data-label=t!(l, admin.position) lang="ru">{person.position_title.clone()}</td>
            <td>
                <a class="btn btn-small" href=format!("{PATH}/{}/new", person.id)>
                    {icon("plus")}{t!(l, admin.create)}<span class="visually-hidden">": "{name}</span>
                </a>
            </td>
        </tr>
    }
    .into_any()
}
