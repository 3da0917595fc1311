//! Layers round the pages, and the few addresses that are not pages.

use std::path::Path;
use std::sync::Arc;

use app::assets::Assets;
use app::cx::Site;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use service::Services;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeDir;

use crate::{compress, layers};

/// The largest body of a page's form.
const LARGEST_FORM: usize = 512 * 1024;
/// The largest body of an island's request.
const LARGEST_CALL: usize = 64 * 1024;

/// What the router is made of.
pub struct Parts {
    /// The use cases.
    pub services: Services,
    /// File names.
    pub assets: Assets,
    /// Whether people and data are invented.
    pub is_demo: bool,
    /// Whether browsers come by HTTPS.
    pub is_secure: bool,
    /// How many proxies may be believed.
    pub trusted_proxies: usize,
}

/// The whole server.
pub fn router(parts: Parts, site_root: &Path) -> Router {
    app::api::register();
    let public_url = parts.services.public_url.clone();
    let services = parts.services.clone();
    let site = Site {
        services: parts.services,
        assets: Arc::new(parts.assets),
        is_demo: parts.is_demo,
        is_secure: parts.is_secure,
        trusted_proxies: parts.trusted_proxies,
    };
    let api = Router::new()
        .route("/api/{*call}", post(app::api::handle))
        .layer(RequestBodyLimitLayer::new(LARGEST_CALL));
    let pages = app::routes::router()
        .fallback(app::pages::home::nothing_here)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .merge(api)
        .layer(from_fn_with_state(site.clone(), app::cx::layer))
        .with_state(site);
    let health = Router::new()
        .route("/healthz", get(|| async { StatusCode::NO_CONTENT }))
        .route("/readyz", get(ready))
        .with_state(services);
    Router::new()
        .nest_service("/pkg", files(&site_root.join("pkg")))
        .nest_service("/fonts", files(&site_root.join("fonts")))
        .merge(health)
        .merge(pages)
        .layer(from_fn(compress::layer))
        .layer(from_fn_with_state(public_url, layers::same_origin))
        .layer(from_fn(layers::headers))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(layers::log))
}

/// Files whose names change with their content: browsers keep them for ever.
fn files(folder: &Path) -> Router {
    Router::new().fallback_service(ServeDir::new(folder).precompressed_br().precompressed_gzip()).layer(
        from_fn(|request, next: axum::middleware::Next| async move {
            let mut response = next.run(request).await;
            if response.status().is_success() {
                let keep = HeaderValue::from_static("public, max-age=31536000, immutable");
                response.headers_mut().insert(header::CACHE_CONTROL, keep);
            }
            response
        }),
    )
}

async fn ready(State(services): State<Services>) -> Response {
    match services.db.ping().await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => {
            tracing::error!(%fault, "The database does not answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
