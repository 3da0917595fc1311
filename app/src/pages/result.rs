//! What an attempt came to: passed or not in words first, then the score, then rule by rule, then what next.

use axum::extract::Path;
use domain::grading::{RuleScore, Score, needed, percent};
use domain::id::AttemptId;
use domain::refusal::Refusal;
use domain::test::{Kind, NotNow};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::grading::{Explained, ResultView};

use crate::cx::{Cx, Reply, read_id, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Mark, back, bar, icon, notice, status};

/// The result of an own attempt; an open one leads back into the exam.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: AttemptId = read_id(&id)?;
    match service::grading::result(cx.s(), cx.actor()?, id).await {
        Ok(result) => Ok(cx.page(head(&cx), || view(&cx, &result))),
        Err(Refusal::Conflict("attempt_open")) => Ok(see(&format!("/exam/{id}"))),
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, result.title)).section("/results")
}

fn view(cx: &Cx, result: &ResultView) -> AnyView {
    let l = cx.locale;
    let body = match &result.score {
        Some(score) => graded(cx, result, score),
        None => notice("is-info", t!(l, result.waiting), t!(l, result.waiting_what)),
    };
    view! {
        {back("/results", t!(l, result.list_title))}
        <p class="kicker" lang="ru">{result.test.title.clone()}</p>
        {body}
    }
    .into_any()
}

fn graded(cx: &Cx, result: &ResultView, score: &Score) -> AnyView {
    let l = cx.locale;
    let need = needed(score.max, result.version.conditions.pass_bp);
    let share = percent(score.points, score.max);
    let (tone, picture, title, text) = if score.passed {
        ("verdict is-done", "badge", t!(l, result.passed), passed_text(l, result))
    } else {
        ("verdict", "info", t!(l, result.failed), failed_text(l, result, score))
    };
    let mark = Mark {
        value: share,
        at: Some(result.version.conditions.pass_bp / 100),
        is_met: score.points >= need,
    };
    view! {
        <div class=tone>{icon(picture)}<h1>{title}</h1><p>{text}</p></div>
        <section class="score" aria-label=t!(l, result.overall)>
            <p class="score-number"><b>{format!("{share} %")}</b>
                <span>{t!(l, result.points, points = score.points, max = score.max, need = need)}</span></p>
            {bar(mark)}
        </section>
        {next(cx, result, score)}
        {rules(l, result, score)}
        {explanations(l, &result.explained)}
        {receipt(cx, result)}
    }
    .into_any()
}

fn passed_text(l: Locale, result: &ResultView) -> String {
    match result.test.kind {
        Kind::Certification => t!(l, result.passed_what),
        Kind::Practice => t!(l, result.passed_practice),
    }
}

/// What went well comes first.
fn failed_text(l: Locale, result: &ResultView, score: &Score) -> String {
    let strong: Vec<String> = score
        .per_rule
        .iter()
        .filter(|rule| rule.met && percent(rule.points, rule.max) >= 80)
        .filter_map(|rule| title_of(result, rule))
        .collect();
    if strong.is_empty() {
        t!(l, result.failed_what)
    } else {
        t!(l, result.strong, rules = strong.join(", "))
    }
}

fn title_of(result: &ResultView, rule: &RuleScore) -> Option<String> {
    result.rules.iter().find(|known| known.code == rule.rule).map(|known| format!("«{}»", known.title))
}

fn next(cx: &Cx, result: &ResultView, score: &Score) -> AnyView {
    let l = cx.locale;
    let weak: Vec<String> =
        score.per_rule.iter().filter(|rule| !rule.met).filter_map(|rule| title_of(result, rule)).collect();
    let repeat = (!score.passed && !weak.is_empty())
        .then(|| view! { <p>{t!(l, result.repeat, rules = weak.join(", "))}</p> });
    let again = match (score.passed, result.shown.not_now) {
        (true, _) => None,
        (false, Some(NotNow::PauseUntil(until))) => {
            Some(t!(l, result.again_after, until = format::moment(l, until, cx.s().zone())))
        }
        (false, Some(NotNow::NoAttemptsLeft)) => Some(t!(l, result.no_attempts)),
        (false, _) => Some(t!(l, result.again_now)),
    };
    let word = if score.passed { t!(l, result.to_path) } else { t!(l, result.to_lessons) };
    let practice = (result.test.kind == Kind::Practice).then(|| {
        view! { <a class="btn" href=format!("/practice/{}", result.test.id)>{t!(l, result.practice_again)}</a> }
    });
    view! {
        <section class="card next-step">
            <p class="kicker">{t!(l, learn.next)}</p>
            {repeat}
            {again.map(|again| view! { <p>{again}</p> })}
            <div class="actions"><a class="btn btn-primary" href="/learn">{word}{icon("arrow-right")}</a>{practice}</div>
        </section>
    }
    .into_any()
}

fn rules(l: Locale, result: &ResultView, score: &Score) -> AnyView {
    let least = result.version.conditions.rule_pass_bp;
    let lines: Vec<_> = result
        .rules
        .iter()
        .filter_map(|rule| {
            let scored = score.per_rule.iter().find(|scored| scored.rule == rule.code)?;
            let of = t!(l, result.of, points = scored.points, max = scored.max);
            let words = if scored.met {
                status("is-done is-plain", "check", of)
            } else {
                status("is-lost is-plain", "cross-circle", t!(l, result.below, of = of))
            };
            let mark = Mark {
                value: percent(scored.points, scored.max),
                at: (least > 0).then_some(least / 100),
                is_met: scored.met,
            };
            Some(view! {
                <li><h3 lang="ru">{format!("{}. {}", rule.number, rule.title)}</h3>
                    <span class="score-words">{words}</span>{bar(mark)}</li>
            })
        })
        .collect();
    let legend = (least > 0)
        .then(|| view! { <p class="bar-legend">{t!(l, result.legend, percent = least / 100)}</p> });
    view! { <section class="section"><h2>{t!(l, result.by_rule)}</h2><ul class="rules">{lines}</ul>{legend}</section> }
        .into_any()
}

fn explanations(l: Locale, explained: &[Explained]) -> Option<AnyView> {
    if explained.is_empty() {
        return None;
    }
    let items: Vec<_> = explained
        .iter()
        .map(|item| {
            let text = |token: &String| {
                let found = item.question.options.iter().find(|(known, _)| known == token);
                found.map(|(_, text)| text.clone()).unwrap_or_default()
            };
            let list = |tokens: &[String]| tokens.iter().map(text).collect::<Vec<_>>().join(" → ");
            let given = if item.question.answer.is_empty() {
                t!(l, result.no_answer)
            } else {
                list(&item.question.answer)
            };
            let (tone, picture, word) = if item.is_right {
                ("reply is-done", "check-circle", t!(l, result.right))
            } else {
                ("reply is-lost", "info", t!(l, result.not_right))
            };
            view! {
                <li lang="ru">
                    <h3>{format!("{}. {}", item.question.position, item.question.stem)}</h3>
                    <p><span class="muted">{t!(l, result.your_answer)}</span>" "{given}</p>
                    <p><span class="muted">{t!(l, result.right_answer)}</span>" "{list(&item.key)}</p>
                    <div class=tone>{icon(picture)}<b>{word}</b><p>{item.rationale.clone()}</p></div>
                </li>
            }
        })
        .collect();
    Some(
        view! { <section class="section"><h2>{t!(l, result.explanations)}</h2><ol class="explanations stack">{items}</ol></section> }
            .into_any(),
    )
}

fn receipt(cx: &Cx, result: &ResultView) -> AnyView {
    let l = cx.locale;
    let at = result.attempt.finished_at.map(|at| format::moment(l, at, cx.s().zone())).unwrap_or_default();
    let by_deadline = result.attempt.finish_cause.as_deref() == Some("deadline");
    let how =
        if by_deadline { t!(l, result.closed_by_time, at = at) } else { t!(l, result.handed_in, at = at) };
    let hash = domain::draw::hex(&result.attempt.journal_hash);
    view! {
        <div class="receipt">
            <p>{how}" "{t!(l, result.events, count = u32::try_from(result.attempt.last_ord).unwrap_or(0))}</p>
            <p class="muted small">{t!(l, result.hash)}</p>
            <p><code>{hash}</code></p>
        </div>
    }
    .into_any()
}
