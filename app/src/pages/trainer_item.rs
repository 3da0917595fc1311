//! An item: its editor, its way to the tests, its history.

use axum::extract::Path;
use axum::http::StatusCode;
use domain::access::Act;
use domain::form::FormState;
use domain::id::ItemId;
use domain::item::{Pool, State};
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::item::ItemView;

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::pages::trainer_item_form::{Sheet, editor, pressed};
use crate::pages::trainer_item_history::history;
use crate::pages::trainer_item_preview::preview;
use crate::pages::trainer_words as words;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, fact, icon, notice};

/// A notice on top.
struct News {
    tone: &'static str,
    title: String,
    text: String,
    /// What it is about, in the words of the bank.
    names: Vec<String>,
}

fn news(tone: &'static str, title: String, text: String) -> News {
    News { tone, title, text, names: Vec::new() }
}

/// The item.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let item = service::item::open(cx.s(), cx.actor()?, read_id(&id)?).await?;
    let form = stored(&item);
    let said = done(cx.locale, asked.value("done"));
    Ok(cx.page(head(&cx, &item), || view(&cx, &item, &form, said)))
}

/// The newest version in the form.
fn stored(item: &ItemView) -> FormState {
    let newest = item.versions.first();
    let form = newest.map(|newest| service::item::form_of(newest, &item.item)).unwrap_or_default();
    service::item::with_enemies(form, &item.enemies)
}

/// Saves a version; or shows the same form again, moved or previewed.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: ItemId = read_id(&id)?;
    let (s, actor) = (cx.s(), cx.actor()?);
    if let Some(form) = pressed(&form) {
        let item = service::item::open(s, actor, id).await?;
        return Ok(cx.page(head(&cx, &item), || view(&cx, &item, &form, None)));
    }
    match service::item::save(s, actor, Some(id), form.clone()).await {
        Ok(id) => Ok(see(&address(id, "saved"))),
        Err(Refusal::Form(form)) => {
            let item = service::item::open(s, actor, id).await?;
            Ok(cx.again(head(&cx, &item), || view(&cx, &item, &form, None)))
        }
        Err(Refusal::Conflict("changed_meanwhile")) => meanwhile(&cx, id, form).await,
        Err(refusal) => Err(No(refusal)),
    }
}

/// Somebody else has saved a version: what was typed stays, and goes on top of theirs when saved again.
async fn meanwhile(cx: &Cx, id: ItemId, form: FormState) -> Reply {
    let item = service::item::open(cx.s(), cx.actor()?, id).await?;
    let newest = item.versions.first().map_or(0, |newest| newest.number);
    let form = form.with("version", newest.to_string());
    let said = news("is-soon", t!(cx.locale, items.meanwhile), t!(cx.locale, items.meanwhile_what));
    Ok(cx.page_with(StatusCode::CONFLICT, head(cx, &item), || view(cx, &item, &form, Some(said))))
}

/// Hands a draft over for approval.
pub async fn submit(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: ItemId = read_id(&id)?;
    service::item::submit(cx.s(), cx.actor()?, id).await?;
    Ok(see(&address(id, "submitted")))
}

/// Approves the version that was on the page.
pub async fn approve(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: ItemId = read_id(&id)?;
    let seen = form.value("version").trim().parse::<u32>();
    let seen = seen.map_err(|_| No(Refusal::Conflict("changed_meanwhile")))?;
    service::item::approve(cx.s(), cx.actor()?, id, seen).await?;
    Ok(see(&address(id, "approved")))
}

/// Takes an item out of use; one that a test cannot do without stays, and the page says which test.
pub async fn retire(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: ItemId = read_id(&id)?;
    match service::item::retire(cx.s(), cx.actor()?, id).await {
        Ok(()) => Ok(see(&address(id, "retired"))),
        Err(Refusal::Conflict("needed_by_tests")) => needed(&cx, id).await,
        Err(refusal) => Err(No(refusal)),
    }
}

async fn needed(cx: &Cx, id: ItemId) -> Reply {
    let (s, actor, l) = (cx.s(), cx.actor()?, cx.locale);
    let tests = service::item::needed_by(s, actor, id).await?;
    let item = service::item::open(s, actor, id).await?;
    let form = stored(&item);
    let names = tests.into_iter().map(|test| test.title).collect();
    let said = News { names, ..news("is-soon", t!(l, items.needed), t!(l, items.needed_what)) };
    Ok(cx.page_with(StatusCode::CONFLICT, head(cx, &item), || view(cx, &item, &form, Some(said))))
}

/// Takes a retired item up again.
pub async fn revive(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: ItemId = read_id(&id)?;
    service::item::revive(cx.s(), cx.actor()?, id).await?;
    Ok(see(&address(id, "revived")))
}

fn address(id: ItemId, done: &str) -> String {
    format!("/trainer/items/{id}?done={done}")
}

fn done(l: Locale, code: &str) -> Option<News> {
    let (title, text) = match code {
        "created" => (t!(l, items.created), t!(l, items.created_what)),
        "saved" => (t!(l, items.saved), t!(l, items.saved_what)),
        "submitted" => (t!(l, items.submitted), t!(l, items.submitted_what)),
        "approved" => (t!(l, items.approved), t!(l, items.approved_what)),
        "retired" => (t!(l, items.retired), t!(l, items.retired_what)),
        "revived" => (t!(l, items.revived), t!(l, items.revived_what)),
        _ => return None,
    };
    Some(news("is-done", title, text))
}

fn head(cx: &Cx, item: &ItemView) -> Head {
    Head::titled(t!(cx.locale, items.item_code, code = item.item.code.clone())).wide().section("/trainer")
}

fn view(cx: &Cx, item: &ItemView, form: &FormState, said: Option<News>) -> AnyView {
    let l = cx.locale;
    let sheet = Sheet {
        form,
        rules: &item.rules,
        pools: &[],
        kept: Some(item),
        action: format!("/trainer/items/{}", item.item.id),
    };
    let is_open = item.may_edit && item.item.state != State::Retired;
    view! {
        {back("/trainer/items", t!(l, items.bank))}
        <div class="page-head">
            <div>
                <p class="kicker">{words::pool(l, item.item.pool)}</p>
                <h1>{t!(l, items.item_code, code = item.item.code.clone())}</h1>
                <p class="lede">{standing(l, item)}</p>
            </div>
            {words::state_status(l, item.item.state)}
        </div>
        {said.map(told)}
        {if is_open { editor(l, &sheet) } else { read_only(l, item, form) }}
        {apart(l, item)}
        {steps(l, item)}
        {mend(cx, item)}
        {history(cx, item)}
    }
    .into_any()
}

fn told(said: News) -> AnyView {
    if said.names.is_empty() {
        return notice(said.tone, said.title, said.text);
    }
    let names: Vec<_> = said.names.into_iter().map(|name| view! { <li>{name}</li> }).collect();
    view! {
        <div class=format!("notice {}", said.tone) role="status">
            {icon("warning")}<b>{said.title}</b><p>{said.text}</p><ul lang="ru">{names}</ul>
        </div>
    }
    .into_any()
}

/// Where the item stands, in a sentence.
fn standing(l: Locale, item: &ItemView) -> String {
    let newest = item.versions.first().map_or(0, |version| version.number);
    let drawn = item.versions.iter().find(|version| Some(version.id) == item.item.current);
    let drawn = drawn.map_or(0, |version| version.number);
    match item.item.state {
        State::Draft => t!(l, items.is_draft),
        State::Review => t!(l, items.is_review, number = newest),
        State::Pilot => t!(l, items.is_pilot),
        State::Live if drawn == newest => t!(l, items.is_live, number = drawn),
        State::Live => t!(l, items.is_live_waiting, drawn = drawn, newest = newest),
        State::Retired => t!(l, items.is_retired),
    }
}

fn read_only(l: Locale, item: &ItemView, form: &FormState) -> AnyView {
    let head = &item.item;
    let rationale = form.value("rationale").to_owned();
    view! {
        <div class="split even">
            {preview(l, form)}
            <div class="stack">
                <dl class="facts">
                    {fact(t!(l, items.rule), words::rule(&item.rules, &head.rule))}
                    {fact(t!(l, items.difficulty), words::difficulty(l, head.difficulty))}
                    {fact(t!(l, items.venue), words::venue(l, head.venue))}
                    {fact(t!(l, items.competency), head.competency.clone())}
                </dl>
                <section class="section"><h2>{t!(l, items.rationale)}</h2><p lang="ru">{rationale}</p></section>
            </div>
        </div>
    }
    .into_any()
}

/// What never stands in one form with the item.
fn apart(l: Locale, item: &ItemView) -> Option<AnyView> {
    let set = item.item.enemy_set.clone().map(|set| {
        view! { <p>{t!(l, items.apart_set)}" "<span lang="ru">{set}</span></p> }
    });
    let named: Vec<_> = item
        .enemies
        .iter()
        .map(|(id, code)| {
            view! { <li><a class="chip" href=format!("/trainer/items/{id}")>{code.clone()}</a></li> }
        })
        .collect();
    let is_alone = set.is_none() && named.is_empty();
    let named = (!named.is_empty()).then(|| view! { <ul class="chips">{named}</ul> });
    (!is_alone).then(|| {
        view! { <section class="section"><h2>{t!(l, items.apart)}</h2>{set}{named}</section> }.into_any()
    })
}

/// What can be done with the item as it is saved.
fn steps(l: Locale, item: &ItemView) -> Option<AnyView> {
    if !item.may_edit {
        return None;
    }
    let newest = item.versions.first().map(|version| version.number).unwrap_or_default();
    let is_waiting = match item.item.state {
        State::Review | State::Pilot => true,
        State::Live => item.versions.first().map(|version| version.id) != item.item.current,
        State::Draft | State::Retired => false,
    };
    let mut steps = Vec::new();
    if item.item.state == State::Draft {
        steps.push(step(item, ("submit", "check", t!(l, items.submit)), t!(l, items.submit_what)));
    }
    if item.may_approve {
        let what = t!(l, items.approve_what, number = newest);
        steps.push(step(item, ("approve", "check", t!(l, items.approve)), what));
    } else if is_waiting {
        steps.push(notice("is-info", t!(l, items.own_version), t!(l, items.own_version_what)));
    }
    steps.push(match item.item.state {
        State::Retired => step(item, ("revive", "unlock", t!(l, items.revive)), t!(l, items.revive_what)),
        State::Draft | State::Review | State::Pilot | State::Live => {
            step(item, ("retire", "lock", t!(l, items.retire)), t!(l, items.retire_what))
        }
    });
    Some(view! { <section class="section"><h2>{t!(l, items.what_next)}</h2>{steps}</section> }.into_any())
}

/// A mistake in the key of an exam item that people have met: the way to a regrade.
fn mend(cx: &Cx, item: &ItemView) -> Option<AnyView> {
    let l = cx.locale;
    let may = cx.who.as_ref().is_some_and(|actor| actor.may(Act::EditExamItems));
    if !may || item.item.pool != Pool::Exam || !item.used {
        return None;
    }
    let address = format!("/trainer/items/{}/regrade", item.item.id);
    Some(
        view! {
            <p class="muted">{t!(l, regrade.mend_what)}" "<a href=address>{t!(l, regrade.mend_go)}</a></p>
        }
        .into_any(),
    )
}

/// One button with what it does. It carries the number of the version that is on the page.
fn step(item: &ItemView, (what, picture, word): (&str, &'static str, String), text: String) -> AnyView {
    let version = item.versions.first().map(|version| version.number.to_string()).unwrap_or_default();
    let class = if what == "retire" { "btn btn-danger" } else { "btn" };
    view! {
        <form method="post" action=format!("/trainer/items/{}/{what}", item.item.id) class="row">
            <input type="hidden" name="version" value=version/>
            <button class=class>{icon(picture)}{word}</button><p class="muted small">{text}</p>
        </form>
    }
    .into_any()
}
