//! Before the test: what to expect, what counts, what happens if the link drops; consent, start.

use axum::extract::Path;
use domain::exam_session::State;
use domain::form::FormState;
use domain::grading::needed;
use domain::id::TestId;
use domain::refusal::Refusal;
use domain::test::{Kind, NotNow};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::{Entry, Invited};
use service::test::Before;

use crate::cx::{Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back, error_summary, fact, field, icon, notice};
use crate::words;

/// What to expect of a certification test.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    show(&cx, &id, Kind::Certification).await
}

/// Starts a certification test.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    start(&cx, &id, Kind::Certification, form).await
}

/// What to expect of a practice test.
pub async fn get_practice(cx: Cx, Path(id): Path<String>) -> Reply {
    show(&cx, &id, Kind::Practice).await
}

/// Starts a practice test.
pub async fn post_practice(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    start(&cx, &id, Kind::Practice, form).await
}

async fn show(cx: &Cx, id: &str, kind: Kind) -> Reply {
    let before = service::test::before(cx.s(), cx.actor()?, read_id(id)?, kind).await?;
    Ok(cx.page(head(&before), || view(cx, &before, &FormState::default())))
}

async fn start(cx: &Cx, id: &str, kind: Kind, form: FormState) -> Reply {
    let id: TestId = read_id(id)?;
    let consents = form.value("consent") == "yes";
    let entry = Entry { code: form.value("start_code").to_owned(), address: cx.address.clone() };
    let code = entry.code.clone();
    match service::attempt::start_at(cx.s(), cx.actor()?, id, kind, consents, entry).await {
        Ok(attempt) => Ok(see(&format!("/exam/{attempt}"))),
        Err(Refusal::Form(problems)) => {
            let problems = problems.with("start_code", code);
            let before = service::test::before(cx.s(), cx.actor()?, id, kind).await?;
            Ok(cx.again(head(&before), || view(cx, &before, &problems)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(before: &Before) -> Head {
    Head::titled(before.shown.test.title.clone()).section("/learn")
}

fn view(cx: &Cx, before: &Before, form: &FormState) -> AnyView {
    let l = cx.locale;
    view! {
        {back("/learn", t!(l, learn.title))}
        <div class="page-head"><div>
            <p class="kicker">{kicker(l, before)}</p>
            <h1 lang="ru">{before.shown.test.title.clone()}</h1>
            <p class="lede">{lede(l, before)}</p>
        </div></div>
        {error_summary(l, form)}
        {not_startable(cx, before)}
        {before.invited.as_ref().map(|invited| invitation(cx, invited))}
        <div class="before">
            <dl class="facts right">{facts(cx, before)}</dl>
            {what_if(l, before)}
            {can_start(before).then(|| start_form(l, before, form))}
            {rules(l, before)}
        </div>
    }
    .into_any()
}

/// The exam session that the person has a seat in.
fn invitation(cx: &Cx, invited: &Invited) -> AnyView {
    let l = cx.locale;
    let (title, place) = (invited.title.clone(), invited.place.clone());
    let when = super::proctor_words::window(l, invited.window, cx.s().zone());
    let what = t!(l, proctor.invited_what, title = title, place = place, when = when);
    notice("is-info", t!(l, proctor.invited), what)
}

fn can_start(before: &Before) -> bool {
    before.shown.running.is_none() && before.shown.not_now.is_none()
}

fn kicker(l: Locale, before: &Before) -> String {
    match before.shown.test.kind {
        Kind::Certification => t!(l, test.kicker),
        Kind::Practice => t!(l, test.kicker_practice),
    }
}

fn lede(l: Locale, before: &Before) -> String {
    match before.shown.test.kind {
        Kind::Certification => t!(l, test.lede),
        Kind::Practice => t!(l, test.lede_practice),
    }
}

fn facts(cx: &Cx, before: &Before) -> Vec<AnyView> {
    let l = cx.locale;
    let version = &before.shown.version;
    let conditions = &version.conditions;
    let size = version.blueprint.size();
    let mut facts = vec![
        fact(t!(l, test.items), t!(l, common.questions, count = size)),
        fact(t!(l, test.time), t!(l, common.minutes, count = conditions.limit_minutes)),
        fact(
            t!(l, test.pass),
            t!(
                l,
                test.pass_value,
                percent = conditions.pass_bp / 100,
                points = needed(size, conditions.pass_bp)
            ),
        ),
    ];
    if conditions.rule_pass_bp > 0 {
        facts.push(fact(
            t!(l, test.rule_pass),
            t!(l, test.rule_pass_value, percent = conditions.rule_pass_bp / 100),
        ));
    }
    if before.extra_percent > 0 {
        facts.push(fact(t!(l, test.extra), t!(l, test.extra_value, percent = before.extra_percent)));
    }
    facts.push(fact(t!(l, test.attempts), attempts(l, before)));
    if conditions.pause_days > 0 {
        facts.push(fact(t!(l, test.pause), t!(l, common.days, count = conditions.pause_days)));
    }
    if can_start(before) {
        let until = format::time(before.deadline, cx.s().zone());
        facts.push(fact(t!(l, test.ends), t!(l, test.ends_value, time = until)));
    }
    facts
}

fn attempts(l: Locale, before: &Before) -> String {
    let all = before.shown.version.conditions.attempts_max;
    if all == 0 {
        return t!(l, test.attempts_free);
    }
    t!(l, test.attempts_value, left = all.saturating_sub(before.shown.started), all = all)
}

/// What stands in the way comes first, with the way on.
fn not_startable(cx: &Cx, before: &Before) -> Option<AnyView> {
    let l = cx.locale;
    let (said, address, word) = if let Some(running) = before.shown.running {
        let said = notice("is-info", t!(l, test.running), t!(l, test.running_what));
        (said, format!("/exam/{running}"), t!(l, test.resume))
    } else {
        let (title, text) = not_now(cx, before.shown.not_now?);
        (notice("is-soon", title, text), "/learn".to_owned(), t!(l, learn.to_path))
    };
    Some(
        view! {
            <div class="stack">
                {said}
                <div class="actions">
                    <a class="btn btn-primary btn-big" href=address>{word}{icon("arrow-right")}</a>
                </div>
            </div>
        }
        .into_any(),
    )
}

fn start_form(l: Locale, before: &Before, form: &FormState) -> AnyView {
    let consent = (before.shown.test.kind == Kind::Certification).then(|| {
        let wrong = form.problem_of("consent").map(|code| {
            view! { <p class="field-error">{icon("warning")}<span>{words::problem(l, code)}</span></p> }
        });
        view! {
            <fieldset class="fieldset" id="consent">
                <legend>{t!(l, test.consent_title)}</legend>
                {wrong}
                <label class="choice"><input type="checkbox" name="consent" value="yes"/><span>{t!(l, test.consent)}</span></label>
            </fieldset>
        }
    });
    let is_open = |invited: &&Invited| invited.state == State::Open;
    let code = before.invited.as_ref().filter(is_open).map(|_| {
        let hint = Some(t!(l, proctor.start_code_hint));
        field(
            l,
            form,
            "start_code",
            t!(l, proctor.start_code),
            Field { hint, autocomplete: "off", ..Field::default() },
        )
    });
    view! {
        <form class="card next-step before-start" method="post">
            <h2>{t!(l, test.ready)}</h2>
            {code}
            {consent}
            <p class="hint">{t!(l, test.start_hint)}</p>
            <div class="actions">
                <button class="btn btn-primary btn-big">{t!(l, test.start)}</button>
                <a class="btn btn-quiet" href="/learn">{t!(l, test.later)}</a>
            </div>
        </form>
    }
    .into_any()
}

fn not_now(cx: &Cx, why: NotNow) -> (String, String) {
    let l = cx.locale;
    match why {
        NotNow::NoCandidacy => (t!(l, test.no_candidacy), t!(l, test.no_candidacy_what)),
        NotNow::NotAdmitted => (t!(l, test.not_admitted), t!(l, test.not_admitted_what)),
        NotNow::Passed => (t!(l, test.passed), t!(l, test.passed_what)),
        NotNow::NoAttemptsLeft => (t!(l, test.no_attempts), t!(l, test.no_attempts_what)),
        NotNow::PauseUntil(until) => {
            let until = format::moment(l, until, cx.s().zone());
            (t!(l, test.paused), t!(l, test.paused_what, until = until))
        }
        NotNow::SessionOnly => (t!(l, test.session_only), t!(l, test.session_only_what)),
    }
}

fn rules(l: Locale, before: &Before) -> AnyView {
    let rules: Vec<_> = before
        .rules
        .iter()
        .map(|(rule, count)| {
            let minimum = needed(*count, before.shown.version.conditions.rule_pass_bp);
            let words = if minimum == 0 {
                t!(l, common.questions, count = *count)
            } else {
                t!(l, test.rule_line, items = t!(l, common.questions, count = *count), least = minimum)
            };
            let title = format!("{}. {}", rule.number, rule.title);
            view! { <li><span lang="ru">{title}</span>" "<span class="muted small nowrap">{words}</span></li> }
        })
        .collect();
    view! { <section class="section"><h2>{t!(l, test.rules)}</h2><ul class="asked">{rules}</ul></section> }
        .into_any()
}

fn what_if(l: Locale, before: &Before) -> AnyView {
    let grace = before.shown.version.conditions.grace_seconds;
    let time = if grace == 0 {
        t!(l, test.if_time)
    } else {
        format!("{} {}", t!(l, test.if_time), t!(l, test.if_grace, count = grace))
    };
    let lines = [
        ("home", t!(l, test.if_quiet)),
        ("check-circle", t!(l, test.if_saved)),
        ("offline", t!(l, test.if_offline)),
        ("clock", time),
        ("user", t!(l, test.if_device)),
    ]
    .map(|(picture, text)| view! { <li>{icon(picture)}<span>{text}</span></li> });
    view! { <section class="section"><h2>{t!(l, test.what_if)}</h2><ul class="ticks">{lines}</ul></section> }
        .into_any()
}
