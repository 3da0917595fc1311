//! Server functions, for islands only: each finds out who asks, runs one use case, and answers 200 with a
//! state for whatever a person can cause.

pub mod exam;

#[cfg(feature = "ssr")]
use {
    crate::cx::Cx,
    axum::extract::Request,
    axum::response::{IntoResponse, Response},
    domain::access::Actor,
    domain::refusal::Refusal,
    http::StatusCode,
    leptos::prelude::*,
};

/// Answers a server function.
#[cfg(feature = "ssr")]
pub async fn handle(cx: Cx, request: Request) -> Response {
    leptos_axum::handle_server_fns_with_context(move || provide_context(cx.clone()), request)
        .await
        .into_response()
}

/// Registers the server functions: a binary that never names them would lose them to the linker.
#[cfg(feature = "ssr")]
pub fn register() {
    server_fn::axum::register_explicit::<exam::Answer>();
    server_fn::axum::register_explicit::<exam::TakeOver>();
    server_fn::axum::register_explicit::<exam::CurrentState>();
}

#[cfg(feature = "ssr")]
pub(crate) fn cx() -> Result<Cx, ServerFnError> {
    use_context::<Cx>().ok_or_else(|| refused(&Refusal::NotFound))
}

#[cfg(feature = "ssr")]
pub(crate) fn actor(cx: &Cx) -> Result<&Actor, ServerFnError> {
    cx.who.as_deref().ok_or_else(|| refused(&Refusal::SignedOut))
}

/// A refusal of a server function: a status, and a code that the island knows.
#[cfg(feature = "ssr")]
pub(crate) fn refused(refusal: &Refusal) -> ServerFnError {
    let (status, code) = match refusal {
        Refusal::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
        Refusal::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Refusal::Denied => (StatusCode::FORBIDDEN, "denied"),
        Refusal::Form(_) => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_input"),
        Refusal::Conflict("batch_too_large") => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Refusal::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
        Refusal::Fault(fault) if fault.is_busy() => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        Refusal::Fault(fault) => {
            tracing::error!(%fault, "A server function failed: {fault}");
            (StatusCode::INTERNAL_SERVER_ERROR, "broke")
        }
    };
    if let Some(options) = use_context::<leptos_axum::ResponseOptions>() {
        options.set_status(status);
    }
    ServerFnError::ServerError(code.to_owned())
}
