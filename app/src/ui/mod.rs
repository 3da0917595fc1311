//! The design system's parts: what `style/` draws, as functions. See `style/` for how each looks.

mod bar;
mod field;
mod icon;
mod markdown;
mod qr;
mod text_area;

pub use bar::{Mark, bar, progress};
pub use field::{Field, error_summary, field, select};
pub use icon::{emblem, emblem_of, icon, icon_text};
pub use markdown::markdown;
pub use qr::qr;
pub use text_area::text_area;

use leptos::prelude::*;

use crate::assets::Assets;

/// The script of a page with islands: loads the wasm and wakes each island.
pub fn script(assets: &Assets, nonce: &str) -> AnyView {
    let code = format!(
        "import('{script}').then(async m=>{{await m.default({{module_or_path:'{wasm}'}});m.hydrate();\
         for(const e of document.querySelectorAll('leptos-island'))m[e.dataset.component]?.(e)}})",
        script = assets.script,
        wasm = assets.wasm,
    );
    view! {
        <link rel="modulepreload" href=assets.script.clone()/>
        <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin=""/>
        <script type="module" nonce=nonce.to_owned()>{code}</script>
    }
    .into_any()
}

/// A state in a word and a shape: `is-done`, `is-soon`, `is-lost`, `is-info`, or neutral.
pub fn status(tone: &'static str, picture: &'static str, word: impl Into<String>) -> AnyView {
    let word = word.into();
    view! { <span class=format!("status {tone}")>{icon(picture)}{word}</span> }.into_any()
}

/// A message that stays on the page.
pub fn notice(tone: &'static str, title: impl Into<String>, text: impl Into<String>) -> AnyView {
    let picture = match tone {
        "is-done" => "check-circle",
        "is-soon" => "warning",
        "is-lost" => "cross-circle",
        _ => "info",
    };
    let (title, text) = (title.into(), text.into());
    let text = (!text.is_empty()).then(|| view! { <p>{text}</p> });
    view! { <div class=format!("notice {tone}") role="status">{icon(picture)}<b>{title}</b>{text}</div> }
        .into_any()
}

/// A place where something will be, and how to get it there.
pub fn empty(
    picture: &'static str,
    title: String,
    text: String,
    action: Option<(String, String)>,
) -> AnyView {
    let action = action.map(|(address, word)| {
        view! { <div class="actions"><a class="btn btn-primary" href=address>{word}</a></div> }
    });
    view! { <div class="empty">{icon(picture)}<h2>{title}</h2><p>{text}</p>{action}</div> }.into_any()
}

/// The way to the next page of a list.
pub fn pager(l: i18n::Locale, address: Option<String>) -> Option<AnyView> {
    address.map(|address| {
        view! {
            <nav class="pager" aria-label=i18n::t!(l, common.pages)>
                <div class="actions">
                    <a class="btn" href=address>{i18n::t!(l, common.further)}{icon("arrow-right")}</a>
                </div>
            </nav>
        }
        .into_any()
    })
}

/// One fact of a list of facts.
pub fn fact(name: impl Into<String>, value: impl IntoAny) -> AnyView {
    let (name, value) = (name.into(), value.into_any());
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}

/// The way back to something that is called by its own title: content, which is Russian in every language.
pub fn back_to(address: impl Into<String>, title: impl Into<String>) -> AnyView {
    let (address, title) = (address.into(), title.into());
    view! { <a class="back" href=address>{icon("arrow-left")}<span lang="ru">{title}</span></a> }.into_any()
}

/// The way back.
pub fn back(address: impl Into<String>, word: impl Into<String>) -> AnyView {
    let (address, word) = (address.into(), word.into());
    view! { <a class="back" href=address>{icon("arrow-left")}{word}</a> }.into_any()
}
