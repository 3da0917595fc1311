//! Handing in: the questions without an answer are named first.

use axum::extract::Path;
use domain::attempt::State;
use domain::form::FormState;
use domain::id::AttemptId;
use i18n::t;
use leptos::prelude::*;
use service::attempt::Paper;
use service::exam::Finished;

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::shell::{Frame, Head};
use crate::ui::{icon, notice};

/// What would be handed in.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let id: AttemptId = read_id(&id)?;
    let paper = service::attempt::paper(cx.s(), cx.actor()?, id).await?;
    if matches!(paper.state, State::TimeUp | State::Finished) {
        return Ok(see(&format!("/results/{id}")));
    }
    Ok(cx.page(head(&cx), || view(&cx, &paper, &asked, None)))
}

/// Hands in. Answers that are still under way are asked about first.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: AttemptId = read_id(&id)?;
    let last = form.value("writer").parse().ok().zip(form.value("seq").parse::<i64>().ok());
    let confirmed = form.value("confirm") == "anyway";
    match service::exam::finish(cx.s(), cx.actor()?, id, last, confirmed).await? {
        Finished::Done => Ok(see(&format!("/results/{id}"))),
        Finished::LeaseLost | Finished::Paused => Ok(see(&format!("/exam/{id}"))),
        Finished::Waiting(count) => {
            let paper = service::attempt::paper(cx.s(), cx.actor()?, id).await?;
            Ok(cx.again(head(&cx), || view(&cx, &paper, &form, Some(count))))
        }
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, exam.finish_title)).frame(Frame::Alone)
}

fn view(cx: &Cx, paper: &Paper, form: &FormState, waiting: Option<i64>) -> AnyView {
    let l = cx.locale;
    let open: Vec<u32> = paper.questions.iter().filter(|q| !q.is_answered()).map(|q| q.position).collect();
    let marked: Vec<u32> =
        paper.questions.iter().filter(|q| q.marked && q.is_answered()).map(|q| q.position).collect();
    let count = u32::try_from(open.len()).unwrap_or(0);
    let first = open.first().copied();
    let summary = if open.is_empty() {
        notice("is-done", t!(l, exam.all_answered), t!(l, exam.all_answered_what))
    } else {
        notice("is-soon", t!(l, exam.without_answer, count = count), t!(l, exam.without_answer_what))
    };
    let waiting_notice = waiting.map(|count| {
        let count = u32::try_from(count).unwrap_or(0);
        notice("is-soon", t!(l, exam.still_waiting, count = count), t!(l, exam.still_waiting_what))
    });
    let confirm = if waiting.is_some() { "anyway" } else { "1" };
    let back = if let Some(question) = first {
        t!(l, exam.back_to, number = question)
    } else {
        t!(l, exam.back_to_test)
    };
    let back_address = format!("/exam/{}?q={}", paper.attempt, first.unwrap_or(1));
    let (back_class, finish_class) =
        if open.is_empty() { ("btn", "btn btn-primary") } else { ("btn btn-primary", "btn btn-danger") };
    let finish_word = if open.is_empty() { t!(l, exam.hand_in) } else { t!(l, exam.hand_in_without) };
    let until = format::time(paper.deadline, cx.s().zone());
    view! {
        <main id="main" class="main narrow" tabindex="-1">
            <form class="form full" method="post" action=format!("/exam/{}/finish", paper.attempt)>
                <h1>{t!(l, exam.finish_title)}</h1>
                {waiting_notice}
                {summary}
                {links(cx, paper, &open, false)}
                {(!marked.is_empty()).then(|| view! { <p>{t!(l, exam.marked_questions)}</p> })}
                {links(cx, paper, &marked, true)}
                <p>{t!(l, exam.finish_what, until = until)}</p>
                <input type="hidden" name="writer" value=form.value("writer").to_owned()/>
                <input type="hidden" name="seq" value=form.value("seq").to_owned()/>
                <div class="actions">
                    <a class=back_class href=back_address>{icon("arrow-left")}{back}</a>
                    <button class=finish_class name="confirm" value=confirm>{finish_word}</button>
                </div>
            </form>
        </main>
    }
    .into_any()
}

fn links(cx: &Cx, paper: &Paper, positions: &[u32], marked: bool) -> Option<AnyView> {
    if positions.is_empty() {
        return None;
    }
    let l = cx.locale;
    let links: Vec<_> = positions
        .iter()
        .map(|number| {
            let state = if marked { t!(l, exam.key_marked) } else { t!(l, exam.key_none) };
            let label = format!("{} {number}, {state}", t!(l, exam.question));
            let flag = marked.then(|| icon("flag"));
            view! { <li><a href=format!("/exam/{}?q={number}", paper.attempt) aria-label=label>{flag}{number.to_string()}</a></li> }
        })
        .collect();
    Some(view! { <ul class="unanswered">{links}</ul> }.into_any())
}
