//! A browser without a window: follows nothing by itself, keeps cookies, sends forms.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What came back.
#[derive(Debug)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// The text.
    pub body: String,
    /// Where to go, for a 303.
    pub location: String,
    /// The headers.
    pub headers: axum::http::HeaderMap,
}

impl Page {
    /// Every value of a field with this name, in the order of the page.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<String> {
        let mark = format!("name=\"{name}\"");
        self.body
            .split('<')
            .filter(|tag| tag.contains(&mark))
            .filter_map(|tag| tag.split("value=\"").nth(1)?.split('"').next().map(ToOwned::to_owned))
            .collect()
    }

    /// The first address on the page that begins like this.
    #[must_use]
    pub fn link(&self, beginning: &str) -> Option<String> {
        self.body
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .find(|address| address.starts_with(beginning))
            .map(|address| address.replace("&amp;", "&"))
    }
}

/// The browser.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser with no cookies.
    #[must_use]
    pub const fn new(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new() }
    }

    /// Opens an address.
    pub async fn get(&mut self, path: &str) -> Page {
        self.send(self.request("GET", path, "", Body::empty())).await
    }

    /// Opens an address and goes where it leads.
    pub async fn follow(&mut self, path: &str) -> Page {
        let mut page = self.get(path).await;
        for _ in 0..5 {
            if page.status != 303 {
                break;
            }
            page = self.get(&page.location.clone()).await;
        }
        page
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let body = serde_urlencoded::to_string(form).expect("a form");
        self.post_raw(path, "application/x-www-form-urlencoded", body).await
    }

    /// Calls a server function.
    pub async fn call(&mut self, path: &str, value: &serde_json::Value) -> Page {
        self.post_raw(path, "application/json", value.to_string()).await
    }

    /// Sends any body.
    pub async fn post_raw(&mut self, path: &str, kind: &str, body: String) -> Page {
        let length = body.len();
        let mut request = self.request("POST", path, kind, Body::from(body));
        request.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        self.send(request).await
    }

    /// Goes on, with its cookies, at a product that was started again.
    pub fn move_to(&mut self, router: Router) {
        self.router = router;
    }

    /// Forgets all cookies, as when a session is lost.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    fn request(&self, method: &str, path: &str, kind: &str, body: Body) -> Request<Body> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, kind)
            .header(header::COOKIE, cookies.join("; "))
            .header("sec-fetch-site", "same-origin")
            .body(body)
            .expect("a request")
    }

    async fn send(&mut self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("a cookie");
            let pair = text.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let location =
            headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        Page { status, body: String::from_utf8_lossy(&bytes).into_owned(), location, headers }
    }
}
