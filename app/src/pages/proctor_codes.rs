//! Slips with start codes, to be printed and cut up.

use axum::extract::Path;
use i18n::t;
use leptos::prelude::*;
use service::exam_session::{Listed, Slip};

use super::proctor_words as words;
use crate::cx::{Cx, Reply, read_id};
use crate::shell::Head;
use crate::ui::{back_to, empty};

/// The slips of those who have not begun.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let (listed, slips) = service::exam_session::codes(cx.s(), cx.actor()?, read_id(&id)?).await?;
    let head = Head::titled(t!(cx.locale, proctor.codes)).wide().section("/proctor");
    Ok(cx.page(head, || view(&cx, &listed, &slips)))
}

fn view(cx: &Cx, listed: &Listed, slips: &[Slip]) -> AnyView {
    let l = cx.locale;
    let session = &listed.session;
    let list = if slips.is_empty() {
        empty("check-circle", t!(l, proctor.codes_none), t!(l, proctor.codes_none_what), None)
    } else {
        let slips: Vec<_> = slips.iter().map(|slip| self::slip(cx, listed, slip)).collect();
        view! { <ul class="slips">{slips}</ul> }.into_any()
    };
    view! {
        {back_to(format!("/proctor/{}", session.id), session.title.clone())}
        <div class="page-head no-print"><div>
            <h1>{t!(l, proctor.codes)}</h1>
            <p class="lede">{t!(l, proctor.codes_lede)}</p>
            <p class="hint">{t!(l, proctor.print_hint)}</p>
        </div></div>
        {list}
    }
    .into_any()
}

fn slip(cx: &Cx, listed: &Listed, slip: &Slip) -> AnyView {
    let l = cx.locale;
    let session = &listed.session;
    view! {
        <li class="slip">
            <b lang="ru">{slip.name.clone()}</b>
            <span lang="ru">{listed.test_title.clone()}</span>
            <span><span lang="ru">{session.place.clone()}</span>", "{words::window(l, session.window, cx.s().zone())}</span>
            <span>{t!(l, proctor.code)}": "<code>{slip.code.clone()}</code></span>
        </li>
    }
    .into_any()
}
