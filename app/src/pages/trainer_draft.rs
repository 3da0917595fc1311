//! The draft of a test: a table of numbers with the bank beside each of them, and the conditions.

use axum::extract::Path;
use axum::http::StatusCode;
use domain::form::FormState;
use domain::id::{TestId, TestVersionId};
use domain::item::Venue;
use domain::refusal::Refusal;
use domain::rulebook::Rule;
use domain::test::{Availability, BOUNDS};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::blueprint::{MOST_IN_CELL, MOST_ITEMS, TestView, count_field, form_of, venue_field};

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::pages::trainer_matrix::{Matrix, beside, column, matrix};
use crate::pages::trainer_words as words;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back_to, error_summary, field, icon, notice, select};

/// What is said on top of the draft.
#[derive(Clone, Copy)]
enum Said {
    Nothing,
    Saved,
    /// Somebody else has saved it since the page was made.
    Meanwhile,
}

/// The draft, or the button that begins one.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let test = open(&cx, read_id(&id)?).await?;
    let said = if asked.value("done") == "saved" { Said::Saved } else { Said::Nothing };
    match test.draft.as_ref() {
        Some(draft) => {
            let form = form_of(draft).with("draft", draft.id.to_string());
            Ok(cx.page(head(&cx), || view(&cx, &test, &form, said)))
        }
        None => Ok(cx.page(head(&cx), || no_draft(&cx, &test))),
    }
}

/// Begins a draft, or saves it and stays or goes on to publishing it.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: TestId = read_id(&id)?;
    if form.value("do") == "begin" {
        service::blueprint::begin_draft(cx.s(), cx.actor()?, id).await?;
        return Ok(see(&format!("/trainer/tests/{id}/draft")));
    }
    // The draft that was on the page: another one may have been begun since.
    let draft: TestVersionId = read_id(form.value("draft"))?;
    let goes_on = form.value("do") == "publish";
    match service::blueprint::save_draft(cx.s(), cx.actor()?, draft, form.clone()).await {
        Ok(()) if goes_on => Ok(see(&format!("/trainer/tests/{id}/publish"))),
        Ok(()) => Ok(see(&format!("/trainer/tests/{id}/draft?done=saved"))),
        Err(Refusal::Form(form)) => {
            let test = open(&cx, id).await?;
            Ok(cx.again(head(&cx), || view(&cx, &test, &form, Said::Nothing)))
        }
        Err(Refusal::Conflict("changed_meanwhile")) => changed(&cx, id, draft, form).await,
        Err(refusal) => Err(No(refusal)),
    }
}

/// Somebody else has saved the draft: what was typed stays, and takes the place of theirs when saved again.
async fn changed(cx: &Cx, id: TestId, draft: TestVersionId, form: FormState) -> Reply {
    let test = open(cx, id).await?;
    let Some(stored) = test.draft.as_ref().filter(|stored| stored.id == draft) else {
        return Err(No(Refusal::Conflict("published_already")));
    };
    let form = form.with("revision", stored.revision.to_string());
    Ok(cx.page_with(StatusCode::CONFLICT, head(cx), || view(cx, &test, &form, Said::Meanwhile)))
}

async fn open(cx: &Cx, id: TestId) -> Result<TestView, No> {
    let test = service::blueprint::open(cx.s(), cx.actor()?, id).await?;
    if test.may_edit { Ok(test) } else { Err(No(Refusal::Denied)) }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, items.draft_title)).wide().section("/trainer")
}

fn no_draft(cx: &Cx, test: &TestView) -> AnyView {
    let l = cx.locale;
    let address = format!("/trainer/tests/{}", test.test.id);
    view! {
        {back_to(address.clone(), test.test.title.clone())}
        <div class="empty">
            {icon("edit")}
            <h1>{t!(l, items.no_draft)}</h1>
            <p>{t!(l, items.no_draft_what)}</p>
            <form method="post" action=format!("{address}/draft") class="actions">
                <button class="btn btn-primary" name="do" value="begin">{t!(l, items.draft_begin)}</button>
            </form>
        </div>
    }
    .into_any()
}

fn view(cx: &Cx, test: &TestView, form: &FormState, said: Said) -> AnyView {
    let l = cx.locale;
    let address = format!("/trainer/tests/{}", test.test.id);
    let said = match said {
        Said::Nothing => None,
        Said::Saved => Some(notice("is-done", t!(l, items.draft_saved), t!(l, items.draft_saved_what))),
        Said::Meanwhile => Some(words::meanwhile(l, format!("{address}/draft"))),
    };
    let number = test.draft.as_ref().map_or(0, |draft| draft.number);
    let note = Field { hint: Some(t!(l, items.test_note_hint)), autocomplete: "off", ..Field::default() };
    view! {
        {back_to(address.clone(), test.test.title.clone())}
        <div class="page-head"><div>
            <p class="kicker" lang="ru">{test.test.title.clone()}</p>
            <h1>{t!(l, items.draft_number, number = number)}</h1>
            <p class="lede">{t!(l, items.draft_what)}</p>
        </div></div>
        {said}
        {error_summary(l, form)}
        {shortages(l, test).filter(|_| form.is_clean())}
        <form class="form full" method="post" action=format!("{address}/draft")>
            <input type="hidden" name="draft" value=form.value("draft").to_owned()/>
            <input type="hidden" name="revision" value=form.value("revision").to_owned()/>
            {blueprint(l, test, form)}
            {drawing(l, form)}
            {conditions(l, form)}
            {field(l, form, "note", t!(l, items.note), note)}
            <div class="actions">
                <button class="btn btn-primary" name="do" value="save">{t!(l, items.draft_save)}</button>
                <button class="btn" name="do" value="publish">{t!(l, items.draft_publish)}{icon("arrow-right")}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Every cell that the bank cannot fill, by name.
pub fn shortages(l: Locale, test: &TestView) -> Option<AnyView> {
    let lines: Vec<_> = test
        .shortages
        .iter()
        .map(|short| {
            let rule = words::rule(&test.rules, &short.rule);
            let (column, wanted, found) = (column(l, short.difficulty), short.wanted, short.found);
            view! {
                <li>{t!(l, items.shortage, rule = rule, column = column, wanted = wanted, found = found)}</li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <div class="notice is-soon">
                {icon("warning")}<b>{t!(l, items.shortages)}</b><ul>{lines}</ul>
            </div>
        }
        .into_any()
    })
}

fn blueprint(l: Locale, test: &TestView, form: &FormState) -> AnyView {
    let typed = |rule: &str, difficulty: u8| {
        form.value(&count_field(rule, difficulty)).trim().parse::<u32>().map_or(0, u64::from)
    };
    let shown = Matrix { rules: &test.rules, depth: &test.depth, asked: &typed };
    let wrong = form.problem_of("counts").map(|code| {
        let said = crate::words::problem(l, code);
        view! { <p class="field-error">{icon("warning")}<span>{said}</span></p> }
    });
    let table = matrix(l, &shown, &|rule, difficulty| {
        let (wanted, live) = (typed(&rule.code, difficulty), shown.in_bank(&rule.code, difficulty));
        cell(l, form, (rule, difficulty), beside(l, wanted, live), wanted > live)
    });
    view! {
        <section class="section" id="counts">
            <h2>{t!(l, items.blueprint)}</h2><p class="muted">{t!(l, items.blueprint_what)}</p>
            {wrong}
            {table}
        </section>
    }
    .into_any()
}

fn cell(
    l: Locale,
    form: &FormState,
    (rule, difficulty): (&Rule, u8),
    beside: String,
    is_short: bool,
) -> AnyView {
    let name = count_field(&rule.code, difficulty);
    let problem = form.problem_of(&name);
    let id = name.replace('.', "-");
    let hint = format!("{id}-hint");
    let class = if is_short || problem.is_some() { "num wrong" } else { "num" };
    let label = format!("{}, {}", words::rule_title(rule), column(l, difficulty));
    let beside = problem.map_or(beside, |code| crate::words::problem(l, code));
    view! {
        <td class=class data-label=column(l, difficulty)>
            <span>
                <input type="number" id=id name=name.clone() value=form.value(&name).to_owned() min="0"
                    max=MOST_IN_CELL.to_string() aria-label=label aria-describedby=hint.clone()
                    aria-invalid=problem.map(|_| "true")/>
                <small id=hint>{beside}</small>
            </span>
        </td>
    }
    .into_any()
}

/// What a form keeps to beside the counts. Its bounds are the last ones of the conditions.
fn drawing(l: Locale, form: &FormState) -> AnyView {
    let number = |name: &str, label: String, hint: Option<String>, bounds: (u32, u32)| {
        let kind = Field { kind: "number", hint, bounds: Some(bounds), ..Field::default() };
        field(l, form, name, label, kind)
    };
    let venues: Vec<_> = Venue::ALL
        .iter()
        .map(|venue| number(&venue_field(*venue), words::venue(l, *venue), None, (0, MOST_ITEMS)))
        .collect();
    let labels = [
        (t!(l, items.field_unseen), t!(l, items.field_unseen_hint)),
        (t!(l, items.field_cap), t!(l, items.field_cap_hint)),
    ];
    let rest: Vec<_> = BOUNDS
        .iter()
        .skip(BOUNDS.len() - labels.len())
        .zip(labels)
        .map(|((name, least, most), (label, hint))| number(name, label, Some(hint), (*least, *most)))
        .collect();
    view! {
        <section class="section">
            <h2>{t!(l, items.drawing)}</h2>
            <fieldset class="fieldset">
                <legend>{t!(l, items.venues_least)}</legend>
                <p class="hint">{t!(l, items.venues_least_hint)}</p>
                <div class="field-row">{venues}</div>
            </fieldset>
            <div class="field-row">{rest}</div>
        </section>
    }
    .into_any()
}

fn conditions(l: Locale, form: &FormState) -> AnyView {
    let labels = [
        t!(l, items.field_limit),
        t!(l, items.field_pass),
        t!(l, items.field_rule_pass),
        t!(l, items.field_attempts),
        t!(l, items.field_pause),
        t!(l, items.field_grace),
    ];
    let fields: Vec<_> = BOUNDS
        .iter()
        .zip(labels)
        .map(|((name, least, most), label)| {
            let bounds = Some((*least, *most));
            field(l, form, name, label, Field { kind: "number", bounds, ..Field::default() })
        })
        .collect();
    let ways = Availability::ALL.iter().map(|way| (way.code().to_owned(), words::availability(l, *way)));
    view! {
        <section class="section">
            <h2>{t!(l, items.conditions)}</h2>
            <div class="field-row">{fields}</div>
            {select(l, form, "availability", t!(l, items.availability), ways.collect())}
        </section>
    }
    .into_any()
}
