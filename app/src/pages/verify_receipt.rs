//! Anybody pastes a receipt and learns whether it is ours and unchanged. Nothing is told but what was pasted.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::receipt::Checked;

use super::receipt::facts;
use crate::cx::{Cx, Reply, Typed};
use crate::refused::No;
use crate::shell::{Frame, Head};
use crate::ui::{error_summary, icon, text_area};

/// Where a receipt is pasted.
pub async fn get(cx: Cx) -> Reply {
    let form = FormState::default();
    Ok(cx.page(head(&cx), || view(&cx, &form, None)))
}

/// The answer, on the same page: there is nothing to come back to later, because nothing is kept.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    match service::receipt::check(cx.s(), form.clone()).await {
        Ok(Checked::Unreadable) => Ok(cx.again(head(&cx), || view(&cx, &form, Some(&Checked::Unreadable)))),
        Ok(checked) => Ok(cx.page(head(&cx), || view(&cx, &form, Some(&checked)))),
        Err(Refusal::Form(form)) => Ok(cx.again(head(&cx), || view(&cx, &form, None))),
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, receipt.verify_title)).frame(Frame::Plain).class("verify")
}

fn view(cx: &Cx, form: &FormState, checked: Option<&Checked>) -> AnyView {
    let l = cx.locale;
    let top = checked.map_or_else(|| asked(cx), |checked| answer(cx, checked));
    view! {
        {top}
        {error_summary(l, form)}
        <form class="form" method="post" action="/verify/receipt">
            {text_area(l, form, "text", t!(l, receipt.pasted), Some(t!(l, receipt.pasted_hint)), 16)}
            <div class="actions">
                <button class="btn btn-primary">{icon("search")}{t!(l, receipt.verify_go)}</button>
            </div>
        </form>
        <section class="section">
            <h2>{t!(l, receipt.meaning)}</h2>
            <p>{t!(l, receipt.proves)}</p>
            <p>{t!(l, receipt.proves_not)}" "<a href="/verify">{t!(l, receipt.to_badge)}</a></p>
            <p class="small muted">{t!(l, receipt.not_kept)}</p>
        </section>
    }
    .into_any()
}

fn asked(cx: &Cx) -> AnyView {
    let l = cx.locale;
    view! {
        <div class="page-head">
            <div><h1>{t!(l, receipt.verify_title)}</h1><p class="lede">{t!(l, receipt.verify_lede)}</p></div>
        </div>
    }
    .into_any()
}

fn answer(cx: &Cx, checked: &Checked) -> AnyView {
    let l = cx.locale;
    let (tone, picture, title, text) = match checked {
        Checked::Genuine(_) => {
            ("is-done", "check-circle", t!(l, receipt.genuine), t!(l, receipt.genuine_what))
        }
        Checked::Altered => ("is-lost", "cross-circle", t!(l, receipt.altered), t!(l, receipt.altered_what)),
        Checked::NotOurs => {
            ("is-lost", "cross-circle", t!(l, receipt.not_ours), t!(l, receipt.not_ours_what))
        }
        Checked::Unreadable => {
            ("is-soon", "search", t!(l, receipt.unreadable), t!(l, receipt.unreadable_what))
        }
    };
    let said = match checked {
        Checked::Genuine(receipt) => Some(facts(cx, receipt)),
        Checked::Altered | Checked::NotOurs | Checked::Unreadable => None,
    };
    view! {
        <div class=format!("verify-state {tone}") role="status">{icon(picture)}<h1>{title}</h1><p>{text}</p></div>
        {said}
    }
    .into_any()
}
