//! Configuration by environment. A wrong value is an error that names the variable.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

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

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// An error that names the variable.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env() -> Result<Self> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads from anywhere: what tests use.
    ///
    /// # Errors
    /// An error that names the variable.
    pub fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let or = |name: &str, default: &str| var(name).unwrap_or_else(|| default.to_owned());
        let address = or("LEPTOS_SITE_ADDR", "127.0.0.1:3000");
        let site_addr: SocketAddr = address
            .parse()
            .with_context(|| format!("LEPTOS_SITE_ADDR is {address:?}; it must be like 127.0.0.1:3000"))?;
        let public_url = or("PUBLIC_URL", &format!("http://{site_addr}"));
        if !(public_url.starts_with("http://") || public_url.starts_with("https://")) {
            bail!("PUBLIC_URL is {public_url:?}; it must begin with http:// or https://");
        }
        let proxies = or("TRUSTED_PROXIES", "0");
        let trusted_proxies = proxies.parse().with_context(|| {
            format!("TRUSTED_PROXIES is {proxies:?}; it must be a number, how many proxies stand in front")
        })?;
        let database_url = or("DATABASE_URL", "sqlite:data/academy.db");
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database_url.starts_with(scheme)) {
            bail!("DATABASE_URL must begin with sqlite: or postgres:, for example sqlite:data/academy.db");
        }
        Ok(Self {
            database_url,
            site_addr,
            site_root: or("LEPTOS_SITE_ROOT", "target/site").into(),
            public_url: public_url.trim_end_matches('/').to_owned(),
            secret_key_file: or("SECRET_KEY_FILE", "data/secret.key").into(),
            trusted_proxies,
            content_dir: or("CONTENT_DIR", "content").into(),
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
            ("PUBLIC_URL", "academy.example"),
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
