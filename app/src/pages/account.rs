//! The own account: password, and where one is signed in.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::sign_in::WebSession;

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, error_summary, field, notice, status};

/// The page.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let sessions = service::sign_in::sessions(cx.s(), cx.actor()?).await?;
    let done = asked.value("done").to_owned();
    Ok(cx.page(head(&cx), || view(&cx, &FormState::default(), &sessions, &done)))
}

/// Changes the password.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    let actor = cx.actor()?;
    match service::sign_in::change_password(cx.s(), actor, form).await {
        Ok(()) => Ok(see("/account?done=password")),
        Err(Refusal::Form(form)) => {
            let sessions = service::sign_in::sessions(cx.s(), actor).await?;
            Ok(cx.again(head(&cx), || view(&cx, &form, &sessions, "")))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

/// Ends one session, or all others.
pub async fn end_session(cx: Cx, Typed(form): Typed) -> Reply {
    let actor = cx.actor()?;
    let which = match form.value("session") {
        "others" => None,
        id => Some(read_id(id)?),
    };
    service::sign_in::end_own(cx.s(), actor, which).await?;
    Ok(see("/account?done=session"))
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, common.account))
}

fn view(cx: &Cx, form: &FormState, sessions: &[WebSession], done: &str) -> AnyView {
    let l = cx.locale;
    let done = match done {
        "password" => {
            Some(notice("is-done", t!(l, sign_in.password_changed), t!(l, sign_in.password_changed_what)))
        }
        "session" => Some(notice("is-done", t!(l, sign_in.session_ended), "")),
        _ => None,
    };
    let password = |autocomplete, hint| Field { kind: "password", autocomplete, hint, ..Field::default() };
    let rows: Vec<_> = sessions.iter().map(|session| row(cx, session)).collect();
    let others = (sessions.len() > 1).then(|| {
        view! {
            <form method="post" action="/account/sessions">
                <button class="btn" name="session" value="others">{t!(l, sign_in.end_others)}</button>
            </form>
        }
    });
    view! {
        <div class="page-head"><h1>{t!(l, common.account)}</h1></div>
        {done}
        <section class="section">
            <h2>{t!(l, sign_in.change_password)}</h2>
            {error_summary(l, form)}
            <form class="form" method="post" action="/account">
                {field(l, form, "password", t!(l, sign_in.old_password), password("current-password", None))}
                {field(l, form, "new_password", t!(l, sign_in.new_password), password("new-password", Some(t!(l, sign_in.password_hint))))}
                {field(l, form, "new_password_again", t!(l, sign_in.new_password_again), password("new-password", None))}
                <div class="actions"><button class="btn btn-primary">{t!(l, sign_in.change_password)}</button></div>
            </form>
        </section>
        <section class="section">
            <h2>{t!(l, sign_in.sessions)}</h2>
            <div class="table-wrap"><table class="table to-cards">
                <caption class="visually-hidden">{t!(l, sign_in.sessions)}</caption>
                <thead><tr>
                    <th scope="col">{t!(l, sign_in.device)}</th><th scope="col">{t!(l, sign_in.seen)}</th>
                    <th scope="col">{t!(l, sign_in.address)}</th><td></td>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            {others}
        </section>
    }
    .into_any()
}

fn row(cx: &Cx, session: &WebSession) -> AnyView {
    let l = cx.locale;
    let is_this = cx.who.as_ref().is_some_and(|actor| actor.session == session.id);
    let action = if is_this {
        status("is-done", "check", t!(l, sign_in.this_one))
    } else {
        view! {
            <form method="post" action="/account/sessions">
                <button class="btn btn-small" name="session" value=session.id.to_string()>{t!(l, sign_in.end)}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row">{device(&session.user_agent)}</th>
            <td data-label=t!(l, sign_in.seen)>{format::moment(l, session.seen_at, cx.s().zone())}</td>
            <td data-label=t!(l, sign_in.address)>{session.address.clone()}</td>
            <td>{action}</td>
        </tr>
    }
    .into_any()
}

/// A browser and its system as a person would call them; the names are trade marks, the same in all languages.
pub(super) fn device(user_agent: &str) -> String {
    let find = |known: &[(&str, &str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| (*name).to_owned())
    };
    let browser = find(&[
        ("YaBrowser", "Яндекс Браузер"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => user_agent.chars().take(60).collect(),
    }
}
