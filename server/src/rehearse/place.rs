//! Where a rehearsal happens: a server of its own on a database of its own, or one that was named.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use service::Services;
use service::clock::SystemClock;
use service::keys::Keys;
use service::rehearsal::{Findings, Guest, Sitting};
use store::{Db, Engine};

use super::Rehearse;
use super::gauge::Gauge;
use super::http::{Address, Connection, Request};
use crate::config::Config;

/// How long a server of our own may take to answer for the first time.
const LONGEST_START: Duration = Duration::from_mins(1);

/// A server with candidates who are signed in.
pub(super) struct Place {
    pub(super) address: Address,
    pub(super) guests: Vec<Guest>,
    pub(super) engine: Engine,
    database: String,
    own: Option<Own>,
}

impl Place {
    /// Finds the server that was named, or starts one of our own; adds so many candidates.
    pub(super) async fn find(config: &Config, args: &Rehearse, count: u32) -> Result<Self> {
        match (&args.against, &args.database) {
            (Some(url), Some(database)) => against(config, url, database, count).await,
            (Some(_), None) => bail!("--against needs --database too: the same one that the server works on"),
            (None, _) => own(config, args, count).await,
        }
    }

    /// What the server tells of itself now.
    pub(super) async fn gauge(&self) -> Result<Gauge> {
        Gauge::of(&self.address).await
    }

    /// The database, beside the server.
    pub(super) async fn services(&self) -> Result<Services> {
        services(&self.database).await
    }

    /// Stops a server of our own, without a chance to tidy up, and searches the database for what was acknowledged.
    pub(super) async fn check(mut self, sittings: &[Sitting]) -> Result<Findings> {
        if let Some(own) = &mut self.own {
            own.kill();
        }
        let services = self.services().await?;
        Ok(service::rehearsal::check(&services, sittings).await?)
    }
}

async fn services(database: &str) -> Result<Services> {
    let db = Db::open(database).await.context("--database")?;
    Ok(Services::new(db, Arc::new(SystemClock), "http://127.0.0.1", Keys::of_a_guest()).await?)
}

async fn against(config: &Config, url: &str, database: &str, count: u32) -> Result<Place> {
    let address = Address::of(url)
        .with_context(|| format!("--against is {url:?}; it must be like http://host:3000"))?;
    let gauge = Gauge::of(&address).await.context("--against")?;
    let services = services(database).await?;
    if service::rehearsal::mark_of(&services).await? != Some(gauge.rehearsal) {
        bail!(
            "--database is not the one that the server at {url} works on. Nothing was changed; name that one"
        );
    }
    let guests = service::rehearsal::prepare(&services, &config.content_dir, count).await?;
    let engine = services.db.engine();
    Ok(Place { address, guests, engine, database: database.to_owned(), own: None })
}

async fn own(config: &Config, args: &Rehearse, count: u32) -> Result<Place> {
    let folder = Folder::make(args)?;
    let database = args
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite:{}", folder.path.join("rehearsal.db").display()));
    let (guests, engine) = fill(config, &database, count).await?;
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr())?.port();
    let url = format!("http://127.0.0.1:{port}");
    let address = Address::of(&url).with_context(|| format!("reading {url}"))?;
    let mut own = Own::start(config, folder, &database, port)?;
    own.wait_until_ready(&address).await?;
    Ok(Place { address, guests, engine, database, own: Some(own) })
}

/// Makes an empty database one for rehearsals, with content and candidates.
async fn fill(config: &Config, database: &str, count: u32) -> Result<(Vec<Guest>, Engine)> {
    let claim = Db::claim(database)?;
    let db = Db::open(database).await.context("--database")?;
    if store::maintenance::holds_schema(&db).await? {
        bail!("--database is not empty. Nothing was changed; name a new one, which will be thrown away");
    }
    db.migrate().await.context("--database")?;
    let services = Services::new(db, Arc::new(SystemClock), "http://127.0.0.1", Keys::of_a_guest()).await?;
    service::rehearsal::mark(&services).await?;
    tracing::info!(count, "Preparing {count} candidates");
    let guests = service::rehearsal::prepare(&services, &config.content_dir, count)
        .await
        .with_context(|| format!("CONTENT_DIR: {}", config.content_dir.display()))?;
    let engine = services.db.engine();
    drop((services, claim));
    Ok((guests, engine))
}

/// A folder that is removed in the end, unless it is wanted.
struct Folder {
    path: PathBuf,
    is_kept: bool,
}

impl Folder {
    fn make(args: &Rehearse) -> Result<Self> {
        let name = format!("academy-rehearsal-{}", domain::draw::hex(&service::chance::bytes::<8>()));
        let path = args.folder.clone().unwrap_or_else(std::env::temp_dir).join(name);
        std::fs::create_dir_all(&path).with_context(|| format!("--folder: making {}", path.display()))?;
        Ok(Self { path, is_kept: args.keep })
    }

    fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_kept {
            tracing::info!(folder = %self.path.display(), "Kept {}", self.path.display());
        } else if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, "{} was not removed", self.path.display());
        }
    }
}

/// A server of our own; it never outlives this value.
struct Own {
    child: Child,
    folder: Folder,
}

impl Own {
    fn start(config: &Config, folder: Folder, database: &str, port: u16) -> Result<Self> {
        let log = File::create(folder.log()).context("making the server's log")?;
        let program = std::env::current_exe().context("finding this program")?;
        // Nothing else of the surroundings may reach it: no real mail server, no real key.
        let child = Command::new(program)
            .args(["serve", "--rehearsal"])
            .env_clear()
            .env("DATABASE_URL", database)
            .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"))
            .env("LEPTOS_SITE_ROOT", &config.site_root)
            .env("PUBLIC_URL", format!("http://127.0.0.1:{port}"))
            .env("SECRET_KEY_FILE", folder.path.join("secret.key"))
            .env("CONTENT_DIR", &config.content_dir)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("starting a server")?;
        Ok(Self { child, folder })
    }

    async fn wait_until_ready(&mut self, address: &Address) -> Result<()> {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        let began = tokio::time::Instant::now();
        while began.elapsed() < LONGEST_START {
            ticks.tick().await;
            if self.child.try_wait()?.is_some() {
                bail!("the server did not start: {}", last_line(&self.folder.log()));
            }
            let mut line = Connection::new(address.clone(), String::new());
            if line.ask(&Request::Get("/readyz")).await.is_ok_and(|reply| reply.status < 300) {
                return Ok(());
            }
        }
        bail!("the server did not answer within a minute: {}", last_line(&self.folder.log()))
    }

    fn kill(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            tracing::warn!(%error, "The server could not be stopped");
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned()
}
