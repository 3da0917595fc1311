//! What a candidate would see of an item, with the right answer marked for its writer.

use domain::form::FormState;
use domain::item::{Content, Kind};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::attempt::Question;

use crate::ui::status;

/// The item that a form holds, as a candidate would see it.
pub(super) fn preview(l: Locale, form: &FormState) -> AnyView {
    let content = service::item::content_of(form);
    let question = service::item::preview(&content);
    let body = if question.stem.is_empty() && question.options.is_empty() {
        view! { <p class="muted">{t!(l, items.preview_none)}</p> }.into_any()
    } else {
        shown(l, &content, &question)
    };
    view! {
        <section class="preview" aria-labelledby="preview-title">
            <h2 id="preview-title">{t!(l, items.preview)}</h2>
            {body}
        </section>
    }
    .into_any()
}

fn shown(l: Locale, content: &Content, question: &Question) -> AnyView {
    let legend = match question.kind {
        Kind::Single => t!(l, exam.single),
        Kind::Multiple => t!(l, exam.multiple),
        Kind::Ordering => t!(l, exam.ordering),
    };
    let options = match question.kind {
        Kind::Single => options(l, content, question, "radio"),
        Kind::Multiple => options(l, content, question, "checkbox"),
        Kind::Ordering => steps(l, question),
    };
    view! {
        <p class="exam-stem" lang="ru">{question.stem.clone()}</p>
        <fieldset class="options" lang="ru" disabled=true><legend>{legend}</legend>{options}</fieldset>
    }
    .into_any()
}

fn options(l: Locale, content: &Content, question: &Question, input: &'static str) -> AnyView {
    // The draw has shuffled the options: the key is known by its text.
    let keys: Vec<&String> =
        content.key.iter().filter_map(|index| content.options.get(usize::from(*index))).collect();
    question
        .options
        .iter()
        .map(|(_, text)| {
            let is_key = keys.contains(&text);
            let mark = is_key.then(|| status("is-done", "check", t!(l, items.right)));
            view! {
                <label class=if is_key { "option is-key" } else { "option" }>
                    <input type=input name="shown"/>" "<span>{text.clone()}</span>{mark}
                </label>
            }
        })
        .collect_view()
        .into_any()
}

fn steps(l: Locale, question: &Question) -> AnyView {
    let steps: Vec<_> = question
        .options
        .iter()
        .map(|(_, text)| {
            view! {
                <li>
                    <select aria-label=t!(l, items.step_place, text = text.clone())><option>"–"</option></select>
                    <span>{text.clone()}</span>
                </li>
            }
        })
        .collect();
    view! { <ol class="order">{steps}</ol> }.into_any()
}
