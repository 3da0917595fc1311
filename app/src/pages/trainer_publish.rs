//! Before a test version is published: what will be in force, and what cannot be taken back.

use axum::extract::Path;
use axum::http::StatusCode;
use domain::form::FormState;
use domain::id::{TestId, TestVersionId};
use domain::refusal::Refusal;
use domain::test::{Blueprint, Conditions};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::blueprint::{Report, TestView};

use crate::cx::{Cx, Reply, Typed, read_id, see};
use crate::pages::trainer_draft::shortages;
use crate::pages::trainer_fairness::report;
use crate::pages::trainer_matrix::read;
use crate::pages::trainer_words as words;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, error_summary, icon, notice};

/// A draft, and what its forms would be.
struct Checked {
    test: TestView,
    report: Option<Report>,
}

/// What will be in force.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: TestId = read_id(&id)?;
    let checked = open(&cx, id).await?;
    if checked.test.draft.is_none() {
        return Ok(see(&format!("/trainer/tests/{id}")));
    }
    Ok(cx.page(head(&cx), || view(&cx, &checked, &FormState::default(), false)))
}

/// Publishes the draft that was on the page.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(mut form): Typed) -> Reply {
    let id: TestId = read_id(&id)?;
    let draft: TestVersionId = read_id(form.value("draft"))?;
    match service::blueprint::publish(cx.s(), cx.actor()?, draft, &form).await {
        Ok(()) => Ok(see(&format!("/trainer/tests/{id}?done=published"))),
        Err(Refusal::Conflict("shipped_not_acknowledged")) => {
            form.problem("acknowledged", "acknowledge_needed");
            let checked = open(&cx, id).await?;
            Ok(cx.again(head(&cx), || view(&cx, &checked, &form, false)))
        }
        // The page itself says what is missing.
        Err(Refusal::Conflict("bank_shallow" | "blueprint_empty" | "session_open")) => {
            let checked = open(&cx, id).await?;
            Ok(cx.page_with(StatusCode::CONFLICT, head(&cx), || view(&cx, &checked, &form, false)))
        }
        // Somebody has saved the draft since: what is shown now is what would be published.
        Err(Refusal::Conflict("changed_meanwhile")) => {
            let checked = open(&cx, id).await?;
            if checked.test.draft.as_ref().is_none_or(|open| open.id != draft) {
                return Err(No(Refusal::Conflict("published_already")));
            }
            Ok(cx.page_with(StatusCode::CONFLICT, head(&cx), || view(&cx, &checked, &form, true)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

async fn open(cx: &Cx, id: TestId) -> Result<Checked, No> {
    let test = service::blueprint::open(cx.s(), cx.actor()?, id).await?;
    let report = service::blueprint::report(cx.s(), cx.actor()?, &test).await?;
    Ok(Checked { test, report })
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, items.publish_title)).wide().section("/trainer")
}

fn view(cx: &Cx, checked: &Checked, form: &FormState, is_changed: bool) -> AnyView {
    let l = cx.locale;
    let Checked { test, report: found } = checked;
    let changed =
        is_changed.then(|| notice("is-soon", t!(l, items.draft_changed), t!(l, items.draft_changed_what)));
    let address = format!("/trainer/tests/{}/draft", test.test.id);
    let empty = Blueprint::default();
    let blueprint = test.draft.as_ref().map_or(&empty, |draft| &draft.blueprint);
    view! {
        {back(address.clone(), t!(l, items.draft_title))}
        <div class="page-head"><div>
            <p class="kicker" lang="ru">{test.test.title.clone()}</p>
            <h1>{t!(l, items.publish_title)}</h1>
            <p class="lede">{t!(l, items.publish_what)}</p>
        </div></div>
        {changed}
        {error_summary(l, form)}
        {shortages(l, test)}
        <section class="section"><h2>{t!(l, items.will_be)}</h2>{changes(l, test)}</section>
        <section class="section">
            <h2>{t!(l, items.blueprint)}</h2>{read(l, &test.rules, &test.depth, blueprint)}
        </section>
        {found.as_ref().map(|found| report(l, test, found))}
        {publish_form(l, checked, form, &address)}
    }
    .into_any()
}

/// The size of a form and the conditions, as names and values.
fn facts(l: Locale, blueprint: &Blueprint, conditions: &Conditions) -> Vec<(String, String)> {
    let mut facts = vec![(t!(l, items.form_size), t!(l, common.questions, count = blueprint.size()))];
    facts.push((t!(l, items.venues_least), words::venues(l, blueprint)));
    facts.extend(words::conditions(l, conditions));
    facts
}

/// What will be in force; what differs from now is shown beside what it was.
fn changes(l: Locale, test: &TestView) -> Option<AnyView> {
    let draft = test.draft.as_ref()?;
    let current = test.versions.iter().find(|version| Some(version.id) == test.test.current);
    let before = current.map(|version| facts(l, &version.blueprint, &version.conditions)).unwrap_or_default();
    let note = (!draft.note.is_empty())
        .then(|| view! { <div><dt>{t!(l, items.note)}</dt><dd lang="ru">{draft.note.clone()}</dd></div> });
    let facts: Vec<_> = facts(l, &draft.blueprint, &draft.conditions)
        .into_iter()
        .enumerate()
        .map(|(at, (name, value))| {
            let old = before.get(at).map(|(_, old)| old.clone()).filter(|old| *old != value);
            view! { <div><dt>{name}</dt><dd>{change(l, old, value)}</dd></div> }
        })
        .collect();
    Some(view! { <dl class="facts">{facts}{note}</dl> }.into_any())
}

fn change(l: Locale, old: Option<String>, new: String) -> AnyView {
    match old {
        None => new.into_any(),
        Some(old) => view! {
            <p class="change">
                <span class="visually-hidden">{t!(l, items.was)}</span><del>{old}</del>" "
                <span class="visually-hidden">{t!(l, items.will)}</span><ins>{new}</ins>
            </p>
        }
        .into_any(),
    }
}

fn publish_form(l: Locale, checked: &Checked, form: &FormState, address: &str) -> Option<AnyView> {
    let Checked { test, report } = checked;
    let lacks_venues = report.as_ref().is_some_and(|report| !report.fairness.venues.is_empty());
    let draft = test.draft.as_ref()?;
    let blocked = if !test.held_by.is_empty() {
        Some(t!(l, proctor.publish_held, sessions = test.held_by.join(", ")))
    } else if draft.blueprint.size() == 0 {
        Some(t!(l, items.blocked_empty))
    } else if lacks_venues || !test.shortages.is_empty() {
        Some(t!(l, items.blocked_shallow))
    } else {
        None
    };
    let why = blocked.clone().map(|why| view! { <p class="hint">{why}</p> });
    let acknowledge = test.needs_acknowledgement.then(|| acknowledge(l, form));
    Some(
        view! {
            <form class="form" method="post" action=format!("/trainer/tests/{}/publish", test.test.id)>
                <input type="hidden" name="draft" value=draft.id.to_string()/>
                <input type="hidden" name="revision" value=draft.revision.to_string()/>
                {acknowledge}
                <div class="actions">
                    <button class="btn btn-primary" disabled=blocked.is_some()>{t!(l, items.publish)}</button>
                    <a class="btn btn-quiet" href=address.to_owned()>{t!(l, items.back_to_draft)}</a>
                </div>
                {why}
            </form>
        }
        .into_any(),
    )
}

/// Shipped items are public: whoever publishes a certification on them says that they know.
fn acknowledge(l: Locale, form: &FormState) -> AnyView {
    let wrong = form.problem_of("acknowledged").map(|code| {
        let said = crate::words::problem(l, code);
        view! { <p class="field-error" id="acknowledged-error">{icon("warning")}<span>{said}</span></p> }
    });
    let described = wrong.is_some().then_some("acknowledged-error");
    view! {
        {notice("is-soon", t!(l, items.shipped_title), t!(l, items.shipped_what))}
        <fieldset class="fieldset">
            <legend>{t!(l, items.shipped_legend)}</legend>
            {wrong}
            <label class="choice">
                <input type="checkbox" id="acknowledged" name="acknowledged" value="yes" aria-describedby=described/>
                <span>{t!(l, items.shipped_yes)}</span>
            </label>
        </fieldset>
    }
    .into_any()
}
