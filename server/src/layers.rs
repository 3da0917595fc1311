//! What every request passes: its id, the forgery check, headers, the log.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id (a caller's own is not believed), and logs how it went.
pub async fn log(mut request: Request, next: Next) -> Response {
    let id = domain::draw::hex(&service::chance::bytes::<8>());
    if let Ok(value) = HeaderValue::from_str(&id) {
        request.headers_mut().insert(REQUEST_ID, value);
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut response = next.run(request).await;
    let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
    if response.status().is_server_error() {
        tracing::warn!(request.id = %id, %method, path, status, micros, "{method} {path} answered {status}");
    } else {
        tracing::debug!(request.id = %id, %method, path, status, micros, "{method} {path} answered {status}");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Refuses what another site's page sends: unsafe methods must come from our own pages.
///
/// Browsers say so in `Sec-Fetch-Site`; older ones in `Origin`. A request with neither is not from a
/// browser's page and carries no cookie that a page could abuse, except by old browsers: it is refused too.
pub async fn same_origin(State(public_url): State<String>, request: Request<Body>, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || comes_from_here(request.headers(), &public_url) {
        return next.run(request).await;
    }
    StatusCode::FORBIDDEN.into_response()
}

fn comes_from_here(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        None => text("origin").is_some_and(|origin| origin == public_url),
    }
}

/// Headers that every answer carries; pages add their own policy.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_send_forms() {
        let check = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            comes_from_here(&headers, "https://academy.example")
        };
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(check(&[("sec-fetch-site", "none")]));
        assert!(check(&[("origin", "https://academy.example")]));
        assert!(!check(&[("sec-fetch-site", "cross-site"), ("origin", "https://academy.example")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]));
        assert!(!check(&[("origin", "https://academy.example.evil")]));
        assert!(!check(&[]));
    }
}
