//! A writer belongs to one tab. A copied tab carries the same writer and finds it locked.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Holds a name until the tab is closed; false when another tab has it. Without Web Locks: true.
pub(super) async fn hold(name: &str) -> bool {
    let Some(request) = request() else { return true };
    let (locks, function) = request;
    let options = js_sys::Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let name = JsValue::from_str(name);
    let answered = Promise::new(&mut |resolve, _| {
        let got = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let _ = resolve.call1(&JsValue::NULL, &JsValue::from_bool(!lock.is_null()));
            // A promise that never ends keeps the lock as long as the tab lives.
            if lock.is_null() { JsValue::NULL } else { Promise::new(&mut |_, _| {}).into() }
        });
        let _ = function.call3(&locks, &name, &options, &got);
    });
    JsFuture::from(answered).await.is_ok_and(|got| got.as_bool().unwrap_or(true))
}

fn request() -> Option<(JsValue, Function)> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(|locks| !locks.is_undefined())?;
    let function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    Some((locks, function))
}
