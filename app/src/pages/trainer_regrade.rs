//! A regrade: what would happen, in words and numbers, and the decision of a second person.

use axum::extract::Path;
use domain::form::FormState;
use domain::id::RegradeId;
use domain::refusal::Refusal;
use domain::regrade::State;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::regrade::{Outcome, RegradeView};

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::pages::trainer_regrade_parts::{item, people};
use crate::pages::trainer_regrades::{change, section, state};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, error_summary, fact, icon, notice, text_area};

/// The regrade.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let shown = open(&cx, read_id(&id)?, &asked).await?;
    let said = done(cx.locale, asked.value("done"));
    Ok(cx.page(head(&cx, &shown), || view(&cx, &shown, &FormState::default(), said)))
}

async fn open(cx: &Cx, id: RegradeId, asked: &FormState) -> Result<RegradeView, No> {
    let after = Some(asked.value("after")).filter(|mark| !mark.is_empty());
    Ok(service::regrade::view(cx.s(), cx.actor()?, id, after).await?)
}

/// Makes the prepared scores the current ones.
pub async fn approve(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: RegradeId = read_id(&id)?;
    let done = match service::regrade::approve(cx.s(), cx.actor()?, id).await? {
        Outcome::Approved | Outcome::Already => "approved",
        Outcome::Stale => "stale",
    };
    Ok(see(&address(id, done)))
}

/// Rejects, with a reason.
pub async fn reject(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: RegradeId = read_id(&id)?;
    match service::regrade::reject(cx.s(), cx.actor()?, id, form).await {
        Ok(()) => Ok(see(&address(id, "rejected"))),
        Err(Refusal::Form(form)) => {
            let shown = open(&cx, id, &FormState::default()).await?;
            Ok(cx.again(head(&cx, &shown), || view(&cx, &shown, &form, None)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

/// Works out again what time has passed by.
pub async fn again(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: RegradeId = read_id(&id)?;
    let new = service::regrade::again(cx.s(), cx.actor()?, id).await?;
    Ok(see(&address(new, "again")))
}

fn address(id: RegradeId, done: &str) -> String {
    format!("/trainer/regrades/{id}?done={done}")
}

fn done(l: Locale, code: &str) -> Option<AnyView> {
    let (title, text) = match code {
        "prepared" => (t!(l, regrade.done_prepared), t!(l, regrade.done_prepared_what)),
        "again" => (t!(l, regrade.done_again), t!(l, regrade.done_again_what)),
        "approved" => (t!(l, regrade.done_approved), t!(l, regrade.done_approved_what)),
        "rejected" => (t!(l, regrade.done_rejected), t!(l, regrade.done_rejected_what)),
        // That it is stale the page itself says.
        _ => return None,
    };
    Some(notice("is-done", title, text))
}

fn head(cx: &Cx, shown: &RegradeView) -> Head {
    let title = t!(cx.locale, regrade.one_title, code = shown.code.clone());
    Head::titled(title).wide().section(section(cx))
}

fn view(cx: &Cx, shown: &RegradeView, form: &FormState, said: Option<AnyView>) -> AnyView {
    let l = cx.locale;
    let lede = match shown.regrade.state {
        State::Prepared => t!(l, regrade.lede_prepared),
        State::Approved => t!(l, regrade.lede_approved),
        State::Rejected => t!(l, regrade.lede_rejected),
        State::Stale => t!(l, regrade.lede_stale),
    };
    let code = t!(l, regrade.item_version, code = shown.code.clone(), number = shown.number);
    view! {
        {back("/trainer/regrades", t!(l, regrade.title))}
        <div class="page-head">
            <div>
                <p class="kicker">{code}</p>
                <h1>{change(l, &shown.regrade.change)}</h1>
                <p class="lede">{lede}</p>
            </div>
            {state(l, shown.regrade.state)}
        </div>
        {said}
        {error_summary(l, form)}
        {stale(l, shown)}
        {who(cx, shown)}
        <section class="section"><h2>{t!(l, regrade.the_item)}</h2>{item(l, shown)}</section>
        {numbers(l, shown)}
        {people(cx, shown)}
        {decision(l, shown, form)}
    }
    .into_any()
}

fn who(cx: &Cx, shown: &RegradeView) -> AnyView {
    let (l, zone) = (cx.locale, cx.s().zone());
    let about = &shown.regrade;
    let at = format::moment(l, about.prepared_at, zone);
    let prepared = t!(l, regrade.prepared_by, name = shown.prepared_by.clone(), at = at);
    let decided = shown.decided_by.clone().zip(about.decided_at).and_then(|(name, at)| {
        let at = format::moment(l, at, zone);
        match about.state {
            State::Approved => Some(t!(l, regrade.approved_by, name = name, at = at)),
            State::Rejected => Some(t!(l, regrade.rejected_by, name = name, at = at)),
            State::Prepared | State::Stale => None,
        }
    });
    let decided = decided.map(|decided| view! { <p class="muted">{decided}</p> });
    let note = (!about.note.is_empty()).then(|| {
        let note = about.note.clone();
        view! { <section class="section"><h2>{t!(l, regrade.the_note)}</h2><p lang="ru">{note}</p></section> }
    });
    view! {
        <div class="stack tight"><p class="muted">{prepared}</p>{decided}</div>
        <section class="section">
            <h2>{t!(l, regrade.the_reason)}</h2><p lang="ru">{about.reason.clone()}</p>
        </section>
        {note}
    }
    .into_any()
}

/// Time has passed it by: what to do about it.
fn stale(l: Locale, shown: &RegradeView) -> Option<AnyView> {
    if !shown.is_stale() {
        return None;
    }
    let again = shown.may_again.then(|| {
        view! {
            <form class="actions" method="post" action=format!("/trainer/regrades/{}/again", shown.regrade.id)>
                <button class="btn btn-primary">{t!(l, regrade.again)}</button>
            </form>
        }
    });
    Some(
        view! {
            <div class="notice is-soon" role="status">
                {icon("warning")}<b>{t!(l, regrade.stale)}</b><p>{t!(l, regrade.stale_what)}</p>{again}
            </div>
        }
        .into_any(),
    )
}

fn numbers(l: Locale, shown: &RegradeView) -> AnyView {
    let counts = shown.counts;
    let line = |name: String, number: String| fact(name, number);
    let title = match shown.regrade.state {
        State::Approved => t!(l, regrade.happened),
        State::Prepared | State::Rejected | State::Stale => t!(l, regrade.will),
    };
    let follows = shown.numbers.map(|follows| {
        view! {
            {line(t!(l, regrade.n_ready), follows.ready.to_string())}
            {line(t!(l, regrade.n_back), follows.back.to_string())}
            {line(t!(l, regrade.n_doubts), follows.doubts.to_string())}
        }
    });
    let waits = shown.regrade.state == State::Prepared;
    let open = (waits && shown.open > 0).then(|| line(t!(l, regrade.n_open), shown.open.to_string()));
    let open_what =
        (waits && shown.open > 0).then(|| view! { <p class="hint">{t!(l, regrade.open_what)}</p> });
    let nobody_loses =
        (counts.now_fails > 0).then(|| notice("is-info", t!(l, regrade.nobody_loses), String::new()));
    view! {
        <section class="section">
            <h2>{title}</h2>
            <dl class="facts right">
                {line(t!(l, regrade.n_attempts), counts.all().to_string())}
                {line(t!(l, regrade.n_unchanged), counts.unchanged.to_string())}
                {line(t!(l, regrade.n_moved), counts.moved.to_string())}
                {line(t!(l, regrade.n_passes), counts.now_passes.to_string())}
                {line(t!(l, regrade.n_fails), counts.now_fails.to_string())}
                {follows}
                {open}
            </dl>
            {open_what}
            {nobody_loses}
        </section>
    }
    .into_any()
}

fn decision(l: Locale, shown: &RegradeView, form: &FormState) -> Option<AnyView> {
    if let Some(code) = shown.obstacle {
        let what = if code == "own_regrade" { t!(l, regrade.own_what) } else { t!(l, regrade.own_item_what) };
        return Some(notice("is-info", t!(l, regrade.own), what));
    }
    if !shown.may_decide {
        return None;
    }
    let address = format!("/trainer/regrades/{}", shown.regrade.id);
    let approve = (!shown.is_stale()).then(|| {
        view! {
            <form class="form" method="post" action=format!("{address}/approve")>
                <p>{t!(l, regrade.approve_what)}</p>
                <div class="actions"><button class="btn btn-primary">{t!(l, regrade.approve)}</button></div>
            </form>
        }
    });
    Some(
        view! {
            <section class="section">
                <h2>{t!(l, regrade.decide)}</h2>
                <div class="stack loose">
                    {approve}
                    <form class="form" method="post" action=format!("{address}/reject")>
                        {text_area(l, form, "note", t!(l, regrade.note), Some(t!(l, regrade.note_hint)), 2)}
                        <div class="actions"><button class="btn btn-danger">{t!(l, regrade.reject)}</button></div>
                    </form>
                </div>
            </section>
        }
        .into_any(),
    )
}
