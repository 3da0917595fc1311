//! Hashing passwords: argon2id with OWASP's parameters (19 MiB, two passes, one lane), on threads of its
//! own, as many at once as there are cores, so that a wave of sign-ins never starves an exam.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::refusal::Fault;
use tokio::sync::Semaphore;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    argon: Argon2<'static>,
    at_once: Arc<Semaphore>,
    /// What an unknown login is checked against, so that it takes as long as a known one.
    nobody: Arc<str>,
}

impl Passwords {
    /// A hasher for this many cores.
    ///
    /// # Errors
    /// A fault when the parameters are not possible on this machine.
    pub fn new(cores: usize) -> Result<Self, Fault> {
        let params = Params::new(19 * 1024, 2, 1, None)
            .map_err(|error| Fault::new("setting up password hashing", error.to_string()))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash_now(&argon, "nobody signs in with this")?;
        Ok(Self { argon, at_once: Arc::new(Semaphore::new(cores.max(1))), nobody: nobody.into() })
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// A fault, should hashing fail.
    pub async fn hash(&self, password: String) -> Result<String, Fault> {
        let argon = self.argon.clone();
        self.run(move || hash_now(&argon, &password)).await?
    }

    /// Whether a password fits a hash. Without a hash it takes as long, and does not.
    ///
    /// # Errors
    /// A fault, should the hash be unreadable.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, Fault> {
        let argon = self.argon.clone();
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        self.run(move || {
            let parsed = PasswordHash::new(&hash)
                .map_err(|error| Fault::new("reading a password hash", error.to_string()))?;
            Ok(argon.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let _turn =
            self.at_once.acquire().await.map_err(|error| Fault::new("waiting for a turn to hash", error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Fault::new("hashing a password", error))
    }
}

fn hash_now(argon: &Argon2<'_>, password: &str) -> Result<String, Fault> {
    argon
        .hash_password_with_salt(password.as_bytes(), &crate::chance::bytes::<16>())
        .map(|hash| hash.to_string())
        .map_err(|error| Fault::new("hashing a password", error.to_string()))
}
