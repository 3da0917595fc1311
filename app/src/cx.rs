//! What a request carries: who asks, in which language and colours, and how to answer.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::access::Actor;
use domain::form::FormState;
use domain::id::Id;
use domain::refusal::Refusal;
use i18n::Locale;
use leptos::prelude::*;
use service::Services;

use crate::assets::Assets;
use crate::refused::{No, refuse};
use crate::shell::{Head, document};

/// What all requests share.
#[derive(Clone)]
pub struct Site {
    /// The use cases.
    pub services: Services,
    /// File names.
    pub assets: Arc<Assets>,
    /// Whether people and data are invented: every page says so.
    pub is_demo: bool,
    /// Whether browsers come by HTTPS: cookies then are `__Host-` and secure.
    pub is_secure: bool,
    /// How many proxies in front of this server may be believed.
    pub trusted_proxies: usize,
}

/// What a request carries.
#[derive(Clone)]
pub struct Cx {
    site: Site,
    /// Who asks; none when nobody is signed in.
    pub who: Option<Arc<Actor>>,
    /// Words for people.
    pub locale: Locale,
    /// light or dark; none as the system.
    pub theme: Option<&'static str>,
    /// Path and query.
    pub uri: Uri,
    /// The nonce of this response's script.
    pub nonce: String,
    /// The id of this request, for the log and for people who ask for help.
    pub request_id: String,
    /// Where it comes from.
    pub address: String,
    /// The browser, as it calls itself.
    pub user_agent: String,
}

/// An answer, or a refusal that the layer puts into words.
pub type Reply = Result<Response, No>;

impl Cx {
    /// The use cases.
    #[must_use]
    pub fn s(&self) -> &Services {
        &self.site.services
    }

    /// What all requests share.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The person who asks.
    ///
    /// # Errors
    /// Leads to the sign-in page when nobody is signed in.
    pub fn actor(&self) -> Result<&Actor, No> {
        self.who.as_deref().ok_or(No(Refusal::SignedOut))
    }

    /// A page.
    #[must_use]
    pub fn page(&self, head: Head, main: impl FnOnce() -> AnyView) -> Response {
        self.page_with(StatusCode::OK, head, main)
    }

    /// The same page again with what was typed and what is wrong with it.
    #[must_use]
    pub fn again(&self, head: Head, main: impl FnOnce() -> AnyView) -> Response {
        self.page_with(StatusCode::UNPROCESSABLE_ENTITY, head, main)
    }

    /// A page with a status.
    #[must_use]
    pub fn page_with(&self, status: StatusCode, head: Head, main: impl FnOnce() -> AnyView) -> Response {
        let html = Owner::new().with(|| document(self, &head, main()).to_html());
        let policy = format!(
            "default-src 'none'; script-src 'self' 'nonce-{}' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
            self.nonce
        );
        let mut response = (status, Html(format!("<!DOCTYPE html>{html}"))).into_response();
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// The name of the session's cookie.
    #[must_use]
    pub fn cookie_name(&self) -> &'static str {
        cookie_name(self.site.is_secure)
    }

    /// A cookie's header value. No script ever reads it.
    #[must_use]
    pub fn cookie(&self, name: &str, value: &str, seconds: u32) -> String {
        let secure = if self.site.is_secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
    }
}

fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-session" } else { "session" }
}

/// After a POST: see the page there.
#[must_use]
pub fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Reads an id of an address; one that is none is not found.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn read_id<K>(text: &str) -> Result<Id<K>, No> {
    text.parse().map_err(|_| No(Refusal::NotFound))
}

/// A cookie of the request.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Finds out who asks and how, runs the page, and puts refusals into words.
pub async fn layer(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let request_id = headers
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .map(ToOwned::to_owned)
        .unwrap_or_default();
    let who = match cookie(headers, cookie_name(site.is_secure)) {
        Some(token) => service::access::actor(&site.services, token).await,
        None => Ok(None),
    };
    let mut cx = Cx {
        who: None,
        locale: locale(headers),
        theme: theme(headers),
        uri: request.uri().clone(),
        nonce: domain::draw::hex(&service::chance::bytes::<16>()),
        address: address(headers, request.extensions(), site.trusted_proxies),
        user_agent: text(headers, header::USER_AGENT),
        request_id: request_id.clone(),
        site,
    };
    match who {
        Ok(actor) => cx.who = actor,
        Err(fault) => return refuse(&cx, &Refusal::Fault(fault)).await,
    }
    request.extensions_mut().insert(cx.clone());
    let mut response = service::audit::REQUEST_ID.scope(request_id, next.run(request)).await;
    match response.extensions_mut().remove::<Arc<No>>() {
        Some(no) => refuse(&cx, &no.0).await,
        None => response,
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn locale(headers: &HeaderMap) -> Locale {
    match cookie(headers, "language") {
        Some("en") => Locale::en,
        Some(_) => Locale::ru,
        None => {
            // Russian unless the browser asks for English and not for Russian.
            let asked = text(headers, header::ACCEPT_LANGUAGE).to_lowercase();
            if asked.contains("en") && !asked.contains("ru") { Locale::en } else { Locale::ru }
        }
    }
}

fn theme(headers: &HeaderMap) -> Option<&'static str> {
    match cookie(headers, "theme") {
        Some("light") => Some("light"),
        Some("dark") => Some("dark"),
        Some(_) | None => None,
    }
}

/// The address that the last believed proxy saw.
fn address(headers: &HeaderMap, extensions: &axum::http::Extensions, trusted: usize) -> String {
    let peer = extensions
        .get::<axum::extract::ConnectInfo<std::net::SocketAddr>>()
        .map_or_else(String::new, |info| info.0.ip().to_string());
    let forwarded = text(headers, header::HeaderName::from_static("x-forwarded-for"));
    let hops: Vec<&str> = forwarded.split(',').map(str::trim).filter(|hop| !hop.is_empty()).collect();
    trusted
        .checked_sub(1)
        .and_then(|believed| hops.len().checked_sub(believed + 1))
        .and_then(|at| hops.get(at))
        .map_or(peer, |hop| (*hop).to_owned())
}

impl<S: Send + Sync> FromRequestParts<S> for Cx {
    type Rejection = No;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, No> {
        parts.extensions.get::<Self>().cloned().ok_or(No(Refusal::NotFound))
    }
}

/// What was typed into a form.
pub struct Typed(pub FormState);

impl<S: Send + Sync> FromRequest<S> for Typed {
    type Rejection = No;
    async fn from_request(request: Request, state: &S) -> Result<Self, No> {
        let body =
            Bytes::from_request(request, state).await.map_err(|_| No(Refusal::Conflict("too_large")))?;
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(&body).map_err(|_| No(Refusal::Conflict("unreadable")))?;
        Ok(Self(FormState::of(pairs)))
    }
}

/// The query of an address; what cannot be read is left out.
pub struct Asked(pub FormState);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
        Ok(Self(FormState::of(pairs)))
    }
}
