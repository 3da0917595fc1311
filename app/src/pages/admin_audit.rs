//! The audit log: who did what to what, the latest first.

use domain::access::Act;
use domain::form::FormState;
use domain::id::PersonId;
use domain::page::Page;
use domain::time::{Day, Moment};
use i18n::t;
use leptos::prelude::*;
use service::access::Tree;
use service::audit::Line;
use uuid::Uuid;

use crate::cx::{Asked, Cx, Reply, read_id};
use crate::format;
use crate::pages::admin_home::{address, tabs};
use crate::pages::admin_payload::{Reading, pairs};
use crate::pages::admin_words as words;
use crate::shell::Head;
use crate::ui::{empty, icon, pager, select};

const PATH: &str = "/admin/audit";

/// A page of the log.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let by: Option<PersonId> = match asked.value("by") {
        "" => None,
        id => Some(read_id(id)?),
    };
    let given = |name| Some(asked.value(name)).filter(|value: &&str| !value.is_empty());
    let page = service::audit::list(cx.s(), cx.actor()?, given("action"), by, given("before")).await?;
    let tree = service::access::tree(cx.s()).await?;
    let head = Head::titled(t!(cx.locale, admin.audit)).wide().section("/admin");
    Ok(cx.page(head, || view(&cx, &asked, &page, &tree)))
}

/// The same list from another place of it.
fn elsewhere(asked: &FormState, by: &str, before: &str) -> String {
    address(PATH, &[("action", asked.value("action")), ("by", by), ("before", before)])
}

fn view(cx: &Cx, asked: &FormState, page: &Page<Line>, tree: &Tree) -> AnyView {
    let l = cx.locale;
    let by = asked.value("by");
    let list = if page.rows.is_empty() {
        empty("list", t!(l, admin.audit_none), t!(l, admin.audit_none_what), None)
    } else {
        table(cx, &page.rows, tree)
    };
    let latest = (!asked.value("before").is_empty()).then(|| {
        view! { <p><a href=elsewhere(asked, by, "")>{icon("arrow-up")}" "{t!(l, admin.audit_latest)}</a></p> }
    });
    let further = page.next.as_deref().map(|next| elsewhere(asked, by, next));
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, admin.audit)}</h1>
            <p class="lede">{t!(l, admin.audit_lede)}</p>
        </div></div>
        {tabs(cx, PATH)}
        {filters(cx, asked)}
        {latest}
        {list}
        {pager(l, further)}
    }
    .into_any()
}

fn filters(cx: &Cx, asked: &FormState) -> AnyView {
    let l = cx.locale;
    let by = asked.value("by").to_owned();
    let chip = (!by.is_empty()).then(|| {
        view! {
            <div class="chips">
                <span class="small muted">{t!(l, admin.shown)}</span>
                <a class="chip" href=elsewhere(asked, "", "")>
                    {t!(l, admin.audit_by_person)}{icon("close")}
                    <span class="visually-hidden">", "{t!(l, admin.take_off)}</span>
                </a>
            </div>
        }
    });
    let kept = (!by.is_empty()).then(|| view! { <input type="hidden" name="by" value=by/> });
    let mut actions = vec![(String::new(), t!(l, admin.all_actions))];
    actions.extend(words::ACTIONS.iter().map(|code| ((*code).to_owned(), words::action(l, code))));
    view! {
        <form class="filters" method="get" action=PATH>
            {kept}
            <div class="search">
                {select(l, asked, "action", t!(l, admin.audit_action), actions)}
                <button class="btn btn-primary">{t!(l, admin.show)}</button>
            </div>
            {chip}
        </form>
    }
    .into_any()
}

fn table(cx: &Cx, lines: &[Line], tree: &Tree) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = lines.iter().map(|line| row(cx, line, tree)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards brief">
            <caption class="visually-hidden">{t!(l, admin.audit)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, admin.audit_at)}</th>
                <th scope="col">{t!(l, admin.audit_who)}</th>
                <th scope="col">{t!(l, admin.audit_action)}</th>
                <th scope="col">{t!(l, admin.audit_subject)}</th>
                <th scope="col">{t!(l, admin.audit_details)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(cx: &Cx, line: &Line, tree: &Tree) -> AnyView {
    let l = cx.locale;
    let who = match &line.actor {
        Some(name) => view! { <span lang="ru">{name.clone()}</span> }.into_any(),
        None => t!(l, admin.audit_server).into_any(),
    };
    // Only an action that has no words is told by its code.
    let is_known = words::ACTIONS.contains(&line.action.as_str());
    let code = (!is_known).then(|| view! { <small lang="en">{line.action.clone()}</small> });
    view! {
        <tr>
            <td class="nowrap" data-label=t!(l, admin.audit_at)>{when(cx, line.at)}</td>
            <th scope="row">{who}</th>
            <td data-label=t!(l, admin.audit_action)>
                <span>{words::action(l, &line.action)}{code}</span>
            </td>
            <td data-label=t!(l, admin.audit_subject)>{subject(cx, line)}</td>
            <td class="lines" data-label=t!(l, admin.audit_details)><span>{details(cx, line, tree)}</span></td>
        </tr>
    }
    .into_any()
}

fn when(cx: &Cx, at: Moment) -> AnyView {
    let zone = cx.s().zone();
    let day = format::day(cx.locale, Day::of(at, zone));
    view! { <time datetime=format::machine(at, zone)>{day}<small>{format::clock(at, zone)}</small></time> }
        .into_any()
}

/// A person leads to the page that the reader may open.
fn subject(cx: &Cx, line: &Line) -> AnyView {
    let (kind, id) = &line.subject;
    let word = match &line.subject_name {
        Some(name) => view! { <span lang="ru">{name.clone()}</span> }.into_any(),
        None => words::subject(cx.locale, kind).into_any(),
    };
    let may = |act| cx.who.as_ref().is_some_and(|actor| actor.may(act));
    let there = id.filter(|_| kind == "person").and_then(|id| {
        if may(Act::KeepAccounts) {
            Some(format!("/admin/accounts/{id}"))
        } else {
            may(Act::ReadPeople).then(|| format!("/hr/people/{id}"))
        }
    });
    match there {
        Some(there) => view! { <a href=there>{word}</a> }.into_any(),
        None => word,
    }
}

fn details(cx: &Cx, line: &Line, tree: &Tree) -> AnyView {
    let l = cx.locale;
    let Some(payload) = &line.payload else {
        return view! { <small>{t!(l, admin.payload_erased)}</small> }.into_any();
    };
    let unit = |id: Uuid| tree.find(domain::id::Id::new(id)).map(|unit| unit.name.clone());
    let (pairs, more) = pairs(&Reading { l, zone: cx.s().zone(), unit: &unit }, payload);
    let more = (more > 0).then(|| view! { <small>{t!(l, admin.payload_more, count = more)}</small> });
    let lines: Vec<_> =
        pairs.into_iter().map(|(name, value)| view! { <small>{name}": "{value}</small> }).collect();
    view! { {lines}{more} }.into_any()
}
