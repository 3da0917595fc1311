//! The receipt of a finished attempt: a card beside the result, and a page to print, with all that a check needs.

use axum::extract::Path;
use domain::id::AttemptId;
use domain::receipt::{Receipt, grouped, short};
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::receipt::Shown;

use crate::cx::{Cx, Reply, read_id};
use crate::format;
use crate::shell::Head;
use crate::ui::{back, fact, icon};

/// The receipt of an own attempt, to print and to keep.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: AttemptId = read_id(&id)?;
    let shown = service::receipt::of(cx.s(), cx.actor()?, id).await?.ok_or(Refusal::NotFound)?;
    let head = Head::titled(t!(cx.locale, receipt.title)).section("/results");
    Ok(cx.page(head, || view(&cx, &shown)))
}

/// What stands under a result: when and how it ended, how much is on record, and by what the record is recognised.
pub(super) fn card(cx: &Cx, shown: Option<&Shown>) -> Option<AnyView> {
    let l = cx.locale;
    let receipt = &shown?.receipt;
    let at = format::moment(l, receipt.finished_at, cx.s().zone());
    let how = if receipt.cause == "deadline" {
        t!(l, result.closed_by_time, at = at)
    } else {
        t!(l, result.handed_in, at = at)
    };
    let record = (receipt.events > 0).then(|| {
        view! {
            <p>{t!(l, result.events, count = count(receipt))}" "{t!(l, result.hash)}</p>
            <p><code>{short(&receipt.journal)}</code></p>
        }
    });
    Some(
        view! {
            <section class="receipt">
                <h2>{t!(l, result.receipt)}</h2>
                <p>{how}</p>
                {record}
                <div class="actions">
                    <a class="btn btn-small" href=format!("/results/{}/receipt", receipt.attempt)>
                        {icon("print")}{t!(l, receipt.open)}
                    </a>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn view(cx: &Cx, shown: &Shown) -> AnyView {
    let l = cx.locale;
    let attempt = shown.receipt.attempt;
    view! {
        {back(format!("/results/{attempt}"), t!(l, receipt.to_result))}
        <div class="page-head">
            <div><h1>{t!(l, receipt.title)}</h1><p class="lede">{t!(l, receipt.lede)}</p></div>
        </div>
        {facts(cx, &shown.receipt)}
        <p class="muted no-print">{t!(l, receipt.print_hint)}</p>
        <section class="section">
            <h2>{t!(l, receipt.text)}</h2>
            <p>{t!(l, receipt.text_what)}</p>
            {text(shown)}
            <div class="actions">
                <a class="btn" href="/verify/receipt">{icon("search")}{t!(l, receipt.to_check)}</a>
            </div>
            <p class="print-only">{t!(l, receipt.address, address = format!("{}/verify/receipt", cx.s().public_url))}</p>
        </section>
        <section class="section">
            <h2>{t!(l, receipt.by_hand)}</h2>
            <p>{t!(l, receipt.by_hand_what)}</p>
            <dl class="facts">{fact(t!(l, receipt.public), code(&shown.public))}</dl>
        </section>
    }
    .into_any()
}

/// What a receipt says, as people read it.
pub(super) fn facts(cx: &Cx, receipt: &Receipt) -> AnyView {
    let (l, zone) = (cx.locale, cx.s().zone());
    let version = t!(l, receipt.version, number = receipt.version);
    let test = view! { {content(receipt.test.clone())}", "{version} }.into_any();
    let answered = t!(l, receipt.of, answered = receipt.answered, questions = receipt.questions);
    view! {
        <dl class="facts">
            {fact(t!(l, receipt.test), test)}
            {fact(t!(l, receipt.name), content(receipt.name.clone()))}
            {fact(t!(l, receipt.started), format::moment(l, receipt.started_at, zone))}
            {fact(t!(l, receipt.finished), format::moment(l, receipt.finished_at, zone))}
            {fact(t!(l, receipt.how), how(l, receipt))}
            {fact(t!(l, receipt.answered), answered)}
            {fact(t!(l, receipt.events), count(receipt).to_string())}
            {fact(t!(l, receipt.journal), code(&grouped(&receipt.journal)))}
            {fact(t!(l, receipt.issued), format::moment(l, receipt.issued_at, zone))}
        </dl>
    }
    .into_any()
}

fn how(l: Locale, receipt: &Receipt) -> String {
    match receipt.cause.as_str() {
        "person" => t!(l, receipt.by_person),
        "deadline" => t!(l, receipt.by_deadline),
        "proctor" => t!(l, receipt.by_proctor),
        _ => t!(l, receipt.ended),
    }
}

fn count(receipt: &Receipt) -> u32 {
    u32::try_from(receipt.events).unwrap_or(0)
}

/// The text to be pasted. Each line on its own, so that a narrow page breaks it without adding a line end.
fn text(shown: &Shown) -> AnyView {
    let lines: Vec<_> =
        shown.text.lines().map(|line| view! { <code lang="ru">{line.to_owned()}</code><br/> }).collect();
    view! { <div class="receipt" id="receipt-text"><p>{lines}</p></div> }.into_any()
}

fn code(text: &str) -> AnyView {
    view! { <code>{text.to_owned()}</code> }.into_any()
}

/// Names and titles are content: Russian in every language of the interface.
fn content(text: String) -> AnyView {
    view! { <span lang="ru">{text}</span> }.into_any()
}
