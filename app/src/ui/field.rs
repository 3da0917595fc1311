//! Form fields with the hint, and the error beside them.

use domain::form::FormState;
use i18n::{Locale, t};
use leptos::prelude::*;

use super::icon;
use crate::words;

/// What kind of field it is.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// text when empty.
    pub kind: &'static str,
    /// A sentence under the label.
    pub hint: Option<String>,
    /// What the browser may fill in.
    pub autocomplete: &'static str,
    /// The keyboard of a phone.
    pub inputmode: &'static str,
    /// Bounds of a number: least and most.
    pub bounds: Option<(u32, u32)>,
}

/// A labelled input.
pub fn field(l: Locale, form: &FormState, name: &str, label: impl Into<String>, kind: Field) -> AnyView {
    let label = label.into();
    let code = form.problem_of(name);
    let id = name.replace('.', "-");
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described = described_by(kind.hint.is_some().then_some(&hint_id), code.map(|_| &error_id));
    let class = if code.is_some() { "field is-wrong" } else { "field" };
    let hint = kind.hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> });
    let error = code.map(|code| {
        view! { <p class="field-error" id=error_id>{icon("warning")}<span>{words::problem(l, code)}</span></p> }
    });
    let value = if kind.kind == "password" { String::new() } else { form.value(name).to_owned() };
    let given = |text: &'static str| (!text.is_empty()).then_some(text);
    view! {
        <div class=class>
            <label for=id.clone()>{label}</label>
            {hint}
            {error}
            <input id=id name=name.to_owned() type=if kind.kind.is_empty() { "text" } else { kind.kind } value=value
                autocomplete=given(kind.autocomplete) inputmode=given(kind.inputmode)
                min=kind.bounds.map(|b| b.0.to_string()) max=kind.bounds.map(|b| b.1.to_string())
                aria-describedby=described aria-invalid=code.map(|_| "true")/>
        </div>
    }
    .into_any()
}

/// A labelled choice of one; the options are pairs of value and word.
pub fn select(
    l: Locale,
    form: &FormState,
    name: &str,
    label: impl Into<String>,
    options: Vec<(String, String)>,
) -> AnyView {
    let label = label.into();
    let code = form.problem_of(name);
    let id = name.replace('.', "-");
    let error_id = format!("{id}-error");
    let described = described_by(None, code.map(|_| &error_id));
    let error = code.map(|code| {
        view! { <p class="field-error" id=error_id>{icon("warning")}<span>{words::problem(l, code)}</span></p> }
    });
    let chosen = form.value(name).to_owned();
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, word)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{word}</option> }
        })
        .collect();
    view! {
        <div class=if code.is_some() { "field is-wrong" } else { "field" }>
            <label for=id.clone()>{label}</label>
            {error}
            <select id=id name=name.to_owned() aria-describedby=described aria-invalid=code.map(|_| "true")>
                {options}
            </select>
        </div>
    }
    .into_any()
}

pub(super) fn described_by(hint: Option<&String>, error: Option<&String>) -> Option<String> {
    let ids: Vec<&str> = hint.into_iter().chain(error).map(String::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The list of everything that is wrong, linked to the fields. Nothing when all is well.
pub fn error_summary(l: Locale, form: &FormState) -> Option<AnyView> {
    if form.is_clean() {
        return None;
    }
    let lines: Vec<_> = form
        .problems()
        .map(|(field, code)| {
            let address = format!("#{}", field.replace('.', "-"));
            view! { <li><a href=address>{words::problem(l, code)}</a></li> }
        })
        .collect();
    Some(
        view! {
            <div class="error-summary" role="alert" tabindex="-1" id="errors">
                <h2>{t!(l, problem.summary)}</h2>
                <ul>{lines}</ul>
            </div>
        }
        .into_any(),
    )
}
