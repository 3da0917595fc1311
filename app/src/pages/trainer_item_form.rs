//! The editor of an item: left what is written, right what a candidate would see of it.

use domain::form::FormState;
use domain::item::{DIFFICULTIES, Kind, Pool, State, Venue};
use domain::rulebook::Rule;
use domain::text::folded;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::item::{ItemView, MOST_OPTIONS};

use crate::pages::trainer_item_preview::preview;
use crate::pages::trainer_words as words;
use crate::ui::{Field, error_summary, field, icon, select, text_area};

/// What the editor needs.
pub(super) struct Sheet<'a> {
    /// What is written.
    pub form: &'a FormState,
    /// The rules in force.
    pub rules: &'a [Rule],
    /// The pools that a new item may go into.
    pub pools: &'a [Pool],
    /// The item that is changed; none for a new one.
    pub kept: Option<&'a ItemView>,
    /// Where the form goes.
    pub action: String,
}

/// Fields of an item that are no options.
const FIELDS: [&str; 13] = [
    "version",
    "pool",
    "rule",
    "difficulty",
    "competency",
    "venue",
    "enemy_set",
    "enemies",
    "enemies_were",
    "kind",
    "stem",
    "rationale",
    "note",
];

fn option_field(number: usize) -> String {
    format!("option.{number}")
}

/// What is shown when a button beside an option or the preview was pressed; none when saving was asked for.
pub(super) fn pressed(form: &FormState) -> Option<FormState> {
    match form.value("do") {
        "preview" => Some(form.clone()),
        button => moved(form, button),
    }
}

/// The form after `up.3` or `del.2`; marks of right answers go with their options.
fn moved(form: &FormState, button: &str) -> Option<FormState> {
    let (what, number) = button.split_once('.')?;
    let number = number.parse::<usize>().ok().filter(|number| (1..=MOST_OPTIONS).contains(number))?;
    let is_key = |number: usize| form.values("key").contains(&number.to_string());
    let mut options: Vec<(String, bool)> = (1..=MOST_OPTIONS)
        .map(|number| (form.value(&option_field(number)).to_owned(), is_key(number)))
        .collect();
    match what {
        "up" if number > 1 => options.swap(number - 2, number - 1),
        "del" => {
            options.remove(number - 1);
        }
        _ => return None,
    }
    let kept = FIELDS.iter().map(|field| ((*field).to_owned(), form.value(field).to_owned()));
    let mut pairs: Vec<(String, String)> = kept.collect();
    for (at, (text, is_key)) in options.into_iter().enumerate() {
        pairs.push((option_field(at + 1), text));
        if is_key {
            pairs.push(("key".to_owned(), (at + 1).to_string()));
        }
    }
    Some(FormState::of(pairs))
}

/// The editor.
pub(super) fn editor(l: Locale, sheet: &Sheet<'_>) -> AnyView {
    let form = sheet.form;
    // A first version changes nothing.
    let note = sheet.kept.map(|_| {
        let hinted = Field { hint: Some(t!(l, items.note_hint)), autocomplete: "off", ..Field::default() };
        field(l, form, "note", t!(l, items.note), hinted)
    });
    view! {
        {error_summary(l, form)}
        <form method="post" action=sheet.action.clone() class="stack loose">
            // The first button is what Enter presses: it must be one that saves and moves nothing.
            <button class="visually-hidden" name="do" value="preview" tabindex="-1" aria-hidden="true">
                {t!(l, items.preview_do)}
            </button>
            <input type="hidden" name="version" value=form.value("version").to_owned()/>
            <div class="editor">
                <div class="form full">
                    {text_area(l, form, "stem", t!(l, items.stem), Some(t!(l, items.stem_hint)), 4)}
                    {cell(l, sheet)}
                    {options(l, form)}
                    {text_area(l, form, "rationale", t!(l, items.rationale), Some(t!(l, items.rationale_hint)), 2)}
                    {place(l, form)}
                </div>
                {preview(l, form)}
            </div>
            <div class="save-bar">
                {note}
                <button class="btn btn-primary" name="do" value="save">{t!(l, items.save)}</button>
                <button class="btn" name="do" value="preview">{icon("user")}{t!(l, items.preview_do)}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Pool, rule, kind and difficulty: which questions of a test it can become.
fn cell(l: Locale, sheet: &Sheet<'_>) -> AnyView {
    let form = sheet.form;
    let fixed = sheet.kept.filter(|kept| kept.item.state == State::Live);
    let pool = sheet.kept.is_none().then(|| {
        let pools = sheet.pools.iter().map(|pool| (pool.code().to_owned(), words::pool(l, *pool)));
        select(l, form, "pool", t!(l, items.pool), choices(l, form, "pool", pools.collect()))
    });
    let kinds = Kind::ALL.iter().map(|kind| (kind.code().to_owned(), words::kind(l, *kind)));
    let mut difficulties: Vec<(String, String)> =
        DIFFICULTIES.map(|number| (number.to_string(), words::difficulty(l, number))).to_vec();
    if let Some(kept) = fixed {
        let only = kept.item.difficulty.to_string();
        difficulties.retain(|(number, _)| *number == only);
    }
    let hint = fixed.map(|_| view! { <p class="hint">{t!(l, items.fixed_while_live)}</p> });
    view! {
        {pool}
        {hint}
        {select(l, form, "rule", t!(l, items.rule), choices(l, form, "rule", rules(sheet)))}
        <div class="field-row">
            {select(l, form, "difficulty", t!(l, items.difficulty), choices(l, form, "difficulty", difficulties))}
            {select(l, form, "kind", t!(l, items.kind), choices(l, form, "kind", kinds.collect()))}
        </div>
        <p class="hint">{t!(l, items.kind_hint)}</p>
    }
    .into_any()
}

/// An item may keep a rule that the standard has dropped since; a live item keeps the rule that it has.
fn rules(sheet: &Sheet<'_>) -> Vec<(String, String)> {
    let mut rules: Vec<(String, String)> =
        sheet.rules.iter().map(|rule| (rule.code.clone(), words::rule_title(rule))).collect();
    if let Some(kept) = sheet.kept {
        let code = &kept.item.rule;
        if rules.iter().all(|(known, _)| known != code) {
            rules.push((code.clone(), code.clone()));
        }
        if kept.item.state == State::Live {
            rules.retain(|(known, _)| known == code);
        }
    }
    rules
}

/// A choice that nobody has made yet is not made for them, unless there is only one.
fn choices(
    l: Locale,
    form: &FormState,
    field: &str,
    mut known: Vec<(String, String)>,
) -> Vec<(String, String)> {
    if known.len() > 1 && known.iter().all(|(value, _)| value != form.value(field)) {
        known.insert(0, (String::new(), t!(l, items.choose)));
    }
    known
}

fn place(l: Locale, form: &FormState) -> AnyView {
    let venues = Venue::ALL.iter().map(|venue| (venue.code().to_owned(), words::venue(l, *venue)));
    let hinted = |hint| Field { hint: Some(hint), autocomplete: "off", ..Field::default() };
    view! {
        {select(l, form, "venue", t!(l, items.venue), choices(l, form, "venue", venues.collect()))}
        {field(l, form, "competency", t!(l, items.competency), hinted(t!(l, items.competency_hint)))}
        {field(l, form, "enemy_set", t!(l, items.enemy_set), hinted(t!(l, items.enemy_set_hint)))}
        {text_area(l, form, "enemies", t!(l, items.enemies), Some(t!(l, items.enemies_hint)), 2)}
        <input type="hidden" name="enemies_were" value=form.value("enemies_were").to_owned()/>
    }
    .into_any()
}

fn options(l: Locale, form: &FormState) -> AnyView {
    let kind = Kind::of(form.value("kind")).unwrap_or(Kind::Single);
    let hint = match kind {
        Kind::Single => t!(l, items.options_single),
        Kind::Multiple => t!(l, items.options_multiple),
        Kind::Ordering => t!(l, items.options_ordering),
    };
    let marked = beside(form);
    let written = written(form).len();
    let rows: Vec<_> = (1..=MOST_OPTIONS).map(|number| option(l, &marked, kind, number, written)).collect();
    let codes = [form.problem_of("options").filter(|code| *code == "option_count"), form.problem_of("key")];
    let errors = codes.map(|code| {
        code.map(|code| {
            let said = crate::words::problem(l, code);
            view! { <p class="field-error">{icon("warning")}<span>{said}</span></p> }
        })
    });
    view! {
        <fieldset class="fieldset" id="options">
            <legend>{t!(l, items.options)}</legend>
            <p class="hint">{hint}</p>
            {errors}
            <ol class="option-edit" id="key">{rows}</ol>
        </fieldset>
    }
    .into_any()
}

/// The options up to the last that has a text, folded.
fn written(form: &FormState) -> Vec<String> {
    let mut texts: Vec<String> =
        (1..=MOST_OPTIONS).map(|number| folded(form.value(&option_field(number)))).collect();
    while texts.last().is_some_and(String::is_empty) {
        texts.pop();
    }
    texts
}

/// The same form with what is wrong with the options noted at each option that it is wrong with.
fn beside(form: &FormState) -> FormState {
    let mut marked = form.clone();
    if form.problem_of("options").is_none() {
        return marked;
    }
    let texts = written(form);
    for (at, text) in texts.iter().enumerate() {
        if text.is_empty() {
            marked.problem(&option_field(at + 1), "option_empty");
        } else if texts.iter().take(at).any(|earlier| earlier == text) {
            marked.problem(&option_field(at + 1), "option_twice");
        }
    }
    marked
}

fn option(l: Locale, form: &FormState, kind: Kind, number: usize, written: usize) -> AnyView {
    let name = option_field(number);
    let is_wrong = form.problem_of(&name).is_some();
    let up = (number > 1 && number <= written).then(|| {
        let label = t!(l, items.option_up, number = number);
        button(format!("up.{number}"), label, "arrow-up")
    });
    let remove = (number <= written).then(|| {
        let label = t!(l, items.option_remove, number = number);
        button(format!("del.{number}"), label, "close")
    });
    view! {
        <li class=is_wrong.then_some("is-wrong")>
            {mark(l, form, kind, number)}
            {text_area(l, form, &name, t!(l, items.option, number = number), None, 2)}
            <span class="actions">{up}{remove}</span>
        </li>
    }
    .into_any()
}

fn button(value: String, label: String, picture: &'static str) -> AnyView {
    view! { <button class="btn" name="do" value=value aria-label=label>{icon(picture)}</button> }.into_any()
}

/// Where the right answer is marked; the steps of an ordering are only counted.
fn mark(l: Locale, form: &FormState, kind: Kind, number: usize) -> AnyView {
    let input = match kind {
        Kind::Single => "radio",
        Kind::Multiple => "checkbox",
        Kind::Ordering => return view! { <span class="num muted">{format!("{number}.")}</span> }.into_any(),
    };
    let value = number.to_string();
    let checked = form.values("key").contains(&value);
    view! {
        <label>
            <input type=input name="key" value=value checked=checked/>
            <span class="visually-hidden">{t!(l, items.option_key, number = number)}</span>
        </label>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(button: &str) -> FormState {
        let pairs = [
            ("kind", "multiple"),
            ("stem", "Что делать?"),
            ("option.1", "а"),
            ("option.2", "б"),
            ("option.3", "в"),
            ("key", "1"),
            ("key", "3"),
            ("do", button),
        ];
        FormState::of(pairs.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect())
    }

    #[test]
    fn a_mark_moves_with_its_option() {
        for (button, options, keys) in [
            ("up.3", ["а", "в", "б"], vec!["1", "2"]),
            ("del.1", ["б", "в", ""], vec!["2"]),
            ("preview", ["а", "б", "в"], vec!["1", "3"]),
        ] {
            let shown = pressed(&form(button)).unwrap();
            let texts = [1, 2, 3].map(|number| shown.value(&option_field(number)).to_owned());
            assert_eq!(texts, options.map(String::from), "{button}");
            assert_eq!(shown.values("key"), keys, "{button}");
            assert_eq!(shown.value("stem"), "Что делать?");
        }
    }

    #[test]
    fn other_buttons_save() {
        for button in ["save", "", "up.1", "up.7", "del.0", "up"] {
            assert_eq!(pressed(&form(button)), None, "{button}");
        }
    }

    #[test]
    fn an_option_is_blamed_where_it_stands() {
        let mut twice = form("save").with("option.2", " ").with("option.4", "А ");
        twice.problem("options", "option_empty");
        let marked = beside(&twice);
        assert_eq!(marked.problem_of("option.2"), Some("option_empty"));
        assert_eq!(marked.problem_of("option.4"), Some("option_twice"));
        assert_eq!(marked.problem_of("option.3"), None);
    }
}
