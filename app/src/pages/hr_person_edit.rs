//! A person is added or changed.

use axum::extract::Path;
use domain::form::FormState;
use domain::id::PersonId;
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::people::Choices;

use super::hr_parts::options;
use crate::cx::{Cx, Reply, Typed, read_id, see};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back, error_summary, field, select};

/// The form of a new person.
pub async fn get_new(cx: Cx) -> Reply {
    let choices = service::people::choices(cx.s(), cx.actor()?).await?;
    let form = FormState::default().with("from", cx.s().today().to_string());
    Ok(cx.page(head(&cx, None), || view(&cx, &form, &choices, None)))
}

/// Adds a person.
pub async fn post_new(cx: Cx, Typed(form): Typed) -> Reply {
    let actor = cx.actor()?;
    match service::people::add(cx.s(), actor, form).await {
        Ok(id) => Ok(see(&format!("/hr/people/{id}?done=added"))),
        Err(Refusal::Form(form)) => {
            let choices = service::people::choices(cx.s(), actor).await?;
            Ok(cx.again(head(&cx, None), || view(&cx, &form, &choices, None)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

/// The form of a known person.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let (actor, id) = (cx.actor()?, read_id(&id)?);
    let form = service::people::form_of(cx.s(), actor, id).await?;
    let choices = service::people::choices(cx.s(), actor).await?;
    Ok(cx.page(head(&cx, Some(id)), || view(&cx, &form, &choices, Some(id))))
}

/// Changes a person.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let (actor, id) = (cx.actor()?, read_id(&id)?);
    match service::people::edit(cx.s(), actor, id, form).await {
        Ok(()) => Ok(see(&format!("/hr/people/{id}?done=changed"))),
        Err(Refusal::Form(form)) => {
            let choices = service::people::choices(cx.s(), actor).await?;
            Ok(cx.again(head(&cx, Some(id)), || view(&cx, &form, &choices, Some(id))))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx, id: Option<PersonId>) -> Head {
    let l = cx.locale;
    let title = if id.is_some() { t!(l, people.edit_title) } else { t!(l, people.new_title) };
    Head::titled(title).section("/hr")
}

fn view(cx: &Cx, form: &FormState, choices: &Choices, id: Option<PersonId>) -> AnyView {
    let l = cx.locale;
    let (title, lede, word) = if id.is_some() {
        (t!(l, people.edit_title), t!(l, people.edit_lede), t!(l, people.edit_go))
    } else {
        (t!(l, people.new_title), t!(l, people.new_lede), t!(l, people.new_go))
    };
    let (from, from_word, more) = match id {
        Some(id) => (format!("/hr/people/{id}"), t!(l, people.to_person), t!(l, people.group_tests)),
        None => ("/hr".to_owned(), t!(l, people.title), t!(l, people.group_more)),
    };
    let whose = id.map(|_| view! { <p class="kicker" lang="ru">{full_name(form)}</p> });
    view! {
        {back(from.clone(), from_word)}
        <div class="page-head"><div>{whose}<h1>{title}</h1><p class="lede">{lede}</p></div></div>
        {error_summary(l, form)}
        <form class="form" method="post">
            {group(t!(l, people.group_name), name_fields(l, form))}
            {group(t!(l, people.group_work), work_fields(l, form, choices, id.is_some()))}
            {group(more, other_fields(l, form, id.is_none()))}
            <div class="actions">
                <button class="btn btn-primary">{word}</button>
                <a class="btn btn-quiet" href=from>{t!(l, people.cancel)}</a>
            </div>
        </form>
    }
    .into_any()
}

/// Whom the form is about.
fn full_name(form: &FormState) -> String {
    let parts = ["surname", "given", "patronymic"].map(|field| form.value(field).trim());
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn group(title: String, fields: AnyView) -> AnyView {
    view! { <fieldset class="fieldset group"><legend>{title}</legend>{fields}</fieldset> }.into_any()
}

fn name_fields(l: Locale, form: &FormState) -> AnyView {
    let plain = || Field { autocomplete: "off", ..Field::default() };
    let patronymic = Field { hint: Some(t!(l, people.patronymic_hint)), ..plain() };
    view! {
        {field(l, form, "surname", t!(l, people.surname), plain())}
        {field(l, form, "given", t!(l, people.given), plain())}
        {field(l, form, "patronymic", t!(l, people.patronymic), patronymic)}
    }
    .into_any()
}

fn work_fields(l: Locale, form: &FormState, choices: &Choices, is_known: bool) -> AnyView {
    let number = Field { autocomplete: "off", ..Field::default() };
    let positions = choices.positions.iter().map(|one| (one.id.to_string(), one.title.clone()));
    let positions = std::iter::once((String::new(), t!(l, people.choose))).chain(positions).collect();
    let hint = if is_known { t!(l, people.from_hint_known) } else { t!(l, people.from_hint_new) };
    let from = Field { kind: "date", hint: Some(hint), ..Field::default() };
    view! {
        {field(l, form, "personnel_number", t!(l, people.number), number)}
        {select(l, form, "unit", t!(l, people.unit), options(t!(l, people.choose), &choices.units))}
        {select(l, form, "position", t!(l, people.position), positions)}
        {field(l, form, "from", t!(l, people.from), from)}
    }
    .into_any()
}

fn other_fields(l: Locale, form: &FormState, with_login: bool) -> AnyView {
    let extra = Field {
        kind: "number",
        inputmode: "numeric",
        bounds: Some((0, 300)),
        hint: Some(t!(l, people.extra_hint)),
        ..Field::default()
    };
    let login = with_login.then(|| {
        let kind = Field { autocomplete: "off", hint: Some(t!(l, people.login_hint)), ..Field::default() };
        field(l, form, "login", t!(l, people.login), kind)
    });
    view! {
        {field(l, form, "extra_time_percent", t!(l, people.extra), extra)}
        {login}
    }
    .into_any()
}
