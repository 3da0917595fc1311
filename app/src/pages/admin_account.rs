//! One account: whether it may sign in, where it is signed in, which roles its person holds.

use axum::extract::Path;
use domain::access::{Act, Role};
use domain::form::FormState;
use domain::id::{PersonId, UnitId};
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::account::{HeldRole, Shown, WebSession};
use service::sign_in::Issued;

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::pages::account::device;
use crate::pages::admin_home::address;
use crate::pages::admin_roles::{self, CITY, places};
use crate::pages::admin_words as words;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, error_summary, fact, icon, notice, status};

/// What the page shows.
struct Screen {
    shown: Shown,
    sessions: Vec<WebSession>,
    roles: Vec<HeldRole>,
    places: Vec<(String, String)>,
}

/// What has just happened.
enum Said {
    /// A code of the address; empty for nothing.
    Done(String),
    /// A one-time code, which is never shown again.
    Code(Issued),
}

/// The page.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let screen = load(&cx, read_id(&id)?).await?;
    let said = Said::Done(asked.value("done").to_owned());
    Ok(cx.page(head(&screen), || view(&cx, &screen, &FormState::default(), &said)))
}

/// Does what the pressed button says.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let person: PersonId = read_id(&id)?;
    let (s, actor) = (cx.s(), cx.actor()?);
    let done = match form.value("do") {
        "enable" => {
            service::account::set_active(s, actor, person, true).await?;
            "enabled"
        }
        "disable" => {
            service::account::set_active(s, actor, person, false).await?;
            "disabled"
        }
        "end_session" => {
            let which = match form.value("session") {
                "all" => None,
                id => Some(read_id(id)?),
            };
            service::account::end_session(s, actor, person, which).await?;
            "session"
        }
        "revoke" => {
            service::account::revoke(s, actor, person, read_id(form.value("grant"))?).await?;
            "revoked"
        }
        "grant" => return grant(&cx, person, form).await,
        "code" => return code(&cx, person).await,
        _ => return Err(No(Refusal::NotFound)),
    };
    Ok(seen(person, done))
}

fn seen(person: PersonId, done: &str) -> axum::response::Response {
    see(&format!("/admin/accounts/{person}?done={done}"))
}

async fn grant(cx: &Cx, person: PersonId, mut form: FormState) -> Reply {
    let role = Role::of(form.value("role"));
    let unit = match form.value("unit") {
        CITY => Ok(None),
        id => id.parse::<UnitId>().map(Some),
    };
    if role.is_none() {
        form.problem("role", "choose_one");
    }
    if unit.is_err() {
        form.problem("unit", "choose_one");
    }
    if let (Some(role), Ok(unit)) = (role, unit) {
        match service::account::grant(cx.s(), cx.actor()?, person, role, unit).await {
            Ok(_) => return Ok(seen(person, "granted")),
            Err(Refusal::Conflict(code @ "granted_already")) => form.problem("role", code),
            Err(refusal) => return Err(No(refusal)),
        }
    }
    let screen = load(cx, person).await?;
    Ok(cx.again(head(&screen), || view(cx, &screen, &form, &Said::Done(String::new()))))
}

/// The code stands on the answer itself: on a page with an address of its own it could be seen again.
async fn code(cx: &Cx, person: PersonId) -> Reply {
    let issued = service::sign_in::issue_code(cx.s(), cx.actor()?, person).await?;
    let screen = load(cx, person).await?;
    Ok(cx.page(head(&screen), || view(cx, &screen, &FormState::default(), &Said::Code(issued))))
}

async fn load(cx: &Cx, person: PersonId) -> Result<Screen, No> {
    let (s, actor) = (cx.s(), cx.actor()?);
    let shown = service::account::of_person(s, actor, person).await?;
    let sessions = match &shown.account {
        Some(_) => service::account::sessions_of(s, actor, person).await?,
        None => Vec::new(),
    };
    let (roles, places) = if actor.may(Act::GrantRoles) {
        let tree = service::access::tree(s).await?;
        (service::account::grants(s, actor, person).await?, places(cx.locale, &tree))
    } else {
        (Vec::new(), Vec::new())
    };
    Ok(Screen { shown, sessions, roles, places })
}

fn head(screen: &Screen) -> Head {
    Head::titled(screen.shown.name.full()).section("/admin")
}

fn view(cx: &Cx, screen: &Screen, form: &FormState, said: &Said) -> AnyView {
    let l = cx.locale;
    let shown = &screen.shown;
    let (tone, picture, word) = match &shown.account {
        Some((_, is_active)) => words::access(l, *is_active),
        None => ("", "dot", t!(l, admin.no_account)),
    };
    let may_grant = cx.who.as_ref().is_some_and(|actor| actor.may(Act::GrantRoles));
    let here = format!("/admin/accounts/{}", shown.person);
    let form_of_roles = (!shown.is_own).then_some(form);
    let roles =
        may_grant.then(|| admin_roles::section(cx, &screen.roles, &screen.places, form_of_roles, &here));
    view! {
        {back("/admin/accounts", t!(l, admin.accounts))}
        <div class="page-head"><div>
            <h1 lang="ru">{shown.name.full()}</h1>
            <p>{status(tone, picture, word)}</p>
        </div></div>
        {answer(cx, said)}
        {error_summary(l, form)}
        {account(cx, shown, &here)}
        {sessions(cx, screen, &here)}
        {roles}
    }
    .into_any()
}

fn answer(cx: &Cx, said: &Said) -> Option<AnyView> {
    let l = cx.locale;
    let (title, text) = match said {
        Said::Code(issued) => return Some(issued_code(cx, issued)),
        Said::Done(code) => match code.as_str() {
            "created" => (t!(l, admin.done_created), t!(l, admin.done_created_what)),
            "enabled" => (t!(l, admin.done_enabled), t!(l, admin.done_enabled_what)),
            "disabled" => (t!(l, admin.done_disabled), t!(l, admin.done_disabled_what)),
            "session" => (t!(l, admin.done_session), t!(l, admin.done_session_what)),
            "granted" => (t!(l, admin.done_granted), t!(l, admin.done_granted_what)),
            "revoked" => (t!(l, admin.done_revoked), t!(l, admin.done_revoked_what)),
            _ => return None,
        },
    };
    Some(notice("is-done", title, text))
}

fn issued_code(cx: &Cx, issued: &Issued) -> AnyView {
    let l = cx.locale;
    let address = format!("{}/login/code", cx.s().public_url);
    view! {
        <section class="card raised" role="status">
            <h2>{t!(l, admin.code_title)}</h2>
            <p>{t!(l, admin.code_once)}</p>
            <dl class="facts">
                {fact(t!(l, admin.login), issued.login.clone())}
                <div><dt>{t!(l, admin.code)}</dt><dd><b><code>{issued.code.clone()}</code></b></dd></div>
                {fact(t!(l, admin.code_until), format::moment(l, issued.until, cx.s().zone()))}
                {fact(t!(l, admin.code_where), address)}
            </dl>
            <p class="hint">{t!(l, admin.code_how)}</p>
        </section>
    }
    .into_any()
}

fn account(cx: &Cx, shown: &Shown, here: &str) -> AnyView {
    let l = cx.locale;
    let Some((login, is_active)) = &shown.account else {
        return view! {
            <section class="card">
                <h2>{t!(l, admin.no_account)}</h2>
                <p>{t!(l, admin.no_account_what)}</p>
                <div class="actions">
                    <a class="btn btn-primary" href=format!("{here}/new")>{t!(l, admin.create)}</a>
                </div>
            </section>
        }
        .into_any();
    };
    let may_read = cx.who.as_ref().is_some_and(|actor| actor.may(Act::ReadAudit));
    let audit = may_read.then(|| {
        let person = shown.person.to_string();
        let there = address("/admin/audit", &[("by", person.as_str())]);
        view! { <p><a href=there>{t!(l, admin.audit_of_person)}</a></p> }
    });
    view! {
        <section class="section">
            <h2>{t!(l, admin.account)}</h2>
            <dl class="facts">{fact(t!(l, admin.login), login.clone())}</dl>
            {actions(cx, shown.is_own, *is_active, here)}
            {audit}
        </section>
    }
    .into_any()
}

fn actions(cx: &Cx, is_own: bool, is_active: bool, here: &str) -> AnyView {
    let l = cx.locale;
    let here = here.to_owned();
    if is_own {
        return view! {
            {notice("is-info", t!(l, admin.own), t!(l, admin.own_what))}
            <p><a href="/account">{t!(l, admin.own_page)}</a></p>
        }
        .into_any();
    }
    if !is_active {
        return view! {
            <form method="post" action=here class="actions">
                <button class="btn btn-primary" name="do" value="enable">{icon("unlock")}{t!(l, admin.enable)}</button>
            </form>
            <p class="hint">{t!(l, admin.enable_what)}</p>
        }
        .into_any();
    }
    let code = cx.who.as_ref().is_some_and(|actor| actor.may(Act::IssueCode)).then(|| {
        view! { <button class="btn btn-primary" name="do" value="code">{t!(l, admin.issue)}</button> }
    });
    view! {
        <form method="post" action=here class="actions">
            {code}
            <button class="btn btn-danger" name="do" value="disable">{icon("lock")}{t!(l, admin.disable)}</button>
        </form>
        <p class="hint">{t!(l, admin.issue_what)}</p>
        <p class="hint">{t!(l, admin.disable_what)}</p>
    }
    .into_any()
}

/// The own sessions are ended on the own page.
fn sessions(cx: &Cx, screen: &Screen, here: &str) -> Option<AnyView> {
    let l = cx.locale;
    if screen.shown.account.is_none() || screen.shown.is_own {
        return None;
    }
    if screen.sessions.is_empty() {
        return Some(
            view! {
                <section class="section">
                    <h2>{t!(l, admin.sessions)}</h2>
                    <p class="muted">{t!(l, admin.sessions_none)}</p>
                </section>
            }
            .into_any(),
        );
    }
    let rows: Vec<_> = screen.sessions.iter().map(|session| session_row(cx, session, here)).collect();
    let all = (screen.sessions.len() > 1).then(|| {
        view! {
            <form method="post" action=here.to_owned()>
                <input type="hidden" name="do" value="end_session"/>
                <button class="btn" name="session" value="all">{t!(l, admin.end_all)}</button>
            </form>
        }
    });
    let table = view! {
        <section class="section">
            <h2>{t!(l, admin.sessions)}</h2>
            <div class="table-wrap"><table class="table to-cards">
                <caption class="visually-hidden">{t!(l, admin.sessions)}</caption>
                <thead><tr>
                    <th scope="col">{t!(l, sign_in.device)}</th><th scope="col">{t!(l, sign_in.seen)}</th>
                    <th scope="col">{t!(l, sign_in.address)}</th><td></td>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            {all}
        </section>
    };
    Some(table.into_any())
}

fn session_row(cx: &Cx, session: &WebSession, here: &str) -> AnyView {
    let l = cx.locale;
    let name = device(&session.user_agent);
    view! {
        <tr>
            <th scope="row">{name.clone()}</th>
            <td data-label=t!(l, sign_in.seen)>{format::moment(l, session.seen_at, cx.s().zone())}</td>
            <td data-label=t!(l, sign_in.address)>{session.address.clone()}</td>
            <td>
                <form method="post" action=here.to_owned()>
                    <input type="hidden" name="do" value="end_session"/>
                    <button class="btn btn-small" name="session" value=session.id.to_string()>
                        {t!(l, sign_in.end)}<span class="visually-hidden">": "{name}</span>
                    </button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
