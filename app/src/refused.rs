//! Refusals in words: what happened, what was kept, what to do next.

use std::error::Error;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::refusal::Refusal;
use i18n::t;
use leptos::prelude::*;

use crate::cx::Cx;
use crate::shell::Head;
use crate::ui::icon;

/// A refusal on its way out of a handler; the layer puts it into words.
pub struct No(pub Refusal);

impl<E: Into<Refusal>> From<E> for No {
    fn from(refusal: E) -> Self {
        Self(refusal.into())
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The page of a refusal.
pub async fn refuse(cx: &Cx, refusal: &Refusal) -> Response {
    let l = cx.locale;
    match refusal {
        Refusal::SignedOut => {
            // A page is left by GET only: what a form wanted is on the page that comes back.
            let next = cx.uri.path_and_query().map_or("/", |p| p.as_str());
            Redirect::to(&format!("/login?{}", query("next", next))).into_response()
        }
        Refusal::NotFound => {
            said(cx, StatusCode::NOT_FOUND, t!(l, problem.not_found), t!(l, problem.not_found_what))
        }
        Refusal::Denied => said(cx, StatusCode::FORBIDDEN, t!(l, problem.denied), t!(l, problem.denied_what)),
        Refusal::Conflict("too_large") => {
            said(cx, StatusCode::PAYLOAD_TOO_LARGE, t!(l, problem.too_large), t!(l, problem.too_large_what))
        }
        Refusal::Conflict(code) => {
            said(cx, StatusCode::CONFLICT, t!(l, problem.conflict), crate::words::conflict(l, code))
        }
        Refusal::Form(_) => {
            said(cx, StatusCode::UNPROCESSABLE_ENTITY, t!(l, problem.check), t!(l, problem.check_what))
        }
        Refusal::Fault(fault) if fault.is_busy() => {
            let mut said =
                said(cx, StatusCode::SERVICE_UNAVAILABLE, t!(l, problem.busy), t!(l, problem.busy_what));
            said.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            said
        }
        Refusal::Fault(fault) => {
            let source: &dyn Error = fault;
            tracing::error!(
                request.id = %cx.request_id, path = cx.uri.path(), error = source,
                "A page failed: {fault}"
            );
            if fault.is_full() {
                return said(
                    cx,
                    StatusCode::INSUFFICIENT_STORAGE,
                    t!(l, problem.full),
                    t!(l, problem.full_what),
                );
            }
            said(cx, StatusCode::INTERNAL_SERVER_ERROR, t!(l, problem.broke), t!(l, problem.broke_what))
        }
    }
}

/// One pair of a query, escaped.
#[must_use]
pub fn query(name: &str, value: &str) -> String {
    serde_urlencoded::to_string([(name, value)]).unwrap_or_default()
}

fn said(cx: &Cx, status: StatusCode, title: String, what: String) -> Response {
    let l = cx.locale;
    let home = if cx.who.is_some() { "/" } else { "/login" };
    let is_ours = status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE;
    let code = is_ours.then(|| {
        let number = cx.request_id.get(..8).unwrap_or_default().to_owned();
        view! { <p class="code">{t!(l, problem.number, number = number)}</p> }
    });
    let heading = title.clone();
    cx.page_with(status, Head::titled(title), move || {
        view! {
            <div class="lost-page">
                {icon("map")}
                <h1>{heading}</h1>
                <p>{what}</p>
                <div class="actions">
                    <a class="btn btn-primary" href=home>{t!(l, problem.home)}</a>
                </div>
                {code}
            </div>
        }
        .into_any()
    })
}
