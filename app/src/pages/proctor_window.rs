//! Another time for an exam session. The start codes change with it, so what follows is the page that prints them.

use axum::extract::Path;
use domain::form::FormState;
use domain::id::ExamSessionId;
use domain::refusal::Refusal;
use domain::time::Moment;
use i18n::t;
use leptos::prelude::*;
use service::exam_session::Listed;

use super::proctor_words as words;
use crate::cx::{Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back_to, error_summary, field, notice};

/// The form, with the present time.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let (listed, form) = service::exam_session::window_form(cx.s(), cx.actor()?, read_id(&id)?).await?;
    Ok(cx.page(head(&cx), || view(&cx, &form, &listed)))
}

/// Changes the time, and leads to the new codes.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let (id, actor): (ExamSessionId, _) = (read_id(&id)?, cx.actor()?);
    match service::exam_session::reschedule(cx.s(), actor, id, form).await {
        Ok(()) => Ok(see(&format!("/proctor/{id}/codes?done=window"))),
        Err(Refusal::Form(form)) => {
            let (listed, _) = service::exam_session::window_form(cx.s(), actor, id).await?;
            Ok(cx.again(head(&cx), || view(&cx, &form, &listed)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, proctor.window_title)).section("/proctor")
}

fn view(cx: &Cx, form: &FormState, listed: &Listed) -> AnyView {
    let l = cx.locale;
    let session = &listed.session;
    let address = format!("/proctor/{}", session.id);
    let reason = Field { hint: Some(t!(l, proctor.reason_hint)), autocomplete: "off", ..Field::default() };
    view! {
        {back_to(address.clone(), session.title.clone())}
        <div class="page-head"><div>
            <h1>{t!(l, proctor.window_title)}</h1>
            <p class="lede">{t!(l, proctor.window_now)}" "{words::window(l, session.window, cx.s().zone())}</p>
        </div></div>
        {error_summary(l, form)}
        {notice("is-soon", t!(l, proctor.window_codes), t!(l, proctor.window_codes_what))}
        <form class="form" method="post" action=format!("{address}/window")>
            <input type="hidden" name="was" value=form.value("was").to_owned()/>
            {when(cx, form, listed)}
            {field(l, form, "reason", t!(l, proctor.reason), reason)}
            <div class="actions">
                <button class="btn btn-primary">{t!(l, proctor.window_do)}</button>
                <a class="btn btn-quiet" href=address.clone()>{t!(l, proctor.cancel)}</a>
            </div>
        </form>
    }
    .into_any()
}

/// The fields of the time. Of a session that has begun only the end can be chosen.
fn when(cx: &Cx, form: &FormState, listed: &Listed) -> AnyView {
    let l = cx.locale;
    let session = &listed.session;
    let has_begun = session.window.has_begun(session.state, cx.s().now());
    // What is wrong with a field can be seen and mended in it.
    let is_wrong = form.problem_of("day").or(form.problem_of("from")).is_some();
    let beginning = if has_begun && !is_wrong {
        let hidden = ["day", "from"].map(|name| {
            view! { <input type="hidden" name=name value=form.value(name).to_owned()/> }
        });
        view! { {hidden}<p>{t!(l, proctor.window_begun)}</p> }.into_any()
    } else {
        let day = Field { kind: "date", ..Field::default() };
        let from = Field { kind: "time", ..Field::default() };
        view! {
            {field(l, form, "day", t!(l, proctor.day), day)}
            {field(l, form, "from", t!(l, proctor.from), from)}
        }
        .into_any()
    };
    let until = Field { kind: "time", hint: Some(t!(l, proctor.until_hint)), ..Field::default() };
    view! {
        {beginning}
        {field(l, form, "until", t!(l, proctor.until), until)}
        {earliest(cx, form)}
    }
    .into_any()
}

/// The earliest end that takes no time from anybody, once an earlier one was asked for.
fn earliest(cx: &Cx, form: &FormState) -> Option<AnyView> {
    form.problem_of("until").filter(|code| *code == "window_takes_time")?;
    let at = form.value("earliest").parse::<Moment>().ok()?;
    let said = t!(cx.locale, proctor.window_earliest, time = format::moment(cx.locale, at, cx.s().zone()));
    Some(view! { <p class="hint">{said}</p> }.into_any())
}
