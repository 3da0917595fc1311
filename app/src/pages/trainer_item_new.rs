//! A new item.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;
use service::item::{ItemPage, Query};

use crate::cx::{Cx, Reply, Typed, see};
use crate::pages::trainer_item_form::{Sheet, editor, pressed};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::back;

const PATH: &str = "/trainer/items/new";

/// The empty editor.
pub async fn get(cx: Cx) -> Reply {
    let bank = bank(&cx).await?;
    let mut form = FormState::default().with("kind", "single").with("venue", "centre");
    if let [only] = bank.writable.as_slice() {
        form = form.with("pool", only.code());
    }
    Ok(cx.page(head(&cx), || view(&cx, &bank, &form)))
}

/// Saves the first version; or shows the same form again, moved or previewed.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    if let Some(form) = pressed(&form) {
        let bank = bank(&cx).await?;
        return Ok(cx.page(head(&cx), || view(&cx, &bank, &form)));
    }
    match service::item::save(cx.s(), cx.actor()?, None, form).await {
        Ok(id) => Ok(see(&format!("/trainer/items/{id}?done=created"))),
        Err(Refusal::Form(form)) => {
            let bank = bank(&cx).await?;
            Ok(cx.again(head(&cx), || view(&cx, &bank, &form)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

/// The rules and pools to choose from.
async fn bank(cx: &Cx) -> Result<ItemPage, No> {
    let bank = service::item::list(cx.s(), cx.actor()?, Query::default()).await?;
    if bank.writable.is_empty() { Err(No(Refusal::Denied)) } else { Ok(bank) }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, items.new_item)).wide().section("/trainer")
}

fn view(cx: &Cx, bank: &ItemPage, form: &FormState) -> AnyView {
    let l = cx.locale;
    let sheet =
        Sheet { form, rules: &bank.rules, pools: &bank.writable, kept: None, action: PATH.to_owned() };
    view! {
        {back("/trainer/items", t!(l, items.bank))}
        <div class="page-head">
            <div><h1>{t!(l, items.new_item)}</h1><p class="lede">{t!(l, items.new_item_what)}</p></div>
        </div>
        {editor(l, &sheet)}
    }
    .into_any()
}
