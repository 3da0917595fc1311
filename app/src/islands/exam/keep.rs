//! The browser's own database: what is not yet acknowledged, option ids only, never texts.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransactionMode};

const DATABASE: &str = "exam";
const STORE: &str = "queue";

fn done(request: &IdbRequest) -> Promise {
    let request = request.clone();
    Promise::new(&mut move |resolve, reject| {
        let asked = request.clone();
        let ok = Closure::once_into_js(move || {
            let _ = resolve.call1(&JsValue::NULL, &asked.result().unwrap_or(JsValue::UNDEFINED));
        });
        let no = Closure::once_into_js(move || {
            let _ = reject.call0(&JsValue::NULL);
        });
        request.set_onsuccess(Some(ok.unchecked_ref()));
        request.set_onerror(Some(no.unchecked_ref()));
    })
}

async fn store(mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
    let factory = web_sys::window().ok_or(JsValue::NULL)?.indexed_db()?.ok_or(JsValue::NULL)?;
    let open = factory.open_with_u32(DATABASE, 1)?;
    let asked = open.clone();
    let upgrade = Closure::once_into_js(move || {
        if let Ok(db) = asked.result().and_then(JsCast::dyn_into::<IdbDatabase>) {
            let _ = db.create_object_store(STORE);
        }
    });
    open.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    let db: IdbDatabase = JsFuture::from(done(&open)).await?.dyn_into()?;
    db.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)
}

/// What is kept for an attempt; nothing when the browser keeps nothing.
pub(super) async fn load(attempt: &str) -> Option<String> {
    let store = store(IdbTransactionMode::Readonly).await.ok()?;
    let request = store.get(&JsValue::from_str(attempt)).ok()?;
    JsFuture::from(done(&request)).await.ok()?.as_string()
}

/// Keeps it; an empty text forgets it. A browser that cannot keep anything goes on without.
pub(super) async fn save(attempt: &str, text: &str) {
    let Ok(store) = store(IdbTransactionMode::Readwrite).await else { return };
    let key = JsValue::from_str(attempt);
    let request =
        if text.is_empty() { store.delete(&key) } else { store.put_with_key(&JsValue::from_str(text), &key) };
    if let Ok(request) = request {
        let _ = JsFuture::from(done(&request)).await;
    }
}
