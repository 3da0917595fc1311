//! One certificate in doubt: what happened, and a person's decision to keep or to revoke it.

use axum::extract::Path;
use domain::form::FormState;
use domain::id::DoubtId;
use domain::refusal::Refusal;
use domain::regrade::DoubtState;
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::doubt::{Decided, Shown};

use crate::cx::{Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, error_summary, fact, icon, notice, text_area};

/// The doubt.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: DoubtId = read_id(&id)?;
    let shown = service::doubt::open(cx.s(), cx.actor()?, id).await?;
    Ok(cx.page(head(&cx), || view(&cx, &shown, &FormState::default())))
}

/// Decides.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: DoubtId = read_id(&id)?;
    match service::doubt::decide(cx.s(), cx.actor()?, id, form).await {
        Ok(Decided::Kept) => Ok(see("/hr/doubts?done=kept")),
        Ok(Decided::Revoked) => Ok(see("/hr/doubts?done=revoked")),
        Err(Refusal::Form(form)) => {
            let shown = service::doubt::open(cx.s(), cx.actor()?, id).await?;
            Ok(cx.again(head(&cx), || view(&cx, &shown, &form)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, regrade.doubt_title)).section("/hr")
}

fn view(cx: &Cx, shown: &Shown, form: &FormState) -> AnyView {
    let l = cx.locale;
    let person = &shown.person;
    let place = format!("{} · {}", person.position_title, person.unit_name);
    view! {
        {back("/hr/doubts", t!(l, regrade.doubts_title))}
        <div class="page-head"><div>
            <p class="kicker">{t!(l, regrade.doubt_title)}</p>
            <h1 lang="ru"><a href=format!("/hr/people/{}", person.id)>{person.name.full()}</a></h1>
            <p class="lede" lang="ru">{place}</p>
        </div></div>
        {error_summary(l, form)}
        {facts(cx, shown)}
        {decided(l, shown)}
        {(shown.doubt.state == DoubtState::Open).then(|| decide(l, shown, form))}
    }
    .into_any()
}

fn facts(cx: &Cx, shown: &Shown) -> AnyView {
    let l = cx.locale;
    let ((was, was_of, _), (now, of, _)) = (shown.told.moved.was, shown.told.moved.now);
    let since = format::day(l, Day::of(shown.doubt.raised_at, cx.s().zone()));
    view! {
        <dl class="facts right">
            {fact(t!(l, regrade.attempt), shown.told.moved.number.to_string())}
            {fact(t!(l, regrade.was), t!(l, result.of, points = was, max = was_of))}
            {fact(t!(l, regrade.now), t!(l, result.of, points = now, max = of))}
            {fact(t!(l, regrade.since), since)}
            {fact(t!(l, regrade.valid_until), format::day(l, shown.period.until))}
        </dl>
        <section class="section">
            <h2>{t!(l, regrade.regraded_why)}</h2><p lang="ru">{shown.told.reason.clone()}</p>
        </section>
    }
    .into_any()
}

fn decided(l: Locale, shown: &Shown) -> Option<AnyView> {
    let (tone, title) = match shown.doubt.state {
        DoubtState::Open => return None,
        DoubtState::Kept => ("is-done", t!(l, regrade.is_kept)),
        DoubtState::Revoked => ("is-lost", t!(l, regrade.is_revoked)),
        DoubtState::Settled => ("is-done", t!(l, regrade.is_settled)),
    };
    let reason = shown.doubt.reason.clone();
    let reason = (!reason.is_empty()).then(|| view! { <p lang="ru">{reason}</p> });
    Some(view! { {notice(tone, title, "")}{reason} }.into_any())
}

fn decide(l: Locale, shown: &Shown, form: &FormState) -> AnyView {
    let wrong = form.problem_of("verdict").map(|code| {
        let said = crate::words::problem(l, code);
        view! { <p class="field-error">{icon("warning")}<span>{said}</span></p> }
    });
    let hint = t!(l, regrade.verdict_reason_hint);
    view! {
        <p>{t!(l, regrade.doubt_lede)}</p>
        <form class="form" method="post" action=format!("/hr/doubts/{}", shown.doubt.id)>
            <fieldset class="fieldset" id="verdict">
                <legend>{t!(l, regrade.verdict)}</legend>
                {wrong}
                {choice(form, "keep", t!(l, regrade.keep))}
                {choice(form, "revoke", t!(l, regrade.revoke))}
                <p class="hint">{t!(l, regrade.revoke_what)}</p>
            </fieldset>
            {text_area(l, form, "reason", t!(l, regrade.reason), Some(hint), 3)}
            <div class="actions"><button class="btn btn-primary">{t!(l, regrade.verdict_go)}</button></div>
        </form>
    }
    .into_any()
}

fn choice(form: &FormState, value: &'static str, word: String) -> AnyView {
    let is_chosen = form.value("verdict") == value;
    view! {
        <label class="choice">
            <input type="radio" name="verdict" value=value checked=is_chosen/><span>{word}</span>
        </label>
    }
    .into_any()
}
