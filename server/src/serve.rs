//! Serving: open, check, listen, and work beside it.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use app::assets::Assets;
use axum::Router;
use axum::serve::ListenerExt;
use service::Services;
use service::clock::{Clock, SystemClock};
use store::Db;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::router::{Parts, router};
use crate::{rehearse, secret, stop};

/// How long requests that are under way may take when the server is asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Opens the database, brings its schema up to date, and sets up the use cases.
///
/// # Errors
/// An error that says what is wrong.
pub async fn services(config: &Config, clock: Arc<dyn Clock>) -> Result<Services> {
    let db = open(config).await?;
    // The schema must not change under a running server. What leaves it alone may work beside one.
    let _claim = if db.is_current().await.context("DATABASE_URL")? { None } else { claim(config)? };
    ready(db, config, clock).await
}

async fn open(config: &Config) -> Result<Db> {
    Db::open(&config.database_url).await.context("DATABASE_URL")
}

fn claim(config: &Config) -> Result<Option<File>> {
    Db::claim(&config.database_url).context("DATABASE_URL")
}

async fn ready(db: Db, config: &Config, clock: Arc<dyn Clock>) -> Result<Services> {
    db.migrate().await.context("DATABASE_URL")?;
    let keys = secret::keys(&db, clock.now(), &config.secret_key_file).await?;
    Ok(Services::new(db, clock, &config.public_url, keys).await?)
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
    Assets::find(root).map_err(|error| {
        anyhow!(
            "LEPTOS_SITE_ROOT: the site folder is not complete; `make build` makes it: {error}. \
             Nothing was changed"
        )
    })
}

/// A server that may begin to answer.
struct Started {
    services: Services,
    router: Router,
    listener: TcpListener,
    claim: Option<File>,
}

/// Serves until it is asked to stop; a rehearsal only on a database that is for rehearsals.
///
/// # Errors
/// An error that says what is wrong: a taken port, a missing folder.
pub async fn serve(config: &Config, is_rehearsal: bool) -> Result<()> {
    let asked = stop::heard()?;
    let Started { services, router, listener, claim } = tokio::select! {
        biased;
        () = asked.cancelled() => {
            tracing::info!("Stopped before it was ready, as asked; the next start goes on from here");
            return Ok(());
        }
        started = start(config, is_rehearsal) => started?,
    };
    let address = listener.local_addr().context("LEPTOS_SITE_ADDR")?;
    tracing::info!(%address, url = %config.public_url, "Listening on {}", config.public_url);
    let worker = tokio::spawn(work(services.clone()));
    answer(listener, router, asked).await?;
    worker.abort();
    let last_turn = async {
        // A rehearsal ends with its server, and that is kept.
        service::rehearsal::button::quit(&services).await;
        service::worker::turn(&services).await;
    };
    if tokio::time::timeout(GRACE, last_turn).await.is_err() {
        tracing::warn!("The last turn of the worker did not end in time; the next start takes it");
    }
    tracing::info!("Stopped, as asked");
    drop(claim);
    Ok(())
}

async fn start(config: &Config, is_rehearsal: bool) -> Result<Started> {
    // First what touches nothing, so that a wrong value leaves everything as it was.
    find_assets(&config.site_root)?;
    let listener = TcpListener::bind(config.site_addr).await.map_err(|error| {
        anyhow!(
            "LEPTOS_SITE_ADDR: cannot listen on {}: {error}. Nothing was changed; stop what listens \
             there, or give another address",
            config.site_addr
        )
    })?;
    let claim = claim(config)?;
    let db = open(config).await?;
    if is_rehearsal {
        rehearse::refuse_real(&db).await?;
    }
    let services = ready(db, config, Arc::new(SystemClock)).await?;
    let mut router = site(&services, config).await?;
    if is_rehearsal {
        router = router.merge(rehearse::route(&services).await?);
    } else {
        services.can_rehearse(Arc::new(rehearse::Button::of(config)));
    }
    Ok(Started { services, router, listener, claim })
}

/// Answers on a listener until it is asked to stop.
///
/// # Errors
/// An error of the listener.
pub async fn run(listener: TcpListener, router: Router) -> Result<()> {
    answer(listener, router, stop::heard()?).await
}

async fn answer(listener: TcpListener, router: Router, asked: CancellationToken) -> Result<()> {
    // Without this each small answer would wait for a delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was not set");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopping = asked.clone().cancelled_owned();
    let mut serving = axum::serve(listener, service).with_graceful_shutdown(stopping).into_future();
    tokio::select! {
        done = &mut serving => return done.context("serving"),
        () = asked.cancelled() => {}
    }
    // Somebody who sends half a request and no more would hold it up for ever.
    if let Ok(done) = tokio::time::timeout(GRACE, serving).await {
        return done.context("serving");
    }
    tracing::warn!("Some requests did not end in time and were cut off");
    Ok(())
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
