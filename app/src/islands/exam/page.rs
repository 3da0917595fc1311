//! What the island reads from, and does to, the page itself.

use std::time::Duration;

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};

use super::UNSENT;

/// Goes to another page.
pub(super) fn go_to(path: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().assign(path);
    }
}

/// Asks for the page anew.
pub(super) fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// The browser's monotonic time, in milliseconds.
pub(super) fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Milliseconds since then.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "the browser counts its time in floats; the milliseconds of a sitting fit"
)]
pub(super) fn since(then: f64) -> i64 {
    (now() - then) as i64
}

/// A random number below a bound: jitter.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::as_conversions,
    reason = "the browser's chance is a float between 0 and 1"
)]
pub(super) fn below(bound: u32) -> u64 {
    (js_sys::Math::random() * f64::from(bound)) as u64
}

/// A name that no other page has. Names sort by when they were made, as far as the browser's clock is right.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::as_conversions,
    reason = "the browser counts milliseconds in floats"
)]
pub(super) fn unlike_any() -> String {
    format!("{} {}", js_sys::Date::now() as u64, below(u32::MAX))
}

/// A new name to write under, a UUID of version 4. It is no secret, and the server gives another one if somebody
/// has it already.
pub(super) fn new_name() -> String {
    let (short, half) = (|| below(0x1000), below(u32::MAX));
    format!(
        "{half:08x}-0{:03x}-4{:03x}-8{:03x}-{:08x}0{:03x}",
        short(),
        short(),
        short(),
        below(u32::MAX),
        short()
    )
}

/// Tells the page of the result whether this browser keeps something of an attempt. Only then it brings the
/// island along: what a closed tab had not sent by the end is sent from there.
pub(super) fn tell_result(attempt: &str, is_kept: bool) {
    let seconds = if is_kept { "31536000" } else { "0" };
    let cookie = format!("{UNSENT}=1; Path=/results/{attempt}; Max-Age={seconds}; SameSite=Lax");
    let _ = Reflect::set(&document(), &"cookie".into(), &cookie.into());
}

/// The address follows the question, and the question gets the focus.
pub(super) fn shown(at: usize) {
    if let Some(window) = web_sys::window()
        && let Ok(history) = window.history()
    {
        let address = format!("?q={}", at + 1);
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
    set_timeout(
        || {
            if let Some(details) = document().query_selector("details.palette").ok().flatten() {
                let _ = details.remove_attribute("open");
            }
            if let Some(stem) =
                document().get_element_by_id("stem").and_then(|e| e.dyn_into::<HtmlElement>().ok())
            {
                let _ = stem.focus();
            }
        },
        Duration::ZERO,
    );
}

fn all<T: JsCast>(selector: &str) -> Vec<T> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

/// The tokens that are chosen on the page.
pub(super) fn chosen() -> Vec<String> {
    all::<HtmlInputElement>("#exam-form input[name=choice]")
        .into_iter()
        .filter(HtmlInputElement::checked)
        .map(|input| input.value())
        .collect()
}

/// Token and place of each option of an ordering; 0 is none.
pub(super) fn places() -> Vec<(String, u32)> {
    all::<HtmlSelectElement>("#exam-form select")
        .into_iter()
        .filter_map(|select| {
            let token = select.name().strip_prefix("place.")?.to_owned();
            Some((token, select.value().parse().unwrap_or(0)))
        })
        .collect()
}

/// Presses the option with a number.
pub(super) fn press_option(number: u32) {
    let at = usize::try_from(number).unwrap_or(1).saturating_sub(1);
    if let Some(input) = all::<HtmlInputElement>("#exam-form input[name=choice]").into_iter().nth(at) {
        input.click();
    }
}
