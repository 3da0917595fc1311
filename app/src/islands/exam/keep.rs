//! The browser's own database: what is not yet acknowledged, option ids only, never texts. Each page writes
//! under a key of its own, so no page overwrites what another has not sent.

use js_sys::{Array, Promise};
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

/// The keys of an attempt and what they hold, by age. The key of an older page is the attempt alone.
pub(super) async fn load(attempt: &str) -> Result<Vec<(String, String)>, JsValue> {
    let store = store(IdbTransactionMode::Readonly).await?;
    let (keys, texts) = (done(&store.get_all_keys()?), done(&store.get_all()?));
    let keys: Array = JsFuture::from(keys).await?.unchecked_into();
    let texts: Array = JsFuture::from(texts).await?.unchecked_into();
    let all = keys.iter().zip(texts.iter());
    let all = all.filter_map(|(key, text)| Some((key.as_string()?, text.as_string()?)));
    Ok(all.filter(|(key, _)| key.starts_with(attempt)).collect())
}

/// Keeps a text under a key, an empty one not at all, and forgets the keys whose place it takes: all of it or
/// nothing. What that is, is asked for when it is written, so the last to write writes the newest.
pub(super) async fn save(key: &str, what: impl FnOnce() -> (String, Vec<String>)) -> Result<(), JsValue> {
    let store = store(IdbTransactionMode::Readwrite).await?;
    let (text, gone) = what();
    let key = JsValue::from_str(key);
    let request = if text.is_empty() {
        store.delete(&key)?
    } else {
        store.put_with_key(&JsValue::from_str(&text), &key)?
    };
    for key in gone {
        store.delete(&JsValue::from_str(&key))?;
    }
    JsFuture::from(done(&request)).await?;
    Ok(())
}
