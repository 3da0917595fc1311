//! The one place that writes a `<textarea>`: Leptos 0.8 writes its content unescaped on the server, so it
//! is escaped here.

use domain::form::FormState;
use i18n::Locale;
use leptos::prelude::*;

use super::field::described_by;
use super::icon;
use crate::words;

/// A labelled field of several lines.
pub fn text_area(
    l: Locale,
    form: &FormState,
    name: &str,
    label: impl Into<String>,
    hint: Option<String>,
    rows: u32,
) -> AnyView {
    let label = label.into();
    let code = form.problem_of(name);
    let id = name.replace('.', "-");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = described_by(hint.is_some().then_some(&hint_id), code.map(|_| &error_id));
    let hint = hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> });
    let error = code.map(|code| {
        view! { <p class="field-error" id=error_id>{icon("warning")}<span>{words::problem(l, code)}</span></p> }
    });
    view! {
        <div class=if code.is_some() { "field is-wrong" } else { "field" }>
            <label for=id.clone()>{label}</label>
            {hint}
            {error}
            <textarea id=id name=name.to_owned() rows=rows.to_string() aria-describedby=described
                aria-invalid=code.map(|_| "true")>{escaped(form.value(name))}</textarea>
        </div>
    }
    .into_any()
}

/// Text as it may stand between the tags. The first line end is doubled because parsers drop it.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    if text.starts_with('\n') { format!("\n{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_cannot_end_the_field() {
        let form = FormState::default().with("body", "</textarea><script>alert(1)</script> & co");
        let html = Owner::new().with(|| text_area(Locale::ru, &form, "body", "Текст", None, 3).to_html());
        assert!(html.contains("&lt;/textarea>&lt;script>alert(1)&lt;/script> &amp; co</textarea>"), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }
}
