//! An account for a person who has none.

use axum::extract::Path;
use domain::form::FormState;
use domain::id::PersonId;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::account::Shown;

use crate::cx::{Cx, Reply, Typed, read_id, see};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back, error_summary, field};

/// The form; who has an account already is shown it.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let person: PersonId = read_id(&id)?;
    let shown = service::account::of_person(cx.s(), cx.actor()?, person).await?;
    if shown.account.is_some() {
        return Ok(see(&format!("/admin/accounts/{person}")));
    }
    Ok(cx.page(head(&cx), || view(&cx, &shown, &FormState::default())))
}

/// Makes the account; its page offers a code for the first sign-in.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let person: PersonId = read_id(&id)?;
    let actor = cx.actor()?;
    match service::account::create(cx.s(), actor, person, form).await {
        Ok(_) => Ok(see(&format!("/admin/accounts/{person}?done=created"))),
        Err(Refusal::Form(form)) => {
            let shown = service::account::of_person(cx.s(), actor, person).await?;
            Ok(cx.again(head(&cx), || view(&cx, &shown, &form)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, admin.new_account)).section("/admin")
}

fn view(cx: &Cx, shown: &Shown, form: &FormState) -> AnyView {
    let l = cx.locale;
    let login = Field { autocomplete: "off", hint: Some(t!(l, admin.login_hint)), ..Field::default() };
    view! {
        {back("/admin/accounts?show=without", t!(l, admin.accounts))}
        <div class="page-head"><div>
            <p class="kicker">{t!(l, admin.new_account)}</p>
            <h1 lang="ru">{shown.name.full()}</h1>
            <p class="lede">{t!(l, admin.new_account_what)}</p>
        </div></div>
        {error_summary(l, form)}
        <form class="form" method="post" action=format!("/admin/accounts/{}/new", shown.person)>
            {field(l, form, "login", t!(l, admin.login), login)}
            <div class="actions">
                <button class="btn btn-primary">{t!(l, admin.create)}</button>
                <a class="btn btn-quiet" href="/admin/accounts?show=without">{t!(l, admin.cancel)}</a>
            </div>
        </form>
    }
    .into_any()
}
