//! Where a rehearsal happens: a server of its own on a database of its own, or one that was named.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use service::Services;
use service::clock::SystemClock;
use service::keys::Keys;
use service::rehearsal::{Findings, Guest, Sitting};
use store::{Db, Engine};

use super::Rehearse;
use super::gauge::Gauge;
use super::http::Address;
use super::servers::{Servers, Setup};
use crate::config::Config;

/// How often a folder is removed again that is not empty yet.
const TRIES: u32 = 50;

/// A server with candidates who are signed in.
pub(super) struct Place {
    pub(super) address: Address,
    /// More servers on the same database.
    pub(super) others: Vec<Address>,
    pub(super) guests: Vec<Guest>,
    pub(super) engine: Engine,
    database: String,
    /// Whether what the server tells of itself is all that there is to tell.
    is_gauged: bool,
    /// It has to stay as long as servers of our own.
    _folder: Option<Folder>,
}

impl Place {
    /// Finds the server that was named, or starts servers of our own; adds so many candidates.
    pub(super) async fn find(config: &Config, args: &Rehearse, count: u32) -> Result<(Self, Servers)> {
        match (&args.against, &args.database) {
            (Some(url), Some(database)) => {
                Ok((against(config, url, database, count).await?, Servers::default()))
            }
            (Some(_), None) => bail!("--against needs --database too: the same one that the server works on"),
            (None, _) => own(config, args, count).await,
        }
    }

    /// What the server tells of itself now; nothing where one server does not know it all.
    pub(super) async fn gauge(&self) -> Result<Gauge> {
        if self.is_gauged { Gauge::of(&self.address).await } else { Ok(Gauge::default()) }
    }

    /// The database, beside the server.
    pub(super) async fn services(&self) -> Result<Services> {
        services(&self.database).await
    }

    /// Searches the database for what was acknowledged. Servers of our own have to be gone.
    pub(super) async fn check(self, sittings: &[Sitting]) -> Result<Findings> {
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
    Ok(Place {
        address,
        others: Vec::new(),
        guests,
        engine,
        database: database.to_owned(),
        is_gauged: true,
        _folder: None,
    })
}

async fn own(config: &Config, args: &Rehearse, count: u32) -> Result<(Place, Servers)> {
    let is_postgres = args.database.as_deref().is_some_and(|url| url.starts_with("postgres"));
    if args.faults.servers > 1 && !is_postgres {
        bail!("--servers needs a PostgreSQL in --database: a SQLite file has one server");
    }
    let folder = Folder::make(args)?;
    let database = args
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite:{}", folder.path.join("rehearsal.db").display()));
    let (guests, engine) = fill(config, &database, count).await?;
    let setup = Setup {
        database: database.clone(),
        site_root: config.site_root.clone(),
        content_dir: config.content_dir.clone(),
        folder: folder.path.clone(),
    };
    let servers = Servers::start(setup, args.faults.servers).await?;
    let mut others = servers.addresses();
    let Some(address) = others.pop() else { bail!("no server was started") };
    let is_gauged = args.faults.leave_one_server();
    let place = Place { address, others, guests, engine, database, is_gauged, _folder: Some(folder) };
    Ok((place, servers))
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
}

/// Removes a folder with all that is in it.
fn remove(folder: &Path) -> std::io::Result<()> {
    for _ in 1..TRIES {
        // Where a rehearsal was stopped, a database that is still being closed may make a file meanwhile.
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => std::thread::yield_now(),
            done => return done,
        }
    }
    std::fs::remove_dir_all(folder)
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_kept {
            tracing::info!(folder = %self.path.display(), "Kept {}", self.path.display());
        } else if let Err(error) = remove(&self.path) {
            tracing::warn!(%error, "{} was not removed", self.path.display());
        }
    }
}
