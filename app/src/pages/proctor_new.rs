//! A new exam session.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::Choices;

use crate::cx::{Cx, Reply, Typed, see};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back, error_summary, field, icon, select, text_area};
use crate::words::problem;

/// The form.
pub async fn get(cx: Cx) -> Reply {
    let choices = service::exam_session::choices(cx.s(), cx.actor()?).await?;
    let form = FormState::default().with("day", cx.s().today().to_string());
    Ok(cx.page(head(&cx), || view(&cx, &form, &choices)))
}

/// Plans the session.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    let actor = cx.actor()?;
    match service::exam_session::plan(cx.s(), actor, form).await {
        Ok(id) => Ok(see(&format!("/proctor/{id}?done=planned"))),
        Err(Refusal::Form(form)) => {
            let choices = service::exam_session::choices(cx.s(), actor).await?;
            Ok(cx.again(head(&cx), || view(&cx, &form, &choices)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, proctor.new_title)).section("/proctor")
}

fn view(cx: &Cx, form: &FormState, choices: &Choices) -> AnyView {
    let l = cx.locale;
    view! {
        {back("/proctor", t!(l, proctor.to_list))}
        <div class="page-head"><div>
            <h1>{t!(l, proctor.new_title)}</h1><p class="lede">{t!(l, proctor.new_lede)}</p>
        </div></div>
        {error_summary(l, form)}
        <form class="form" method="post" action="/proctor/new">
            {group(t!(l, proctor.group_what), what(l, form, choices))}
            {group(t!(l, proctor.group_when), when(l, form))}
            {group(t!(l, proctor.group_who), who(l, form))}
            <div class="actions">
                <button class="btn btn-primary">{t!(l, proctor.plan)}</button>
                <a class="btn btn-quiet" href="/proctor">{t!(l, proctor.cancel)}</a>
            </div>
        </form>
    }
    .into_any()
}

fn group(title: String, fields: AnyView) -> AnyView {
    view! { <fieldset class="fieldset group"><legend>{title}</legend>{fields}</fieldset> }.into_any()
}

fn what(l: Locale, form: &FormState, choices: &Choices) -> AnyView {
    let plain = |hint| Field { hint: Some(hint), autocomplete: "off", ..Field::default() };
    let first = || std::iter::once((String::new(), t!(l, proctor.choose)));
    let tests = choices.tests.iter().map(|test| (test.id.to_string(), test.title.clone()));
    let units = choices.units.iter().map(|unit| (unit.id.to_string(), unit.name.clone()));
    view! {
        {field(l, form, "title", t!(l, proctor.field_title), plain(t!(l, proctor.field_title_hint)))}
        {select(l, form, "test", t!(l, proctor.test), first().chain(tests).collect())}
        {select(l, form, "unit", t!(l, proctor.centre), first().chain(units).collect())}
        {field(l, form, "place", t!(l, proctor.place), plain(t!(l, proctor.place_hint)))}
    }
    .into_any()
}

fn when(l: Locale, form: &FormState) -> AnyView {
    let day = Field { kind: "date", ..Field::default() };
    let from = Field { kind: "time", ..Field::default() };
    let until = Field { kind: "time", hint: Some(t!(l, proctor.until_hint)), ..Field::default() };
    view! {
        {field(l, form, "day", t!(l, proctor.day), day)}
        {field(l, form, "from", t!(l, proctor.from), from)}
        {field(l, form, "until", t!(l, proctor.until), until)}
    }
    .into_any()
}

fn who(l: Locale, form: &FormState) -> AnyView {
    let admitted = form.value("admitted") == "yes";
    let wrong = form.problem_of("admitted");
    let error = wrong.map(|code| {
        view! {
            <p class="field-error" id="admitted-error">{icon("warning")}<span>{problem(l, code)}</span></p>
        }
    });
    view! {
        {numbers(l, form)}
        <label class="choice">
            <input type="checkbox" id="admitted" name="admitted" value="yes" checked=admitted
                aria-describedby=wrong.map(|_| "admitted-error") aria-invalid=wrong.map(|_| "true")/>
            <span>{t!(l, proctor.admitted)}</span>
        </label>
        {error}
    }
    .into_any()
}

/// The field for personnel numbers, which of those that were typed nobody has, and who is a trainee of whoever typed.
pub(super) fn numbers(l: Locale, form: &FormState) -> AnyView {
    let unknown = form.value("unknown");
    let unknown = (!unknown.is_empty())
        .then(|| view! { <p class="hint">{t!(l, proctor.unknown, numbers = unknown.to_owned())}</p> });
    let trainees = form.value("trainees");
    let trainees = (!trainees.is_empty())
        .then(|| view! { <p class="hint">{t!(l, proctor.trainees, names = trainees.to_owned())}</p> });
    view! {
        {text_area(l, form, "numbers", t!(l, proctor.numbers), Some(t!(l, proctor.numbers_hint)), 4)}
        {unknown}
        {trainees}
    }
    .into_any()
}
