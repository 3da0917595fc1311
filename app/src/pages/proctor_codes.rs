//! Slips with start codes, to be printed and cut up.

use axum::extract::Path;
use i18n::t;
use leptos::prelude::*;
use service::exam_session::{Listed, Slip};

use super::proctor_words as words;
use crate::cx::{Asked, Cx, Reply, read_id};
use crate::shell::Head;
use crate::ui::{back_to, empty, notice};

/// The slips of those who have not begun.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let (listed, slips) = service::exam_session::codes(cx.s(), cx.actor()?, read_id(&id)?).await?;
    let head = Head::titled(t!(cx.locale, proctor.codes)).wide().section("/proctor");
    let is_moved = asked.value("done") == "window";
    Ok(cx.page(head, || view(&cx, &listed, &slips, is_moved)))
}

fn view(cx: &Cx, listed: &Listed, slips: &[Slip], is_moved: bool) -> AnyView {
    let l = cx.locale;
    let session = &listed.session;
    let list = if slips.is_empty() {
        empty("check-circle", t!(l, proctor.codes_none), t!(l, proctor.codes_none_what), None)
    } else {
        let slips: Vec<_> = slips.iter().map(|slip| self::slip(cx, listed, slip)).collect();
        view! { <ul class="slips">{slips}</ul> }.into_any()
    };
    // The session has another time, and so its codes are others.
    let told = is_moved.then(|| {
        let title = t!(l, proctor.window_done);
        view! { <div class="no-print">{notice("is-soon", title, t!(l, proctor.window_done_what))}</div> }
    });
    view! {
        {back_to(format!("/proctor/{}", session.id), session.title.clone())}
        <div class="page-head no-print"><div>
            <h1>{t!(l, proctor.codes)}</h1>
            <p class="lede">{t!(l, proctor.codes_lede)}</p>
            <p class="hint">{t!(l, proctor.print_hint)}</p>
        </div></div>
        {told}
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
