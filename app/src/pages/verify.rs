//! A stranger with a phone asks whether a badge is valid: the answer in one glance, then the details.

use axum::extract::Path;
use axum::http::StatusCode;
use domain::certification::Standing;
use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::badge::Verified;

use crate::cx::{Asked, Cx, Reply, see};
use crate::format;
use crate::refused::No;
use crate::shell::{Frame, Head};
use crate::ui::{Field, fact, field, icon, notice};

/// The answer. Whoever asks for the credential gets the same page without the suffix for now.
pub async fn get(cx: Cx, Path(serial): Path<String>) -> Reply {
    match service::badge::verify(cx.s(), &serial).await {
        Ok(verified) => Ok(cx.page(head(&cx), || view(&cx, &verified))),
        Err(Refusal::NotFound) => {
            let form = FormState::default().with("serial", serial);
            Ok(cx.page_with(StatusCode::NOT_FOUND, head(&cx), || unknown(&cx, &form)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

/// Where a serial is typed.
pub async fn ask(cx: Cx, Asked(asked): Asked) -> Reply {
    match domain::badge::Serial::parse(asked.value("serial")) {
        Some(serial) => Ok(see(&format!("/verify/{serial}"))),
        None if asked.has("serial") => {
            Ok(cx.page_with(StatusCode::NOT_FOUND, head(&cx), || unknown(&cx, &asked)))
        }
        None => Ok(cx.page(head(&cx), || ask_form(&cx, &asked))),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, badge.verify_title)).frame(Frame::Plain).class("verify")
}

fn view(cx: &Cx, verified: &Verified) -> AnyView {
    let l = cx.locale;
    let until = format::day(l, verified.until);
    let (tone, picture, title, text) = match verified.standing {
        Standing::Certified | Standing::Expiring => (
            "is-done",
            "check-circle",
            t!(l, badge.is_valid),
            t!(l, badge.valid_until, until = until.clone()),
        ),
        Standing::NotYet => {
            let from = format::day(l, verified.from);
            ("is-soon", "clock", t!(l, badge.is_not_yet), t!(l, badge.not_yet_what, from = from))
        }
        Standing::Lapsed | Standing::Never => {
            ("is-soon", "clock", t!(l, badge.is_lapsed), t!(l, badge.lapsed_what, until = until.clone()))
        }
        Standing::Suspended => ("is-lost", "pause", t!(l, badge.is_suspended), t!(l, badge.suspended_what)),
        Standing::Revoked => {
            let on = verified.revoked_on.map(|day| format::day(l, day)).unwrap_or_default();
            ("is-lost", "cross-circle", t!(l, badge.is_revoked), t!(l, badge.revoked_what, on = on))
        }
    };
    let renewed =
        verified.renewed.then(|| notice("is-info", t!(l, badge.renewed), t!(l, badge.renewed_what)));
    let distinction = verified.with_distinction.then(|| fact(t!(l, badge.result), t!(l, badge.distinction)));
    let checked = format::moment(l, cx.s().now(), cx.s().zone());
    view! {
        <div class=format!("verify-state {tone}") role="status">{icon(picture)}<h1>{title}</h1><p>{text}</p></div>
        {renewed}
        <dl class="facts">
            {fact(t!(l, badge.holder), russian(&verified.holder))}
            {fact(t!(l, badge.certification), russian(&verified.title))}
            {fact(t!(l, badge.period), t!(l, badge.from_until, from = format::day(l, verified.from), until = until))}
            {fact(t!(l, badge.number), format!("№ {}", verified.number))}
            {fact(t!(l, badge.serial), verified.serial.to_string())}
            {fact(t!(l, badge.awarded), format::day(l, verified.awarded_on))}
            {distinction}
            {fact(t!(l, badge.issuer), russian(&verified.issuer))}
        </dl>
        <p class="small muted">{t!(l, badge.checked, at = checked)}</p>
    }
    .into_any()
}

/// Names and titles are content: Russian in every language of the interface.
fn russian(text: &str) -> AnyView {
    view! { <span lang="ru">{text.to_owned()}</span> }.into_any()
}

/// Nobody's fault: most likely a letter was mistyped. So it does not look like a badge that was revoked.
fn unknown(cx: &Cx, form: &FormState) -> AnyView {
    let l = cx.locale;
    view! {
        <div class="verify-state is-soon" role="status">
            {icon("search")}<h1>{t!(l, badge.unknown)}</h1><p>{t!(l, badge.unknown_what)}</p>
        </div>
        {serial_form(cx, form)}
    }
    .into_any()
}

fn ask_form(cx: &Cx, form: &FormState) -> AnyView {
    let l = cx.locale;
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, badge.verify_title)}</h1><p class="lede">{t!(l, badge.verify_lede)}</p>
        </div></div>
        {serial_form(cx, form)}
    }
    .into_any()
}

fn serial_form(cx: &Cx, form: &FormState) -> AnyView {
    let l = cx.locale;
    let hint = Field { hint: Some(t!(l, badge.serial_hint)), ..Field::default() };
    view! {
        <form class="form" method="get" action="/verify">
            {field(l, form, "serial", t!(l, badge.serial), hint)}
            <div class="actions"><button class="btn btn-primary">{icon("search")}{t!(l, badge.verify_go)}</button></div>
        </form>
    }
    .into_any()
}
