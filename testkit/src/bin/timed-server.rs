//! The server for browser tests: its clock can be moved through a socket of its own.
//!
//! `TIMED_CONTROL_ADDR` is where `POST /advance?ms=…` is heard. No such code is in `server`.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::post;
use server::config::Config;
use server::serve;
use service::Services;
use testkit::clock::MovedClock;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let config = Config::from_env()?;
    let clock = Arc::new(MovedClock::default());
    let services = serve::services(&config, clock.clone()).await?;
    service::seed::seed(&services, &config.content_dir).await?;
    service::seed::demo(&services, &config.content_dir).await?;
    service::seed::people(&services, &config.content_dir, 60).await?;
    let router = serve::site(&services, &config).await?;
    let listener = TcpListener::bind(config.site_addr).await.context("LEPTOS_SITE_ADDR")?;
    tokio::spawn(control(services.clone(), clock));
    tokio::spawn(serve::work(services));
    serve::run(listener, router).await
}

#[expect(clippy::disallowed_methods, reason = "a test binary is told by the environment where to listen")]
async fn control(services: Services, clock: Arc<MovedClock>) -> Result<()> {
    let address = std::env::var("TIMED_CONTROL_ADDR").unwrap_or_else(|_| "127.0.0.1:3999".to_owned());
    let router = Router::new().route("/advance", post(advance)).with_state((services, clock));
    axum::serve(TcpListener::bind(address).await?, router).await?;
    Ok(())
}

async fn advance(
    State((services, clock)): State<(Services, Arc<MovedClock>)>,
    RawQuery(query): RawQuery,
) -> String {
    let ms: i64 = query
        .as_deref()
        .and_then(|query| query.strip_prefix("ms="))
        .and_then(|ms| ms.parse().ok())
        .unwrap_or(0);
    clock.advance_ms(ms);
    service::worker::turn(&services).await;
    services.now().to_rfc3339()
}
