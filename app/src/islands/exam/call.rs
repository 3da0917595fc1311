//! Calling the server functions of the exam. Their own client would bring streams and codecs that nothing
//! here needs, and half as much wasm again.

use js_sys::JsString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// Why a call brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// The session has ended.
    SignedOut,
    /// The server has read it and says no: the same request would never become a yes.
    Refused,
    /// The link dropped, or the server could not answer.
    Link,
}

/// Sends JSON to `/api/exam/NAME` and reads the JSON that comes back.
pub(super) async fn call<R: DeserializeOwned>(name: &str, body: &impl Serialize) -> Result<R, Failed> {
    let text = serde_json::to_string(body).map_err(|_| Failed::Link)?;
    let response = post(&format!("/api/exam/{name}"), &text).await.map_err(|_| Failed::Link)?;
    match response.status() {
        200 => {
            let text = response.text().map_err(|_| Failed::Link)?;
            let text: JsString =
                JsFuture::from(text).await.and_then(JsCast::dyn_into).map_err(|_| Failed::Link)?;
            serde_json::from_str(&String::from(text)).map_err(|_| Failed::Link)
        }
        401 => Err(Failed::SignedOut),
        403 | 404 | 409 | 413 | 422 => Err(Failed::Refused),
        _ => Err(Failed::Link),
    }
}

async fn post(address: &str, body: &str) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/json")?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(body));
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    JsFuture::from(window.fetch_with_str_and_init(address, &init)).await?.dyn_into()
}
