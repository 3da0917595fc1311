//! First sign-in or forgotten password: a one-time code is exchanged for a password of one's own.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::sign_in::From;

use crate::cx::{Asked, Cx, Reply, Typed, see};
use crate::pages::home::{local, with_cookie};
use crate::refused::No;
use crate::shell::{Frame, Head};
use crate::ui::{Field, back, error_summary, field};

/// The form.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let form = FormState::default().with("next", asked.value("next"));
    Ok(cx.page(head(&cx), || view(&cx, &form)))
}

/// Sets the password and signs in.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    let from = From { address: cx.address.clone(), user_agent: cx.user_agent.clone() };
    let next = local(form.value("next")).to_owned();
    match service::sign_in::sign_in_with_code(cx.s(), form, from).await {
        Ok(token) => {
            let seconds = cx.s().settings().session_absolute_hours * 3600;
            Ok(with_cookie(see(&next), &cx.cookie(cx.cookie_name(), &token, seconds)))
        }
        Err(Refusal::Form(form)) => Ok(cx.again(head(&cx), || view(&cx, &form))),
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, sign_in.code_title)).frame(Frame::Plain).class("login")
}

fn view(cx: &Cx, form: &FormState) -> AnyView {
    let l = cx.locale;
    let password = |autocomplete, hint| Field { kind: "password", autocomplete, hint, ..Field::default() };
    view! {
        <header>
            {back("/login", t!(l, sign_in.title))}
            <h1>{t!(l, sign_in.code_title)}</h1>
            <p class="lede">{t!(l, sign_in.code_lede)}</p>
        </header>
        <div class="login-body">
            {error_summary(l, form)}
            <form class="form" method="post" action="/login/code">
                <input type="hidden" name="next" value=form.value("next").to_owned()/>
                {field(l, form, "login", t!(l, sign_in.login), Field { autocomplete: "username", ..Field::default() })}
                {field(
                    l,
                    form,
                    "code",
                    t!(l, sign_in.code),
                    Field { autocomplete: "one-time-code", hint: Some(t!(l, sign_in.code_hint)), ..Field::default() },
                )}
                {field(
                    l,
                    form,
                    "new_password",
                    t!(l, sign_in.new_password),
                    password("new-password", Some(t!(l, sign_in.password_hint))),
                )}
                {field(l, form, "new_password_again", t!(l, sign_in.new_password_again), password("new-password", None))}
                <button class="btn btn-primary btn-big btn-wide">{t!(l, sign_in.set_and_enter)}</button>
            </form>
        </div>
    }
    .into_any()
}
