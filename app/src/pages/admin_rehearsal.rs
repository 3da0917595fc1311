//! The rehearsal of load: its button, the one that runs, and what the last one came to.

use axum::http::StatusCode;
use domain::form::FormState;
use domain::refusal::Refusal;
use domain::rehearsal::{MOST_CANDIDATES, MOST_MINUTES, Plan};
use i18n::t;
use leptos::prelude::*;
use service::rehearsal::button::{self, Last, Status};

use crate::cx::{Cx, Reply, Typed, see};
use crate::format;
use crate::pages::admin_home::tabs;
use crate::pages::rehearsal_report as report;
use crate::pages::rehearsal_words as words;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, error_summary, fact, field, icon, notice, status};

const PATH: &str = "/admin/rehearsal";

/// The page.
pub async fn get(cx: Cx) -> Reply {
    let status = button::status(cx.s(), cx.actor()?).await?;
    let form = Plan::default().typed(FormState::default());
    Ok(cx.page(head(&cx), || view(&cx, &status, &form)))
}

/// Begins a rehearsal.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    let (s, actor) = (cx.s(), cx.actor()?);
    let (code, form) = match button::start(s, actor, form.clone()).await {
        Ok(()) => return Ok(see(PATH)),
        Err(Refusal::Form(wrong)) => (StatusCode::UNPROCESSABLE_ENTITY, wrong),
        // The page itself says what is in the way.
        Err(Refusal::Conflict(_)) => (StatusCode::CONFLICT, form),
        Err(refusal) => return Err(No(refusal)),
    };
    let status = button::status(s, actor).await?;
    Ok(cx.page_with(code, head(&cx), || view(&cx, &status, &form)))
}

/// Ends the rehearsal that runs.
pub async fn stop(cx: Cx) -> Reply {
    button::stop(cx.s(), cx.actor()?).await?;
    Ok(see(PATH))
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, admin.rehearsal)).wide().section("/admin")
}

fn view(cx: &Cx, status: &Status, form: &FormState) -> AnyView {
    let l = cx.locale;
    let now = cx.s().now();
    let running = status.last.as_ref().filter(|last| last.is_running(now));
    let ended = status.last.as_ref().filter(|last| !last.is_running(now));
    let below = match running {
        Some(last) => under_way(cx, last),
        None => beginning(cx, status, form),
    };
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, admin.rehearsal)}</h1>
            <p class="lede">{t!(l, admin.rehearsal_lede)}</p>
        </div></div>
        {tabs(cx, PATH)}
        {error_summary(l, form)}
        {below}
        {ended.map(|last| report::view(cx, last))}
        <section class="section">
            <h2>{t!(l, admin.rehearsal_how)}</h2>
            <p>{t!(l, admin.rehearsal_how_apart)}</p>
            <p>{t!(l, admin.rehearsal_how_busy)}</p>
            <p class="muted">{t!(l, admin.rehearsal_how_disk)}</p>
        </section>
    }
    .into_any()
}

fn may_start(cx: &Cx) -> bool {
    cx.who.as_deref().is_some_and(button::may_start)
}

/// The form, or why there is none.
fn beginning(cx: &Cx, status: &Status, form: &FormState) -> AnyView {
    let l = cx.locale;
    if !status.can_run {
        return notice(
            "is-info",
            t!(l, admin.rehearsal_unavailable),
            t!(l, admin.rehearsal_unavailable_what),
        );
    }
    if !status.open_sessions.is_empty() {
        return in_the_way(cx, status);
    }
    if !may_start(cx) {
        return notice("is-info", t!(l, admin.rehearsal_looks), t!(l, admin.rehearsal_looks_what));
    }
    let number = |bounds| Field {
        inputmode: "numeric",
        autocomplete: "off",
        bounds: Some(bounds),
        ..Field::default()
    };
    let candidates = Field {
        hint: Some(t!(l, admin.rehearsal_candidates_hint, most = MOST_CANDIDATES)),
        ..number((1, MOST_CANDIDATES))
    };
    let minutes = Field {
        hint: Some(t!(l, admin.rehearsal_minutes_hint, most = MOST_MINUTES)),
        ..number((0, MOST_MINUTES))
    };
    let sitting = (status.sitting_now > 0).then(|| {
        let title = t!(l, admin.rehearsal_sitting, count = status.sitting_now);
        notice("is-soon", title, t!(l, admin.rehearsal_sitting_what))
    });
    view! {
        <section class="section">
            <h2>{t!(l, admin.rehearsal_begin)}</h2>
            {sitting}
            <form class="form" method="post" action=PATH>
                {field(l, form, "candidates", t!(l, admin.rehearsal_candidates), candidates)}
                {field(l, form, "minutes", t!(l, admin.rehearsal_minutes), minutes)}
                <div class="actions">
                    <button class="btn btn-primary">{t!(l, admin.rehearsal_begin)}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// Which exam sessions come first.
fn in_the_way(cx: &Cx, status: &Status) -> AnyView {
    let l = cx.locale;
    let titles: Vec<_> =
        status.open_sessions.iter().map(|title| view! { <li lang="ru">{title.clone()}</li> }).collect();
    view! {
        <div class="notice is-soon" role="status">
            {icon("warning")}
            <b>{t!(l, admin.rehearsal_session)}</b>
            <p>{t!(l, admin.rehearsal_session_what)}</p>
            <ul>{titles}</ul>
        </div>
    }
    .into_any()
}

fn under_way(cx: &Cx, last: &Last) -> AnyView {
    let l = cx.locale;
    let is_ending = last.stopped_by.is_some();
    let word = if is_ending { t!(l, admin.rehearsal_ending) } else { t!(l, admin.rehearsal_running) };
    let stop = (may_start(cx) && !is_ending).then(|| {
        view! {
            <form method="post" action=format!("{PATH}/stop")>
                <button class="btn">{t!(l, admin.rehearsal_stop)}</button>
            </form>
        }
    });
    view! {
        <section class="section">
            <h2>{t!(l, admin.rehearsal_now)}</h2>
            <p>{status("is-info", "clock", word)}</p>
            <dl class="facts">
                {fact(t!(l, admin.rehearsal_since), format::moment(l, last.started_at, cx.s().zone()))}
                {fact(t!(l, admin.rehearsal_by), words::name(&last.by.name))}
                {fact(t!(l, admin.rehearsal_plan), words::plan(l, last.plan))}
            </dl>
            <p class="hint">{t!(l, admin.rehearsal_running_what)}</p>
            <div class="actions">
                <a class="btn btn-primary" href=PATH>{t!(l, admin.rehearsal_refresh)}</a>
                {stop}
            </div>
        </section>
    }
    .into_any()
}
