//! The exam sessions that somebody holds or may look at.

use domain::access::Act;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::Listed;

use super::proctor_words as words;
use crate::cx::{Cx, Reply};
use crate::shell::Head;
use crate::ui::{empty, icon};

/// The list, the latest first.
pub async fn get(cx: Cx) -> Reply {
    let sessions = service::exam_session::list(cx.s(), cx.actor()?).await?;
    let head = Head::titled(t!(cx.locale, proctor.title)).wide().section("/proctor");
    Ok(cx.page(head, || view(&cx, &sessions)))
}

fn view(cx: &Cx, sessions: &[Listed]) -> AnyView {
    let l = cx.locale;
    let may_plan = cx.who.as_ref().is_some_and(|actor| actor.may(Act::Proctor));
    let (lede, none) = if may_plan {
        (t!(l, proctor.lede), t!(l, proctor.none_what))
    } else {
        (t!(l, proctor.looks_lede), t!(l, proctor.looks_none))
    };
    let list = if sessions.is_empty() {
        empty("calendar", t!(l, proctor.none), none, None)
    } else {
        table(cx, sessions)
    };
    let new = may_plan.then(|| {
        view! {
            <div class="actions">
                <a class="btn btn-primary" href="/proctor/new">{icon("plus")}{t!(l, proctor.new)}</a>
            </div>
        }
    });
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, proctor.title)}</h1><p class="lede">{lede}</p>
        </div>{new}</div>
        {list}
    }
    .into_any()
}

fn table(cx: &Cx, sessions: &[Listed]) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = sessions.iter().map(|listed| row(cx, l, listed)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, proctor.title)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, proctor.session)}</th><th scope="col">{t!(l, proctor.window)}</th>
                <th scope="col">{t!(l, proctor.centre)}</th><th scope="col">{t!(l, proctor.state)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(cx: &Cx, l: Locale, listed: &Listed) -> AnyView {
    let session = &listed.session;
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/proctor/{}", session.id) lang="ru">{session.title.clone()}</a>
                <small lang="ru">{listed.test_title.clone()}</small>
            </th>
            <td data-label=t!(l, proctor.window)>{words::window(l, session.window, cx.s().zone())}</td>
            <td data-label=t!(l, proctor.centre)>
                <span lang="ru">{listed.unit_name.clone()}<small>{session.place.clone()}</small></span>
            </td>
            <td data-label=t!(l, proctor.state)>{words::state(l, session.state)}</td>
        </tr>
    }
    .into_any()
}
