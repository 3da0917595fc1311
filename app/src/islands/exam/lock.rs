//! A writer belongs to one tab, and so does what a page keeps. A copied tab carries the same writer and finds
//! it locked; what a page kept is free once the page is gone.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::queue::queue;

/// Holds a name until the tab is closed; false when another tab has it. Without Web Locks: true.
pub(super) async fn hold(name: &str) -> bool {
    // A tab is not another tab to itself.
    if queue(|queue| queue.locked.iter().any(|locked| locked == name)) {
        return true;
    }
    let Some((locks, function)) = request() else { return true };
    let options = js_sys::Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let wanted = JsValue::from_str(name);
    let answered = Promise::new(&mut |resolve, _| {
        let got = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let _ = resolve.call1(&JsValue::NULL, &JsValue::from_bool(!lock.is_null()));
            // A promise that never ends keeps the lock as long as the tab lives.
            if lock.is_null() { JsValue::NULL } else { Promise::new(&mut |_, _| {}).into() }
        });
        let _ = function.call3(&locks, &wanted, &options, &got);
    });
    let got = JsFuture::from(answered).await.is_ok_and(|got| got.as_bool().unwrap_or(true));
    if got {
        queue(|queue| queue.locked.push(name.to_owned()));
    }
    got
}

/// Whether there are Web Locks: only where the link is secure.
pub(super) fn can_lock() -> bool {
    request().is_some()
}

fn request() -> Option<(JsValue, Function)> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(|locks| !locks.is_undefined())?;
    let function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    Some((locks, function))
}
