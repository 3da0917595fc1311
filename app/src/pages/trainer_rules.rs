//! A version of the standard: read, or as a draft changed and published.

use axum::extract::Path;
use axum::http::StatusCode;
use domain::form::FormState;
use domain::id::RulebookVersionId;
use domain::refusal::Refusal;
use domain::rulebook::Rule;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::rulebook::{MOST_RULES, RulebookView, completed, form_of};

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::pages::trainer_words as words;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back, error_summary, field, icon, markdown, notice, text_area};

const PARTS: [&str; 3] = ["title", "body", "indicators"];

/// The version.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let book = service::rulebook::open(cx.s(), cx.actor()?, read_id(&id)?).await?;
    let form = form_of(&book.rules)
        .with("note", book.version.note.clone())
        .with("revision", book.version.revision.to_string());
    let done = asked.value("done").to_owned();
    Ok(cx.page(head(&cx, &book), || view(&cx, &book, &form, &done)))
}

/// Saves the draft; the other button publishes it as it is on the page.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: RulebookVersionId = read_id(&id)?;
    let (s, actor) = (cx.s(), cx.actor()?);
    let is_last = form.value("do") == "publish";
    let done = match service::rulebook::save_draft(s, actor, id, form.clone()).await {
        Ok(revision) if is_last => {
            let form = form.clone().with("revision", revision.to_string());
            service::rulebook::publish(s, actor, id, form).await.map(|()| "published")
        }
        saved => saved.map(|_| "saved"),
    };
    match done {
        Ok(done) => Ok(see(&format!("/trainer/rulebook/{id}?done={done}"))),
        Err(Refusal::Form(form)) => {
            let book = service::rulebook::open(s, actor, id).await?;
            Ok(cx.again(head(&cx, &book), || view(&cx, &book, &form, "")))
        }
        Err(Refusal::Conflict("changed_meanwhile")) => changed(&cx, id, form).await,
        Err(refusal) => Err(No(refusal)),
    }
}

/// Somebody else has saved the draft: what was typed stays, and takes the place of theirs when saved again.
async fn changed(cx: &Cx, id: RulebookVersionId, form: FormState) -> Reply {
    let book = service::rulebook::open(cx.s(), cx.actor()?, id).await?;
    if !book.is_draft {
        return Err(No(Refusal::Conflict("published_already")));
    }
    let form = completed(form, &book.rules).with("revision", book.version.revision.to_string());
    Ok(cx.page_with(StatusCode::CONFLICT, head(cx, &book), || view(cx, &book, &form, "meanwhile")))
}

fn head(cx: &Cx, book: &RulebookView) -> Head {
    Head::titled(title(cx.locale, book)).section("/trainer")
}

fn title(l: Locale, book: &RulebookView) -> String {
    t!(l, items.rulebook_number, number = book.version.number)
}

fn view(cx: &Cx, book: &RulebookView, form: &FormState, done: &str) -> AnyView {
    let l = cx.locale;
    let said = match done {
        "saved" => Some(notice("is-done", t!(l, items.draft_saved), t!(l, items.draft_saved_what))),
        "published" => Some(notice("is-done", t!(l, items.book_published), t!(l, items.book_published_what))),
        "meanwhile" => Some(words::meanwhile(l, format!("/trainer/rulebook/{}", book.version.id))),
        _ => None,
    };
    let lede = if book.is_draft { t!(l, items.book_draft) } else { t!(l, items.book_frozen) };
    let note = (!book.is_draft && !book.version.note.is_empty())
        .then(|| view! { <p class="muted" lang="ru">{book.version.note.clone()}</p> });
    let body = if book.is_draft {
        editor(l, book, form)
    } else {
        book.rules.iter().map(|rule| read(l, rule)).collect_view().into_any()
    };
    view! {
        {back("/trainer/rulebook", t!(l, items.rulebook))}
        <div class="page-head"><div><h1>{title(l, book)}</h1><p class="lede">{lede}</p>{note}</div></div>
        {said}
        {body}
    }
    .into_any()
}

fn read(l: Locale, rule: &Rule) -> AnyView {
    let provisional = rule.provisional.then(|| view! { <span class="tag">{t!(l, items.provisional)}</span> });
    let indicators: Vec<_> = rule
        .indicators
        .iter()
        .map(|line| view! { <li>{icon("check")}<span>{line.clone()}</span></li> })
        .collect();
    let indicators = (!indicators.is_empty()).then(|| {
        view! { <h3>{t!(l, items.indicators)}</h3><ul class="ticks" lang="ru">{indicators}</ul> }
    });
    view! {
        <section class="section">
            <h2 lang="ru">{words::rule_title(rule)}</h2>
            {provisional.map(|tag| view! { <p>{tag}</p> })}
            {markdown(&rule.body)}
            {indicators}
        </section>
    }
    .into_any()
}

fn editor(l: Locale, book: &RulebookView, form: &FormState) -> AnyView {
    let numbers = numbers(&book.rules, form);
    let last = numbers.last().copied();
    let rules: Vec<_> = numbers
        .into_iter()
        .map(|number| {
            let is_new = Some(number) == last && !is_written(form, number);
            rule(l, form, number, is_new)
        })
        .collect();
    let wrong = form.problem_of("rules").map(|code| {
        let said = crate::words::problem(l, code);
        view! { <p class="field-error">{icon("warning")}<span>{said}</span></p> }
    });
    let note = Field { hint: Some(t!(l, items.book_note_hint)), autocomplete: "off", ..Field::default() };
    view! {
        {error_summary(l, form)}
        <form class="form full" method="post" action=format!("/trainer/rulebook/{}", book.version.id) id="rules">
            <input type="hidden" name="revision" value=form.value("revision").to_owned()/>
            {wrong}
            <p class="hint">{t!(l, items.book_hint)}</p>
            {rules}
            {field(l, form, "note", t!(l, items.note), note)}
            <div class="actions">
                <button class="btn btn-primary" name="do" value="save">{t!(l, items.draft_save)}</button>
                <button class="btn" name="do" value="publish">{t!(l, items.book_publish)}</button>
            </div>
            <p class="hint">{t!(l, items.book_publish_hint)}</p>
        </form>
    }
    .into_any()
}

/// The numbers of the rules to show: those of the draft, those that are typed, and a free one for the next.
fn numbers(rules: &[Rule], form: &FormState) -> Vec<u32> {
    let is_shown =
        |number: &u32| rules.iter().any(|rule| rule.number == *number) || is_written(form, *number);
    let mut shown: Vec<u32> = (1..=MOST_RULES).filter(is_shown).collect();
    let next = shown.last().map_or(1, |last| last + 1);
    if next <= MOST_RULES {
        shown.push(next);
    }
    shown
}

fn is_written(form: &FormState, number: u32) -> bool {
    PARTS.iter().any(|part| !form.value(&service::rulebook::field(number, part)).trim().is_empty())
}

fn rule(l: Locale, form: &FormState, number: u32, is_new: bool) -> AnyView {
    let name = |part: &str| service::rulebook::field(number, part);
    let legend = if is_new { t!(l, items.rule_new) } else { t!(l, items.rule_number, number = number) };
    let hint = is_new.then(|| view! { <p class="hint">{t!(l, items.rule_new_hint)}</p> });
    let line = Field { autocomplete: "off", ..Field::default() };
    let provisional = name("provisional");
    let is_provisional = form.has(&provisional);
    view! {
        <fieldset class="fieldset card">
            <legend>{legend}</legend>
            {hint}
            {field(l, form, &name("title"), t!(l, items.rule_title), line)}
            {text_area(l, form, &name("body"), t!(l, items.rule_body), None, 4)}
            {text_area(l, form, &name("indicators"), t!(l, items.indicators), Some(t!(l, items.indicators_hint)), 4)}
            <label class="choice">
                <input type="checkbox" name=provisional value="on" checked=is_provisional/>
                <span>{t!(l, items.provisional)}</span>
            </label>
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_room_for_one_more_rule() {
        let rule = |number| Rule {
            code: format!("r{number}"),
            number,
            title: "Выслушать".into(),
            body: "Слушает.".into(),
            indicators: vec![],
            provisional: false,
        };
        let typed = FormState::default().with("rule.4.body", "Чисто.");
        assert_eq!(numbers(&[rule(1), rule(2)], &typed), [1, 2, 4, 5]);
        assert_eq!(numbers(&[], &FormState::default()), [1]);
        assert_eq!(numbers(&[rule(MOST_RULES)], &FormState::default()), [MOST_RULES]);
    }
}
