//! A new item.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::item::Choices;

use crate::cx::{Cx, Reply, Typed, see};
use crate::pages::trainer_item_form::{Sheet, editor, pressed};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::back;

const PATH: &str = "/trainer/items/new";

/// The empty editor.
pub async fn get(cx: Cx) -> Reply {
    let choices = service::item::choices(cx.s(), cx.actor()?).await?;
    let mut form = FormState::default().with("kind", "single").with("venue", "centre");
    if let [only] = choices.pools.as_slice() {
        form = form.with("pool", only.code());
    }
    Ok(cx.page(head(&cx), || view(&cx, &choices, &form)))
}

/// Saves the first version; or shows the same form again, moved or previewed.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    if let Some(form) = pressed(&form) {
        let choices = service::item::choices(cx.s(), cx.actor()?).await?;
        return Ok(cx.page(head(&cx), || view(&cx, &choices, &form)));
    }
    match service::item::save(cx.s(), cx.actor()?, None, form).await {
        Ok(id) => Ok(see(&format!("/trainer/items/{id}?done=created"))),
        Err(Refusal::Form(form)) => {
            let choices = service::item::choices(cx.s(), cx.actor()?).await?;
            Ok(cx.again(head(&cx), || view(&cx, &choices, &form)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, items.new_item)).wide().section("/trainer")
}

fn view(cx: &Cx, choices: &Choices, form: &FormState) -> AnyView {
    let l = cx.locale;
    let sheet =
        Sheet { form, rules: &choices.rules, pools: &choices.pools, kept: None, action: PATH.to_owned() };
    view! {
        {back("/trainer/items", t!(l, items.bank))}
        <div class="page-head">
            <div><h1>{t!(l, items.new_item)}</h1><p class="lede">{t!(l, items.new_item_what)}</p></div>
        </div>
        {editor(l, &sheet)}
    }
    .into_any()
}
