//! The administrator's button: the rehearsal as a child of the server that people use.
//!
//! Invariant: the child goes on only while its standard input is open. So it ends with whoever started it, however
//! that ends, and takes its own server and its folder along; killing it would leave both behind.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use domain::rehearsal::Plan;
use service::rehearsal::button::{Rehearse, Run};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::runtime::Handle;

use crate::config::Config;

/// How long a child that is asked to end may tidy up.
const GRACE: Duration = Duration::from_secs(10);
/// The longest reason that is shown, in characters.
const LONGEST: usize = 300;

/// Rehearses on a temporary database, with what this server was configured with and nothing else of its surroundings.
#[derive(Clone, Debug)]
pub struct Button {
    site_root: PathBuf,
    content_dir: PathBuf,
    folder: PathBuf,
}

impl Button {
    /// The button of a server.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            site_root: config.site_root.clone(),
            content_dir: config.content_dir.clone(),
            folder: folder(&config.database_url),
        }
    }

    /// Neither the database's address nor the key is handed on: the child cannot reach what is real.
    fn command(&self, plan: Plan) -> Result<Command, Error> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["rehearse", "--json", "--until-input-ends", "--within", "10", "--sign-ins", "20"])
            .arg("--candidates")
            .arg(plan.candidates.to_string())
            .arg("--minutes")
            .arg(plan.minutes.to_string())
            .arg("--folder")
            .arg(&self.folder)
            .env_clear()
            .env("LEPTOS_SITE_ROOT", &self.site_root)
            .env("CONTENT_DIR", &self.content_dir)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }
}

impl Rehearse for Button {
    fn run(&self, plan: Plan) -> Run {
        let command = self.command(plan);
        Box::pin(async move {
            let begun = command.and_then(Held::begin);
            let mut held = begun.map_err(|error| format!("the child was not started: {error}"))?;
            let (report, said) =
                held.end().await.map_err(|error| format!("the child was not heard: {error}"))?;
            judged(&report, &said)
        })
    }
}

/// Where the temporary folder is made: beside a SQLite file, since only a disk like the real one gives true figures.
fn folder(database_url: &str) -> PathBuf {
    let Some(url) = database_url.strip_prefix("sqlite:") else { return std::env::temp_dir() };
    let file = Path::new(url.trim_start_matches("//").split('?').next().unwrap_or_default());
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// The child, and what it goes on for.
struct Held {
    child: Option<Child>,
    input: Option<ChildStdin>,
}

impl Held {
    fn begin(mut command: Command) -> Result<Self, Error> {
        let mut child = command.spawn()?;
        // Apart: waiting for a child closes its input.
        let input = child.stdin.take();
        Ok(Self { child: Some(child), input })
    }

    /// Waits for the end: what it printed, and what it complained of.
    async fn end(&mut self) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let Some(child) = self.child.as_mut() else { return Err(ErrorKind::NotFound.into()) };
        let (out, errors) = (child.stdout.as_mut(), child.stderr.as_mut());
        let heard = tokio::try_join!(all_of(out), all_of(errors))?;
        child.wait().await?;
        self.child = None;
        Ok(heard)
    }
}

async fn all_of(pipe: Option<&mut (impl AsyncRead + Unpin)>) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    if let Some(pipe) = pipe {
        pipe.read_to_end(&mut all).await?;
    }
    Ok(all)
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.input.take());
        let Some(child) = self.child.take() else { return };
        // Where nothing runs any more, this process ends too, and the child by itself.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(see_off(child));
        }
    }
}

async fn see_off(mut child: Child) {
    match tokio::time::timeout(GRACE, child.wait()).await {
        Ok(Ok(_)) => tracing::info!("The rehearsal that was stopped has tidied up"),
        Ok(Err(error)) => tracing::warn!(%error, "The rehearsal that was stopped was not heard of again"),
        Err(_) => {
            tracing::warn!("The rehearsal that was stopped did not end in time and is killed");
            if let Err(error) = child.kill().await {
                tracing::warn!(%error, "It could not be killed");
            }
        }
    }
}

/// What was printed, if it is a report: there is one also when targets were missed and the status says so.
fn judged(report: &[u8], said: &[u8]) -> Result<String, String> {
    let report = String::from_utf8_lossy(report).trim().to_owned();
    if report.starts_with('{') {
        return Ok(report);
    }
    let said = String::from_utf8_lossy(said);
    tracing::warn!(said = said.trim(), "A rehearsal came to no report");
    Err(reason(&said))
}

/// The last lines that are meant for people, without paths and addresses: those are in the log only.
fn reason(said: &str) -> String {
    let is_said = |line: &&str| !line.trim().is_empty() && !line.starts_with('{');
    let mut lines: Vec<&str> = said.lines().rev().filter(is_said).take(2).collect();
    lines.reverse();
    let words = lines.iter().flat_map(|line| line.trim_start_matches("error: ").split_whitespace());
    let words: Vec<&str> = words.map(|word| if word.contains(['/', '\\']) { "…" } else { word }).collect();
    if words.is_empty() {
        return "it ended without a word".to_owned();
    }
    words.join(" ").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_whatever_the_status_and_anything_else_is_a_reason() {
        assert_eq!(
            judged(b"{\"held\":false}\n", b"error: targets were missed"),
            Ok(r#"{"held":false}"#.into())
        );
        for (said, why) in [
            (
                "{\"level\":\"WARN\"}\nerror: 200 candidates need 300 open files",
                "200 candidates need 300 open files",
            ),
            ("error: CONTENT_DIR: /srv/content: no such folder", "CONTENT_DIR: … no such folder"),
            ("one\n\nerror: two\nthree\n", "two three"),
            ("{\"level\":\"WARN\"}\n", "it ended without a word"),
            ("", "it ended without a word"),
        ] {
            assert_eq!(judged(b"", said.as_bytes()), Err(why.to_owned()), "{said}");
        }
    }

    #[test]
    fn the_folder_is_on_the_disk_of_the_real_database() {
        for (url, expected) in [
            ("sqlite:nowhere/academy.db", "nowhere"),
            ("sqlite:///nowhere/at/all/academy.db?mode=rwc", "/nowhere/at/all"),
            ("sqlite:nowhere-academy.db", "."),
        ] {
            assert_eq!(folder(url), Path::new(expected), "{url}");
        }
        assert_eq!(folder("postgres://academy@db/academy"), std::env::temp_dir());
    }
}
