//! The exam, one question a page: the island's own form, answered here when scripts are off.

use axum::extract::Path;
use axum::http::StatusCode;
use domain::attempt::State;
use domain::form::FormState;
use domain::id::AttemptId;
use domain::item::Kind;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::attempt::{Paper, Question};
use service::exam::{Filled, Posted};

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::islands::exam::Exam;
use crate::islands::exam::sheet::{self, Sheet};
use crate::pages::exam_words::{icons, words};
use crate::shell::{Frame, Head};
use crate::ui::notice;

/// The question that is asked for.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let id: AttemptId = read_id(&id)?;
    let paper = service::attempt::paper(cx.s(), cx.actor()?, id).await?;
    if matches!(paper.state, State::TimeUp | State::Finished) {
        return Ok(see(&format!("/results/{id}")));
    }
    let at = position(&asked, &paper) - 1;
    // A tab with scripts may hold the lease under its own name after a new sign-in: the island finds out.
    if !paper.is_mine && !paper.held_by_island {
        return Ok(cx.page(head(&paper), || elsewhere(&cx, &paper, at + 1, None)));
    }
    Ok(cx.page(head(&paper), || view(&cx, &paper, at)))
}

/// Saves the question that is left, and goes where the button says.
pub async fn post(cx: Cx, Path(id): Path<String>, Asked(asked): Asked, Typed(form): Typed) -> Reply {
    let id: AttemptId = read_id(&id)?;
    let paper = service::attempt::paper(cx.s(), cx.actor()?, id).await?;
    let at = position(if form.has("q") { &form } else { &asked }, &paper);
    let Some(question) = usize::try_from(at - 1).ok().and_then(|at| paper.questions.get(at)) else {
        return Ok(see(&format!("/exam/{id}")));
    };
    let tokens = answer_of(question, &form);
    let marked = if form.has("mark") { form.value("mark") == "1" } else { question.marked };
    let filled = Filled { position: at, tokens, mark: marked };
    match service::exam::answer_by_form(cx.s(), cx.actor()?, id, filled).await? {
        Posted::Saved | Posted::Paused => Ok(see(&onward(id, at, &form))),
        Posted::TimeUp => Ok(see(&format!("/results/{id}"))),
        Posted::LeaseLost => {
            Ok(cx.page_with(StatusCode::CONFLICT, head(&paper), || elsewhere(&cx, &paper, at, Some(&form))))
        }
    }
}

/// Goes on in this browser, with what was typed here.
pub async fn take_over(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: AttemptId = read_id(&id)?;
    let kind = service::exam::LeaseKind::Page;
    service::exam::take_over(cx.s(), cx.actor()?, id, None, kind, true).await?;
    if form.has("q") {
        let paper = service::attempt::paper(cx.s(), cx.actor()?, id).await?;
        let at = position(&form, &paper);
        if let Some(question) = paper.questions.iter().find(|question| question.position == at) {
            let tokens = answer_of(question, &form);
            let filled = Filled { position: at, tokens, mark: question.marked };
            service::exam::answer_by_form(cx.s(), cx.actor()?, id, filled).await?;
        }
        return Ok(see(&format!("/exam/{id}?q={at}")));
    }
    Ok(see(&format!("/exam/{id}?q={}", form.value("at").parse::<u32>().unwrap_or(1))))
}

fn head(paper: &Paper) -> Head {
    Head::titled(paper.title.clone()).frame(Frame::Alone).islands()
}

/// The question asked for: from 1, within the form.
fn position(form: &FormState, paper: &Paper) -> u32 {
    let last = u32::try_from(paper.questions.len()).unwrap_or(1).max(1);
    form.value("q").parse::<u32>().unwrap_or(1).clamp(1, last)
}

fn onward(id: AttemptId, at: u32, form: &FormState) -> String {
    match form.value("go") {
        "finish" => format!("/exam/{id}/finish"),
        go => format!("/exam/{id}?q={}", go.parse::<u32>().unwrap_or(at)),
    }
}

/// The answer that a form holds. An ordering is the options by their places; a move swaps two of them. An option that
/// the question does not have stays in it: the rule refuses the answer, and nobody believes that it was kept.
fn answer_of(question: &Question, form: &FormState) -> Vec<String> {
    if question.kind != Kind::Ordering {
        return form.values("choice").to_vec();
    }
    let mut places: Vec<(u32, &str)> =
        form.under("place.").filter_map(|(token, place)| Some((place.parse().ok()?, token))).collect();
    let shown = |token: &str| question.options.iter().position(|(known, _)| known == token);
    places.sort_by_key(|(place, token)| (*place, shown(token)));
    let mut order: Vec<String> = places.into_iter().map(|(_, token)| token.to_owned()).collect();
    let Some((token, way)) = form.value("move").split_once('.') else { return order };
    let rest: Vec<String> = question
        .options
        .iter()
        .map(|(token, _)| token.clone())
        .filter(|token| !order.contains(token))
        .collect();
    order.extend(rest);
    if let Some(from) = order.iter().position(|known| known == token) {
        let to =
            if way == "up" { from.checked_sub(1) } else { Some(from + 1).filter(|to| *to < order.len()) };
        if let Some(to) = to {
            order.swap(from, to);
        }
    }
    order
}

fn view(cx: &Cx, paper: &Paper, at: u32) -> AnyView {
    let sheet = Sheet {
        attempt: paper.attempt.to_string(),
        at: usize::try_from(at).unwrap_or(0),
        time_left_ms: paper.time_left_ms,
        is_paused: paper.state == State::Paused,
        questions: paper.questions.iter().map(|question| shown(cx, question)).collect(),
        icons: icons(),
        words: words(cx.locale),
    };
    view! { <Exam sheet/> }.into_any()
}

fn shown(cx: &Cx, question: &Question) -> sheet::Question {
    sheet::Question {
        kind: match question.kind {
            Kind::Single => sheet::Kind::Single,
            Kind::Multiple => sheet::Kind::Multiple,
            Kind::Ordering => sheet::Kind::Ordering,
        },
        stem: question.stem.clone(),
        options: question.options.clone(),
        answer: question.answer.clone(),
        saved: question.saved_at.map(|at| format::clock(at, cx.s().zone())),
        marked: question.marked,
    }
}

/// Another browser holds the attempt: what was typed here is kept in the form that takes over.
fn elsewhere(cx: &Cx, paper: &Paper, at: u32, typed: Option<&FormState>) -> AnyView {
    let l: Locale = cx.locale;
    let kept: Vec<AnyView> = typed
        .map(|form| {
            let mut fields = vec![hidden("q", &at.to_string())];
            fields.extend(form.values("choice").iter().map(|token| hidden("choice", token)));
            if let Some(question) = paper.questions.iter().find(|question| question.position == at) {
                let names = question.options.iter().map(|(token, _)| format!("place.{token}"));
                fields
                    .extend(names.filter(|name| form.has(name)).map(|name| hidden(&name, form.value(&name))));
            }
            fields
        })
        .unwrap_or_default();
    let text = if typed.is_some() { t!(l, exam.elsewhere_kept) } else { t!(l, exam.elsewhere_text) };
    view! {
        <main id="main" class="main narrow" tabindex="-1">
            <h1 lang="ru">{paper.title.clone()}</h1>
            {notice("is-soon", t!(l, exam.elsewhere), text)}
            <form class="form" method="post" action=format!("/exam/{}/take-over", paper.attempt)>
                <input type="hidden" name="at" value=at.to_string()/>
                {kept}
                <div class="actions"><button class="btn btn-primary btn-big">{t!(l, exam.continue_here)}</button></div>
            </form>
        </main>
    }
    .into_any()
}

fn hidden(name: &str, value: &str) -> AnyView {
    view! { <input type="hidden" name=name.to_owned() value=value.to_owned()/> }.into_any()
}
