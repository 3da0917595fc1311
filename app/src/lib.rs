//! The web: pages rendered on the server, a few islands in the browser.
//!
//! Invariants: a page is one use case and one view, and works with scripts off; only `islands` and `api`
//! run in, or answer, the browser's wasm; no text is written in code.

#![cfg_attr(
    feature = "ssr",
    expect(clippy::missing_errors_doc, reason = "a handler's Err is a Refusal, put into words by one layer")
)]

#[cfg(not(any(erase_components, doc, doctest)))]
compile_error!("server and browser must both be built with `--cfg erase_components`: see .cargo/config.toml");

pub mod api;
pub mod islands;

#[cfg(feature = "ssr")]
pub mod assets;
#[cfg(feature = "ssr")]
pub mod cx;
#[cfg(feature = "ssr")]
pub mod format;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod refused;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ui;
#[cfg(feature = "ssr")]
pub mod words;

/// Wakes the islands of a page. Called by the page's own script.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
