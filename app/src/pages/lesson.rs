//! A lesson: text, a case, a self-check that answers at once with the reason.

use axum::extract::Path;
use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::programme::{Checked, LessonView};

use crate::cx::{Cx, Reply, Typed, read_id};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, error_summary, icon, markdown, progress};
use crate::words;

/// The lesson.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let lesson = service::programme::lesson(cx.s(), cx.actor()?, read_id(&id)?).await?;
    Ok(cx.page(head(&lesson), || view(&cx, &lesson, &FormState::default(), &[])))
}

/// Answers the self-check, and shows the reasons.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id = read_id(&id)?;
    match service::programme::finish_lesson(cx.s(), cx.actor()?, id, form.clone()).await {
        Ok(checked) => {
            let lesson = service::programme::lesson(cx.s(), cx.actor()?, id).await?;
            Ok(cx.page(head(&lesson), || view(&cx, &lesson, &form, &checked)))
        }
        Err(Refusal::Form(form)) => {
            let lesson = service::programme::lesson(cx.s(), cx.actor()?, id).await?;
            Ok(cx.again(head(&lesson), || view(&cx, &lesson, &form, &[])))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(lesson: &LessonView) -> Head {
    Head::titled(lesson.lesson.title.clone()).section("/learn").class("main reading")
}

fn view(cx: &Cx, lesson: &LessonView, form: &FormState, checked: &[Checked]) -> AnyView {
    let l = cx.locale;
    let module = &lesson.module;
    let at = module.lessons.iter().position(|head| head.id == lesson.lesson.id).map_or(1, |at| at + 1);
    let all = module.lessons.len();
    let place = t!(l, learn.place, module = module.position, lesson = at, all = all);
    let minutes = t!(l, common.minutes, count = lesson.lesson.minutes);
    let bar = progress(
        lesson.done_in_module,
        all,
        t!(l, learn.lessons_done),
        t!(l, learn.done_of, done = lesson.done_in_module, all = all),
    );
    view! {
        {back("/learn", t!(l, learn.title))}
        <div class="lesson-progress"><span>{place}" · "{minutes}</span>{bar}</div>
        <div class="page-head"><div>
            <p class="kicker" lang="ru">{module.title.clone()}</p>
            <h1 lang="ru">{lesson.lesson.title.clone()}</h1>
            <p class="lede" lang="ru">{lesson.lesson.summary.clone()}</p>
        </div></div>
        {markdown(&lesson.lesson.body)}
        {self_check(cx, lesson, form, checked)}
        {moves(cx, lesson, !checked.is_empty())}
    }
    .into_any()
}

fn self_check(cx: &Cx, lesson: &LessonView, form: &FormState, checked: &[Checked]) -> AnyView {
    let l = cx.locale;
    let several = lesson.lesson.checks.len() > 1;
    let questions: Vec<_> = lesson
        .lesson
        .checks
        .iter()
        .enumerate()
        .map(|(number, check)| {
            let title =
                if several { format!("{}. {}", number + 1, check.question) } else { check.question.clone() };
            question(cx, (number, title), check, form, checked.get(number))
        })
        .collect();
    let all_right = !checked.is_empty() && checked.iter().all(Checked::is_right);
    let button = (!all_right).then(|| {
        let word = if checked.is_empty() { t!(l, learn.answer) } else { t!(l, learn.answer_again) };
        // Until the lesson is done, to answer is what the page asks for; then to go on.
        let class = if checked.is_empty() && !lesson.is_done { "btn btn-primary" } else { "btn" };
        view! { <div class="actions"><button class=class>{word}</button></div> }
    });
    let done = (lesson.is_done && checked.is_empty())
        .then(|| view! { <p class="muted">{t!(l, learn.lesson_done)}</p> });
    // The page that comes back opens where the answers are.
    let action = format!("/learn/{}#check", lesson.lesson.id);
    view! {
        <form class="self-check" method="post" id="check" action=action>
            <h2>{t!(l, learn.check)}</h2>
            {done}
            {error_summary(l, form)}
            {questions}
            {button}
        </form>
    }
    .into_any()
}

fn question(
    cx: &Cx,
    (number, title): (usize, String),
    check: &domain::programme::Check,
    form: &FormState,
    answered: Option<&Checked>,
) -> AnyView {
    let l = cx.locale;
    let field = format!("check{number}");
    let chosen = form.value(&field).to_owned();
    let wrong = form.problem_of(&field).map(|code| {
        view! { <p class="field-error">{icon("warning")}<span>{words::problem(l, code)}</span></p> }
    });
    let options: Vec<_> = check
        .options
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let value = index.to_string();
            let is_chosen = value == chosen;
            view! {
                <label class="option">
                    <input type="radio" name=field.clone() value=value checked=is_chosen/>" "<span lang="ru">{text.clone()}</span>
                </label>
            }
        })
        .collect();
    let reply = answered.map(|answer| {
        let (tone, picture, word) = if answer.is_right() {
            ("reply is-done", "check-circle", t!(l, learn.right))
        } else {
            ("reply is-lost", "info", t!(l, learn.not_yet))
        };
        view! { <div class=tone role="status">{icon(picture)}<b>{word}</b><p lang="ru">{answer.check.why.clone()}</p></div> }
    });
    view! {
        <fieldset class="options" id=field.clone()><legend lang="ru">{title}</legend>{wrong}{options}</fieldset>
        {reply}
    }
    .into_any()
}

fn moves(cx: &Cx, lesson: &LessonView, answered: bool) -> AnyView {
    let l = cx.locale;
    let previous = lesson.previous.map(|id| {
        view! { <a class="btn btn-quiet" href=format!("/learn/{id}")>{icon("arrow-left")}{t!(l, common.back)}</a> }
    });
    let class = if answered || lesson.is_done { "btn btn-primary" } else { "btn" };
    let next = match lesson.next {
        Some(id) => {
            view! { <a class=class href=format!("/learn/{id}")>{t!(l, learn.next_lesson)}{icon("arrow-right")}</a> }
                .into_any()
        }
        None => view! { <a class=class href="/learn">{t!(l, learn.to_path)}{icon("arrow-right")}</a> }.into_any(),
    };
    view! { <div class="lesson-next">{previous}{next}</div> }.into_any()
}
