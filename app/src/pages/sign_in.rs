//! Sign-in and sign-out.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::sign_in::{From, NotSignedIn};

use crate::cx::{Asked, Cx, Reply, Typed, see};
use crate::format;
use crate::pages::home::{local, with_cookie};
use crate::refused::{No, query};
use crate::shell::{Frame, Head};
use crate::ui::{Field, emblem, error_summary, field, notice};

/// The form. It says why it is shown when a session has ended in the middle of something.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let form = FormState::default().with("next", asked.value("next"));
    Ok(cx.page(head(&cx), || view(&cx, &form, None)))
}

/// Signs in and leads to where one wanted to go.
pub async fn post(cx: Cx, Typed(mut form): Typed) -> Reply {
    let from = From { address: cx.address.clone(), user_agent: cx.user_agent.clone() };
    let password = form.value("password").to_owned();
    form.forget("password");
    match service::sign_in::sign_in(cx.s(), form.value("login"), password, from).await {
        Ok(token) => {
            let seconds = cx.s().settings().session_absolute_hours * 3600;
            // The start page only leads to the path; without it there is one request less.
            let next =
                Some(local(form.value("next"))).filter(|next| *next != "/").unwrap_or("/learn").to_owned();
            Ok(with_cookie(see(&next), &cx.cookie(cx.cookie_name(), &token, seconds)))
        }
        Err(NotSignedIn::Wrong) => {
            form.problem("login", "wrong_sign_in");
            Ok(cx.again(head(&cx), || view(&cx, &form, None)))
        }
        Err(NotSignedIn::Wait(until)) => {
            let until = format::clock(until, cx.s().zone());
            Ok(cx.again(head(&cx), || view(&cx, &form, Some(until))))
        }
        Err(NotSignedIn::Fault(fault)) => Err(No(Refusal::Fault(fault))),
    }
}

/// Ends the session.
pub async fn out(cx: Cx) -> Reply {
    if let Some(actor) = &cx.who {
        service::sign_in::sign_out(cx.s(), actor).await?;
    }
    Ok(with_cookie(see("/login"), &cx.cookie(cx.cookie_name(), "", 0)))
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, sign_in.title)).frame(Frame::Plain).class("login")
}

fn view(cx: &Cx, form: &FormState, wait: Option<String>) -> AnyView {
    let l = cx.locale;
    let next = form.value("next").to_owned();
    let came_from = (!next.is_empty() && next != "/")
        .then(|| notice("is-info", t!(l, sign_in.first), t!(l, sign_in.first_what)));
    let wait =
        wait.map(|until| notice("is-soon", t!(l, sign_in.wait), t!(l, sign_in.wait_what, until = until)));
    let code_address = if next.is_empty() {
        "/login/code".to_owned()
    } else {
        format!("/login/code?{}", query("next", &next))
    };
    view! {
        <header>
            {emblem()}
            <p class="kicker">{t!(l, common.academy)}</p>
            <h1>{t!(l, common.brand)}</h1>
            <p class="lede">{t!(l, sign_in.lede)}</p>
        </header>
        <div class="login-body">
            {came_from}
            {wait}
            {error_summary(l, form)}
            <form class="form" method="post" action="/login">
                <input type="hidden" name="next" value=next/>
                {field(l, form, "login", t!(l, sign_in.login), Field { autocomplete: "username", ..Field::default() })}
                {field(
                    l,
                    form,
                    "password",
                    t!(l, sign_in.password),
                    Field { kind: "password", autocomplete: "current-password", ..Field::default() },
                )}
                <button class="btn btn-primary btn-big btn-wide">{t!(l, sign_in.enter)}</button>
            </form>
            <div class="login-other">
                <p>{t!(l, sign_in.by_code)}</p>
                <a class="btn btn-wide" href=code_address>{t!(l, sign_in.by_code_go)}</a>
            </div>
        </div>
    }
    .into_any()
}
