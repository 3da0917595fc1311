//! Configuration by environment. A wrong value is an error that names the variable.

use std::env::VarError;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// What the server is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DATABASE_URL`
    pub database_url: String,
    /// `LEPTOS_SITE_ADDR`
    pub site_addr: SocketAddr,
    /// `LEPTOS_SITE_ROOT`
    pub site_root: PathBuf,
    /// `PUBLIC_URL`
    pub public_url: String,
    /// `SECRET_KEY_FILE`
    pub secret_key_file: PathBuf,
    /// `TRUSTED_PROXIES`
    pub trusted_proxies: usize,
    /// `CONTENT_DIR`
    pub content_dir: PathBuf,
}

/// Every variable that [`Config`] is read from.
const NAMES: [&str; 7] = [
    "DATABASE_URL",
    "LEPTOS_SITE_ADDR",
    "LEPTOS_SITE_ROOT",
    "PUBLIC_URL",
    "SECRET_KEY_FILE",
    "TRUSTED_PROXIES",
    "CONTENT_DIR",
];

impl Config {
    /// Reads the environment. What ships beside the program is found there when it is not here.
    ///
    /// # Errors
    /// An error that names the variable.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env() -> Result<Self> {
        for name in NAMES {
            if let Err(VarError::NotUnicode(_)) = std::env::var(name) {
                bail!("{name} is not a text in UTF-8. Nothing was changed");
            }
        }
        let var = |name: &str| std::env::var(name).ok();
        let mut config = Self::read(var)?;
        if var("LEPTOS_SITE_ROOT").is_none() {
            config.site_root = shipped(config.site_root, "../site");
        }
        if var("CONTENT_DIR").is_none() {
            config.content_dir = shipped(config.content_dir, "../../content");
        }
        Ok(config)
    }

    /// Reads from anywhere: what tests use.
    ///
    /// # Errors
    /// An error that names the variable.
    pub fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let or = |name: &str, default: &str| var(name).unwrap_or_else(|| default.to_owned());
        let path = |name: &str, default: &str| match or(name, default) {
            empty if empty.is_empty() => bail!("{name} is empty; it must be a path. Nothing was changed"),
            path => Ok(PathBuf::from(path)),
        };
        let address = or("LEPTOS_SITE_ADDR", "127.0.0.1:3000");
        let Ok(site_addr) = address.parse::<SocketAddr>() else {
            bail!("LEPTOS_SITE_ADDR is {address:?}; it must be like 127.0.0.1:3000. Nothing was changed");
        };
        let proxies = or("TRUSTED_PROXIES", "0");
        let Ok(trusted_proxies) = proxies.parse::<usize>() else {
            bail!(
                "TRUSTED_PROXIES is {proxies:?}; it must be a number, how many proxies stand in front. \
                 Nothing was changed"
            );
        };
        let database_url = or("DATABASE_URL", "sqlite:data/academy.db");
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database_url.starts_with(scheme)) {
            bail!(
                "DATABASE_URL must begin with sqlite: or postgres:, for example sqlite:data/academy.db. \
                 Nothing was changed"
            );
        }
        Ok(Self {
            database_url,
            site_addr,
            site_root: path("LEPTOS_SITE_ROOT", "target/site")?,
            public_url: public_url(&or("PUBLIC_URL", &format!("http://{site_addr}")))?,
            secret_key_file: path("SECRET_KEY_FILE", "data/secret.key")?,
            trusted_proxies,
            content_dir: path("CONTENT_DIR", "content")?,
        })
    }

    /// Whether browsers come by HTTPS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Whether only this machine can reach the server.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.public_url.split("://").nth(1).unwrap_or_default();
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
            host.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(':') || rest.starts_with('/'))
        })
    }
}

/// Forms are believed by their origin, and an origin is scheme and host, without anything behind.
fn public_url(typed: &str) -> Result<String> {
    let url = typed.trim_end_matches('/');
    // Never shown: it may hold a password.
    if url.contains('@') {
        bail!("PUBLIC_URL may not hold a user or a password. Nothing was changed");
    }
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    if host.is_empty() || host.contains(['/', '?', '#', ' ']) {
        bail!(
            "PUBLIC_URL is {typed:?}; it must begin with http:// or https:// and hold no path, \
             like https://academy.example. Nothing was changed"
        );
    }
    Ok(url.to_owned())
}

/// The folder `here`; if there is none, the one `beside` the program, such as `target/release/server`.
fn shipped(here: PathBuf, beside: &str) -> PathBuf {
    if here.exists() {
        return here;
    }
    let program = std::env::current_exe().ok();
    let found = program.as_deref().and_then(Path::parent).map(|folder| folder.join(beside));
    found.filter(|found| found.exists()).unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &'static str) -> Result<Config> {
        Config::read(move |asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn a_wrong_value_names_its_variable() {
        for (name, value) in [
            ("LEPTOS_SITE_ADDR", "nowhere"),
            ("LEPTOS_SITE_ROOT", ""),
            ("PUBLIC_URL", "academy.example"),
            ("PUBLIC_URL", "https:///"),
            ("PUBLIC_URL", "https://academy.example/path"),
            ("SECRET_KEY_FILE", ""),
            ("CONTENT_DIR", ""),
            ("TRUSTED_PROXIES", "some"),
            ("DATABASE_URL", "mysql://x"),
        ] {
            let error = with(name, value).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn loopback_is_recognised() {
        for (url, is) in [
            ("http://127.0.0.1:3000", true),
            ("http://localhost", true),
            ("https://academy.example", false),
            ("http://127.0.0.1.evil.example", false),
        ] {
            assert_eq!(with("PUBLIC_URL", url).unwrap().is_loopback(), is, "{url}");
        }
    }
}
