//! Servers of our own: processes of this same program on one database. They can be killed, and started again.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::time::Instant;

use super::http::{Address, Connection, Request};

/// How long a server of our own may take to answer for the first time.
const LONGEST_START: Duration = Duration::from_mins(1);

/// How they are started.
pub(super) struct Setup {
    pub(super) database: String,
    pub(super) site_root: PathBuf,
    pub(super) content_dir: PathBuf,
    /// Where the secret key and the log are.
    pub(super) folder: PathBuf,
}

impl Setup {
    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    fn spawn(&self, port: u16) -> Result<Child> {
        // All write into one log, the restarted ones too.
        let log = File::options().create(true).append(true).open(self.log());
        let log = log.context("making the server's log")?;
        let program = std::env::current_exe().context("finding this program")?;
        // Nothing else of the surroundings may reach it: no real mail server, no real key.
        Command::new(program)
            .args(["serve", "--rehearsal"])
            .env_clear()
            .env("DATABASE_URL", &self.database)
            .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"))
            .env("LEPTOS_SITE_ROOT", &self.site_root)
            .env("PUBLIC_URL", format!("http://127.0.0.1:{port}"))
            .env("SECRET_KEY_FILE", self.folder.join("secret.key"))
            .env("CONTENT_DIR", &self.content_dir)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("starting a server")
    }
}

/// The servers that run; none outlives this value.
#[derive(Default)]
pub(super) struct Servers(Vec<Server>);

impl Servers {
    /// Starts so many, one after the other: the first makes the key.
    pub(super) async fn start(setup: Setup, count: u32) -> Result<Self> {
        let setup = Arc::new(setup);
        let mut all = Vec::new();
        for _ in 0..count {
            let mut server = Server::start(Arc::clone(&setup))?;
            server.wait_until_ready().await?;
            all.push(server);
        }
        Ok(Self(all))
    }

    /// Where they are.
    pub(super) fn addresses(&self) -> Vec<Address> {
        self.0.iter().map(|server| server.address.clone()).collect()
    }

    /// Kills one of them for good.
    pub(super) fn end(&mut self, draw: u64) {
        if let Some(at) = self.drawn(draw) {
            tracing::info!("Killing a server for good");
            drop(self.0.swap_remove(at));
        }
    }

    /// Kills one of them, and starts it again: how long it was away.
    pub(super) async fn restart(&mut self, draw: u64) -> Result<Option<Duration>> {
        let at = self.drawn(draw);
        match at.and_then(|at| self.0.get_mut(at)) {
            Some(server) => server.restart().await.map(Some),
            None => Ok(None),
        }
    }

    fn drawn(&self, draw: u64) -> Option<usize> {
        let count = u64::try_from(self.0.len()).ok()?;
        usize::try_from(draw.checked_rem(count)?).ok()
    }
}

/// One of them.
struct Server {
    setup: Arc<Setup>,
    port: u16,
    address: Address,
    child: Child,
}

impl Server {
    fn start(setup: Arc<Setup>) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr())?.port();
        let url = format!("http://127.0.0.1:{port}");
        let address = Address::of(&url).with_context(|| format!("reading {url}"))?;
        let child = setup.spawn(port)?;
        Ok(Self { setup, port, address, child })
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        let began = Instant::now();
        while began.elapsed() < LONGEST_START {
            ticks.tick().await;
            if self.child.try_wait()?.is_some() {
                bail!("the server did not start: {}", last_line(&self.setup.log()));
            }
            let mut line = Connection::new(self.address.clone(), String::new());
            if line.ask(&Request::Get("/readyz")).await.is_ok_and(|reply| reply.status < 300) {
                return Ok(());
            }
        }
        bail!("the server did not answer within a minute: {}", last_line(&self.setup.log()))
    }

    async fn restart(&mut self) -> Result<Duration> {
        tracing::info!(port = self.port, "Killing the server at port {}", self.port);
        self.kill();
        let began = Instant::now();
        loop {
            self.child = self.setup.spawn(self.port)?;
            match self.wait_until_ready().await {
                Ok(()) => return Ok(began.elapsed()),
                // The database may be away too, and a connection may sit on the port for a moment.
                Err(_) if began.elapsed() < LONGEST_START => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Without a chance to tidy up.
    fn kill(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            tracing::warn!(%error, "The server could not be stopped");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned()
}
