//! Serving: open, check, listen, and work beside it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use app::assets::Assets;
use axum::Router;
use axum::serve::ListenerExt;
use service::Services;
use service::clock::{Clock, SystemClock};
use store::Db;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::router::{Parts, router};
use crate::secret;

/// Opens the database, brings its schema up to date, and sets up the use cases.
///
/// # Errors
/// An error that says what is wrong.
pub async fn services(config: &Config, clock: Arc<dyn Clock>) -> Result<Services> {
    let db = Db::open(&config.database_url).await.context("DATABASE_URL")?;
    db.migrate().await.context("DATABASE_URL")?;
    let services = Services::new(db, clock, &config.public_url).await?;
    secret::check(&services, &config.secret_key_file).await?;
    Ok(services)
}

/// The router on a site folder.
///
/// # Errors
/// An error that names what is missing in the folder.
pub async fn site(services: &Services, config: &Config) -> Result<Router> {
    let assets = find_assets(&config.site_root)?;
    let is_demo = service::facts::get(services, "demo").await?.is_some();
    let parts = Parts {
        services: services.clone(),
        assets,
        is_demo,
        is_secure: config.is_secure(),
        trusted_proxies: config.trusted_proxies,
    };
    Ok(router(parts, &config.site_root))
}

fn find_assets(root: &Path) -> Result<Assets> {
    Assets::find(root).context("LEPTOS_SITE_ROOT: the site folder is not complete; `make build` makes it")
}

/// Serves until it is asked to stop.
///
/// # Errors
/// An error that says what is wrong: a taken port, a missing folder.
pub async fn serve(config: &Config) -> Result<()> {
    let services = services(config, Arc::new(SystemClock)).await?;
    let router = site(&services, config).await?;
    let listener = TcpListener::bind(config.site_addr)
        .await
        .with_context(|| format!("LEPTOS_SITE_ADDR: cannot listen on {}", config.site_addr))?;
    tracing::info!(address = %config.site_addr, url = %config.public_url, "Listening on {}", config.public_url);
    let worker = tokio::spawn(work(services.clone()));
    run(listener, router).await?;
    worker.abort();
    service::worker::turn(&services).await;
    Ok(())
}

/// Answers on a listener until it is asked to stop.
///
/// # Errors
/// An error of the listener.
pub async fn run(listener: TcpListener, router: Router) -> Result<()> {
    // Without this each small answer would wait for a delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was not set");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped()).await.context("serving")
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// Works beside the requests, once a second.
pub async fn work(services: Services) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        service::worker::turn(&services).await;
    }
}
