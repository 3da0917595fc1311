//! A one-time code, shown once, on a page to print and hand over.

use axum::extract::Path;
use domain::id::PersonId;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::sign_in::Issued;

use crate::cx::{Cx, Reply, read_id, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, fact, icon, notice};

/// A code is never shown again: whoever comes by GET is led to the person.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: PersonId = read_id(&id)?;
    cx.actor()?;
    Ok(see(&format!("/hr/people/{id}")))
}

/// Issues a code and shows it.
pub async fn post(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: PersonId = read_id(&id)?;
    let name = name_of(&cx, id).await?;
    let issued = service::sign_in::issue_code(cx.s(), cx.actor()?, id).await?;
    let head = Head::titled(t!(cx.locale, people.code_title)).section("/hr");
    Ok(cx.page(head, || view(&cx, id, name, &issued)))
}

/// The name for the paper; none where the actor hands out codes but does not see people.
async fn name_of(cx: &Cx, id: PersonId) -> Result<Option<String>, No> {
    match service::people::person(cx.s(), cx.actor()?, id).await {
        Ok(found) => Ok(Some(found.person.name.full())),
        Err(Refusal::Denied | Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(No(refusal)),
    }
}

fn view(cx: &Cx, id: PersonId, name: Option<String>, issued: &Issued) -> AnyView {
    let l = cx.locale;
    let way_back = name.is_some().then(|| back(format!("/hr/people/{id}"), t!(l, people.to_person)));
    let name = name.map(|name| fact(t!(l, people.person), view! { <span lang="ru">{name}</span> }));
    let until = format::moment(l, issued.until, cx.s().zone());
    let address = format!("{}/login/code", cx.s().public_url);
    let steps = [
        t!(l, people.code_step_open, address = address),
        t!(l, people.code_step_type),
        t!(l, people.code_step_password),
    ]
    .map(|step| view! { <li>{icon("dot")}<span>{step}</span></li> });
    view! {
        {way_back}
        <div class="page-head"><div>
            <h1>{t!(l, people.code_title)}</h1><p class="lede">{t!(l, people.code_lede)}</p>
        </div></div>
        <dl class="figures"><div><dt>{t!(l, people.code)}</dt><dd><code>{issued.code.clone()}</code></dd></div></dl>
        <dl class="facts">
            {name}
            {fact(t!(l, people.login), issued.login.clone())}
            {fact(t!(l, people.code_until), until)}
        </dl>
        <section class="section"><h2>{t!(l, people.code_how)}</h2><ul class="ticks">{steps}</ul></section>
        <div class="no-print">{notice("is-soon", t!(l, people.code_once), t!(l, people.code_print))}</div>
    }
    .into_any()
}
