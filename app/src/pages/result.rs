//! What an attempt came to: passed or not in words first, then the score, then rule by rule, then what next.

use axum::extract::Path;
use axum::http::HeaderMap;
use domain::grading::{RuleScore, Score, needed, percent};
use domain::id::AttemptId;
use domain::item::Kind as ItemKind;
use domain::refusal::Refusal;
use domain::test::{Kind, NotNow};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::grading::{Explained, ResultView};

use super::receipt::card;
use crate::cx::{Cx, Reply, cookie, read_id, see};
use crate::format;
use crate::islands::exam::sheet::{Icons, Sheet, Words};
use crate::islands::exam::{Exam, UNSENT};
use crate::pages::regrade_words::on_result;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Mark, back, bar, fact, icon, icon_text, notice, status};

/// The most rules that a sentence names; more are counted.
const MOST_NAMED: usize = 3;

/// The result of an own attempt; an open one leads back into the exam. Scripts come only to a browser that
/// has said it keeps something of the attempt.
pub async fn get(cx: Cx, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    let id: AttemptId = read_id(&id)?;
    match service::grading::result(cx.s(), cx.actor()?, id).await {
        Ok(result) => {
            let receipt = service::receipt::of(cx.s(), cx.actor()?, id).await?;
            // While the clock stands still nothing is over: what waits is for the exam's own page to send.
            let is_kept = cookie(&headers, UNSENT).is_some() && result.attempt.paused_at.is_none();
            let head = if is_kept { head(&cx).islands() } else { head(&cx) };
            Ok(cx.page(head, || {
                let left_over = is_kept.then(|| left_over(&cx, id));
                view(&cx, &result, card(&cx, receipt.as_ref()), left_over)
            }))
        }
        Err(Refusal::Conflict("attempt_open")) => Ok(see(&format!("/exam/{id}"))),
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, result.title)).section("/results")
}

fn view(cx: &Cx, result: &ResultView, receipt: Option<AnyView>, left_over: Option<AnyView>) -> AnyView {
    let l = cx.locale;
    let body = match &result.score {
        Some(score) => graded(cx, result, score, receipt),
        None => notice("is-info", t!(l, result.waiting), t!(l, result.waiting_what)),
    };
    view! {
        {back("/results", t!(l, result.list_title))}
        <p class="kicker result-of" lang="ru">{result.test.title.clone()}</p>
        {left_over}
        {body}
    }
    .into_any()
}

/// The exam's island without questions: it sends what this browser still keeps, and says what became of it.
fn left_over(cx: &Cx, id: AttemptId) -> AnyView {
    let l = cx.locale;
    let sheet = Sheet {
        attempt: id.to_string(),
        at: 0,
        time_left_ms: 0,
        is_paused: false,
        questions: Vec::new(),
        icons: Icons { offline: icon_text("info"), ..Icons::default() },
        words: Words {
            offline_text: t!(l, exam.left_waiting),
            keep_copy: t!(l, exam.left_copy),
            unsent: t!(l, exam.left_sent),
            refused: t!(l, exam.refused),
            ..Words::default()
        },
    };
    view! { <Exam sheet/> }.into_any()
}

fn graded(cx: &Cx, result: &ResultView, score: &Score, receipt: Option<AnyView>) -> AnyView {
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
            <p class="score-number"><b>{t!(l, common.percent, value = share)}</b>
                <span>{t!(l, result.points, points = score.points, max = score.max, need = need)}</span></p>
            {bar(mark)}
        </section>
        {result.regraded.as_ref().map(|regraded| on_result(cx, regraded))}
        {next(cx, result, score)}
        {late(l, result)}
        {rules(l, result, score)}
        {explanations(l, &result.explained)}
        {receipt}
    }
    .into_any()
}

/// Answers that came after the time: kept, not counted, and nobody has to wonder what became of them.
fn late(l: Locale, result: &ResultView) -> Option<AnyView> {
    let count = result.late;
    (count > 0).then(|| notice("is-info", t!(l, result.late, count = count), t!(l, result.late_what)))
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
    } else if strong.len() > MOST_NAMED {
        let count = u32::try_from(strong.len()).unwrap_or(0);
        t!(l, result.strong_count, count = count, all = score.per_rule.len())
    } else {
        t!(l, result.strong, rules = strong.join(", "))
    }
}

/// A rule worth going over: below its minimum or, where there is none, below the mark of the whole test.
fn is_weak(result: &ResultView, rule: &RuleScore) -> bool {
    let conditions = &result.version.conditions;
    if conditions.rule_pass_bp > 0 { !rule.met } else { rule.points < needed(rule.max, conditions.pass_bp) }
}

fn title_of(result: &ResultView, rule: &RuleScore) -> Option<String> {
    result.rules.iter().find(|known| known.code == rule.rule).map(|known| format!("«{}»", known.title))
}

fn next(cx: &Cx, result: &ResultView, score: &Score) -> AnyView {
    let l = cx.locale;
    let weak: Vec<String> = score
        .per_rule
        .iter()
        .filter(|rule| is_weak(result, rule))
        .filter_map(|rule| title_of(result, rule))
        .collect();
    let in_doubt = result.regraded.as_ref().is_some_and(|regraded| regraded.in_doubt);
    let is_practice = result.test.kind == Kind::Practice;
    let repeat = (!score.passed && !in_doubt && !weak.is_empty()).then(|| {
        let words = if weak.len() > MOST_NAMED {
            t!(l, result.repeat_below)
        } else {
            t!(l, result.repeat, rules = weak.join(", "))
        };
        view! { <p>{words}</p> }
    });
    let again = after(cx, result, score, in_doubt);
    let word = if score.passed || in_doubt { t!(l, result.to_path) } else { t!(l, result.to_lessons) };
    let practice = is_practice.then(|| {
        view! { <a class="btn" href=format!("/practice/{}", result.test.id)>{t!(l, result.practice_again)}</a> }
    });
    view! {
        <section class="card next-step">
            <p class="kicker">{t!(l, learn.next)}</p>
            {repeat}
            <p>{again}</p>
            <div class="actions"><a class="btn btn-primary" href="/learn">{word}{icon("arrow-right")}</a>{practice}</div>
        </section>
    }
    .into_any()
}

/// What comes after this result, in one sentence.
fn after(cx: &Cx, result: &ResultView, score: &Score, in_doubt: bool) -> String {
    let l = cx.locale;
    if score.passed {
        let is_practice = result.test.kind == Kind::Practice;
        return if is_practice { t!(l, result.next_practice) } else { t!(l, result.next_passed) };
    }
    // Their certificate stands until a person has decided.
    if in_doubt {
        return t!(l, result.next_in_doubt);
    }
    match result.shown.not_now {
        None => t!(l, result.again_now),
        Some(NotNow::PauseUntil(until)) => {
            t!(l, result.again_after, until = format::moment(l, until, cx.s().zone()))
        }
        Some(NotNow::NoAttemptsLeft) => t!(l, result.no_attempts),
        Some(NotNow::SessionOnly) => t!(l, test.session_only_what),
        Some(NotNow::NotAdmitted) => t!(l, test.not_admitted_what),
        // They have passed meanwhile, or the matter is closed.
        Some(NotNow::Passed | NotNow::NoCandidacy) => t!(l, result.next_passed),
    }
}

fn rules(l: Locale, result: &ResultView, score: &Score) -> AnyView {
    let least = result.version.conditions.rule_pass_bp;
    let lines: Vec<_> = result
        .rules
        .iter()
        .filter_map(|rule| {
            let scored = score.per_rule.iter().find(|scored| scored.rule == rule.code)?;
            let of = t!(l, result.of, points = scored.points, max = scored.max);
            // Without a minimum there is nothing to meet: only a full score is worth a tick.
            let is_met = if least > 0 { scored.met } else { scored.points == scored.max };
            let words = if is_met {
                status("is-done is-plain", "check", of)
            } else if least > 0 {
                status("is-lost is-plain", "cross-circle", t!(l, result.below, of = of))
            } else {
                view! { <span class="muted">{of}</span> }.into_any()
            };
            let mark = Mark {
                value: percent(scored.points, scored.max),
                at: (least > 0).then_some(least / 100),
                is_met,
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
    let items: Vec<_> = explained.iter().map(|item| explanation(l, item)).collect();
    Some(
        view! { <section class="section"><h2>{t!(l, result.explanations)}</h2><ol class="explanations">{items}</ol></section> }
            .into_any(),
    )
}

fn explanation(l: Locale, item: &Explained) -> AnyView {
    let is_left_out = item.question.answer.is_empty();
    let (tone, picture, word) = if item.is_right {
        ("reply is-done", "check-circle", t!(l, result.right))
    } else if is_left_out {
        ("reply", "info", t!(l, result.left_out))
    } else {
        ("reply is-lost", "info", t!(l, result.not_right))
    };
    let given = (!is_left_out).then(|| fact(t!(l, result.your_answer), answer(item, &item.question.answer)));
    let key = (!item.is_right).then(|| fact(t!(l, result.right_answer), answer(item, &item.key)));
    view! {
        <li>
            <h3 lang="ru">{format!("{}. {}", item.question.position, item.question.stem)}</h3>
            <dl>{given}{key}</dl>
            <div class=tone>{icon(picture)}<b>{word}</b><p lang="ru">{item.rationale.clone()}</p></div>
        </li>
    }
    .into_any()
}

/// The options that tokens stand for: one as it is, several as a list, an order with its numbers.
fn answer(item: &Explained, tokens: &[String]) -> AnyView {
    let text = |token: &String| {
        let found = item.question.options.iter().find(|(known, _)| known == token);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let lines = || -> Vec<_> { tokens.iter().map(|token| view! { <li>{text(token)}</li> }).collect() };
    match item.question.kind {
        ItemKind::Single => {
            let texts: Vec<String> = tokens.iter().map(text).collect();
            view! { <span lang="ru">{texts.join(", ")}</span> }.into_any()
        }
        ItemKind::Multiple => view! { <ul lang="ru">{lines()}</ul> }.into_any(),
        ItemKind::Ordering => view! { <ol lang="ru">{lines()}</ol> }.into_any(),
    }
}
