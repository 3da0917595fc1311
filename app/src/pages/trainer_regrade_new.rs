//! A mistake was found in an exam item: what is right, or that nothing is, and why.

use axum::extract::Path;
use domain::form::FormState;
use domain::id::ItemId;
use domain::item::{Content, Kind};
use domain::refusal::Refusal;
use domain::regrade::{Change, key_in_force};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::regrade::Sheet;

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, error_summary, fact, icon, notice, text_area};

/// The form, for the version that is drawn or the one that the address asks for.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let sheet = open(&cx, read_id(&id)?, asked.value("version")).await?;
    let form = known(&sheet);
    Ok(cx.page(head(&cx), || view(&cx, &sheet, &form)))
}

/// Prepares a regrade; nothing changes by it.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: ItemId = read_id(&id)?;
    let number = form.value("version").to_owned();
    match service::regrade::prepare(cx.s(), cx.actor()?, id, form).await {
        Ok(regrade) => Ok(see(&format!("/trainer/regrades/{regrade}?done=prepared"))),
        Err(Refusal::Form(form)) => {
            let sheet = open(&cx, id, &number).await?;
            Ok(cx.again(head(&cx), || view(&cx, &sheet, &form)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

async fn open(cx: &Cx, id: ItemId, number: &str) -> Result<Sheet, No> {
    let number = Some(number.trim()).filter(|typed| !typed.is_empty());
    let number = match number.map(str::parse::<u32>) {
        Some(Err(_)) => return Err(No(Refusal::NotFound)),
        Some(Ok(number)) => Some(number),
        None => None,
    };
    Ok(service::regrade::sheet(cx.s(), cx.actor()?, id, number).await?)
}

/// The form as it opens: with the key that is in force.
fn known(sheet: &Sheet) -> FormState {
    let content = &sheet.version.content;
    let key = key_in_force(content, sheet.in_force.as_ref()).unwrap_or_default();
    let mut pairs = fields(content.kind, key);
    pairs.push(("version".to_owned(), sheet.version.number.to_string()));
    FormState::of(pairs)
}

/// A key as fields: people count options and places from 1.
fn fields(kind: Kind, key: &[u8]) -> Vec<(String, String)> {
    let numbers = key.iter().map(|option| u16::from(*option) + 1);
    match kind {
        Kind::Single | Kind::Multiple => {
            numbers.map(|number| ("key".to_owned(), number.to_string())).collect()
        }
        Kind::Ordering => {
            let placed = (1u16..).zip(numbers);
            placed.map(|(place, number)| (place_field(number), place.to_string())).collect()
        }
    }
}

fn place_field(number: u16) -> String {
    format!("place.{number}")
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, regrade.mend_title)).section("/trainer")
}

fn view(cx: &Cx, sheet: &Sheet, form: &FormState) -> AnyView {
    let l = cx.locale;
    let address = format!("/trainer/items/{}", sheet.item.id);
    view! {
        {back(address.clone(), t!(l, items.item_code, code = sheet.item.code.clone()))}
        <div class="page-head"><div>
            <h1>{t!(l, regrade.mend_title)}</h1><p class="lede">{t!(l, regrade.mend_lede)}</p>
        </div></div>
        {waiting(l, sheet)}
        {sheet.in_force.as_ref().map(|change| mended(l, change))}
        {error_summary(l, form)}
        {versions(l, sheet, &address)}
        <dl class="facts right">
            {fact(t!(l, regrade.finished), sheet.finished.to_string())}
            {fact(t!(l, regrade.open), sheet.open.to_string())}
        </dl>
        {mend_form(l, sheet, form, &address)}
        {notice("is-info", t!(l, regrade.future), t!(l, regrade.future_what))}
    }
    .into_any()
}

fn waiting(l: Locale, sheet: &Sheet) -> Option<AnyView> {
    let address = format!("/trainer/regrades/{}", sheet.waiting?);
    Some(
        view! {
            <div class="notice is-soon" role="status">
                {icon("warning")}<b>{t!(l, regrade.waiting)}</b>
                <p><a href=address>{t!(l, regrade.waiting_go)}</a></p>
            </div>
        }
        .into_any(),
    )
}

fn mended(l: Locale, change: &Change) -> AnyView {
    let what = match change {
        Change::Key(_) => t!(l, regrade.in_force_key),
        Change::Void => t!(l, regrade.in_force_void),
    };
    notice("is-info", t!(l, regrade.in_force), what)
}

/// The way to other versions: each is mended on its own.
fn versions(l: Locale, sheet: &Sheet, address: &str) -> Option<AnyView> {
    if sheet.numbers.len() < 2 {
        return None;
    }
    let chips: Vec<_> = sheet
        .numbers
        .iter()
        .map(|number| {
            let current = (*number == sheet.version.number).then_some("true");
            let word = t!(l, items.version_number, number = *number);
            view! { <a class="chip" href=format!("{address}/regrade?version={number}") aria-current=current>{word}</a> }
        })
        .collect();
    Some(
        view! {
            <nav class="chips" aria-label=t!(l, regrade.versions)>{chips}</nav>
            <p class="hint">{t!(l, regrade.versions_what)}</p>
        }
        .into_any(),
    )
}

fn mend_form(l: Locale, sheet: &Sheet, form: &FormState, address: &str) -> AnyView {
    let content = &sheet.version.content;
    let reason = text_area(l, form, "reason", t!(l, regrade.reason), Some(t!(l, regrade.reason_hint)), 3);
    view! {
        <p class="exam-stem" lang="ru">{content.stem.clone()}</p>
        <form class="form full" method="post" action=format!("{address}/regrade")>
            <input type="hidden" name="version" value=sheet.version.number.to_string()/>
            <fieldset class="fieldset" id="change">
                <legend>{t!(l, regrade.change)}</legend>
                {wrong(l, form, "change")}
                {choice(form, "key", t!(l, regrade.to_key))}
                {choice(form, "void", t!(l, regrade.to_void))}
                <p class="hint">{t!(l, regrade.void_what)}</p>
            </fieldset>
            {key(l, content, form)}
            {reason}
            <div class="actions">
                <button class="btn btn-primary">{t!(l, regrade.prepare)}</button>
                <a class="btn btn-quiet" href=address.to_owned()>{t!(l, regrade.to_item)}</a>
            </div>
        </form>
    }
    .into_any()
}

fn wrong(l: Locale, form: &FormState, field: &str) -> Option<AnyView> {
    form.problem_of(field).map(|code| {
        let said = crate::words::problem(l, code);
        view! { <p class="field-error">{icon("warning")}<span>{said}</span></p> }.into_any()
    })
}

fn choice(form: &FormState, value: &'static str, word: String) -> AnyView {
    let is_chosen = form.value("change") == value;
    view! {
        <label class="choice">
            <input type="radio" name="change" value=value checked=is_chosen/><span>{word}</span>
        </label>
    }
    .into_any()
}

/// The options as the item form shows them, with the key to be marked anew.
fn key(l: Locale, content: &Content, form: &FormState) -> AnyView {
    let (hint, options) = match content.kind {
        Kind::Single => (t!(l, regrade.key_single), marks(content, form, "radio")),
        Kind::Multiple => (t!(l, regrade.key_multiple), marks(content, form, "checkbox")),
        Kind::Ordering => (t!(l, regrade.key_ordering), places(l, content, form)),
    };
    view! {
        <fieldset class="options" id="key">
            <legend>{t!(l, regrade.key)}</legend>
            <p class="hint">{hint}</p>
            {wrong(l, form, "key")}
            {options}
        </fieldset>
    }
    .into_any()
}

fn marks(content: &Content, form: &FormState, input: &'static str) -> AnyView {
    (1u16..)
        .zip(&content.options)
        .map(|(number, text)| {
            let value = number.to_string();
            let checked = form.values("key").contains(&value);
            view! {
                <label class="option">
                    <input type=input name="key" value=value checked=checked/>" "<span lang="ru">{text.clone()}</span>
                </label>
            }
        })
        .collect_view()
        .into_any()
}

fn places(l: Locale, content: &Content, form: &FormState) -> AnyView {
    let steps: Vec<_> = (1u16..)
        .zip(&content.options)
        .map(|(number, text)| {
            let field = place_field(number);
            let chosen = form.value(&field).to_owned();
            let places = (1u16..).zip(&content.options).map(|(place, _)| {
                let value = place.to_string();
                let selected = value == chosen;
                view! { <option value=value selected=selected>{place.to_string()}</option> }
            });
            view! {
                <li>
                    <select name=field aria-label=t!(l, items.step_place, text = text.clone())>
                        <option value="">"–"</option>{places.collect_view()}
                    </select>
                    <span lang="ru">{text.clone()}</span>
                </li>
            }
        })
        .collect();
    view! { <ol class="order" lang="ru">{steps}</ol> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_as_people_count() {
        let pair = |field: &str, value: &str| (field.to_owned(), value.to_owned());
        assert_eq!(fields(Kind::Multiple, &[0, 3]), [pair("key", "1"), pair("key", "4")]);
        // The third option comes first, then the first, then the second.
        let places = [pair("place.3", "1"), pair("place.1", "2"), pair("place.2", "3")];
        assert_eq!(fields(Kind::Ordering, &[2, 0, 1]), places);
    }
}
