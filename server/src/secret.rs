//! The secret key: created only when both it and the database are new; missing or foreign is an error.
//!
//! The database holds its fingerprint only. Nothing is derived from it yet; signing keys will be wrapped with it.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use service::Services;

const FACT: &str = "key_fingerprint";

/// Makes sure that the key and the database belong together.
///
/// # Errors
/// An error that says which of the two is missing or foreign, and what to do.
pub async fn check(s: &Services, file: &Path) -> Result<()> {
    let known = service::facts::get(s, FACT).await?;
    let key = match (file.exists(), &known) {
        (true, _) => read(file)?,
        (false, None) => create(file)?,
        (false, Some(_)) => bail!(
            "SECRET_KEY_FILE: {} is missing, and this database was made with a key. Put the key file back",
            file.display()
        ),
    };
    let fingerprint = service::facts::fingerprint(&key);
    match known {
        None => service::facts::set(s, FACT, fingerprint).await.context("keeping the key's fingerprint"),
        Some(known) if known == fingerprint => Ok(()),
        Some(_) => {
            bail!("SECRET_KEY_FILE: {} is not the key that this database was made with", file.display())
        }
    }
}

fn read(file: &Path) -> Result<[u8; 32]> {
    let bytes =
        std::fs::read(file).with_context(|| format!("SECRET_KEY_FILE: reading {}", file.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file)?.permissions().mode();
        if mode & 0o077 != 0 {
            bail!("SECRET_KEY_FILE: {} can be read by others; give it the mode 0600", file.display());
        }
    }
    bytes.try_into().map_err(|bytes: Vec<u8>| {
        anyhow::anyhow!("SECRET_KEY_FILE: {} has {} bytes, not 32", file.display(), bytes.len())
    })
}

fn create(file: &Path) -> Result<[u8; 32]> {
    let key = service::chance::bytes::<32>();
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut out =
        options.open(file).with_context(|| format!("SECRET_KEY_FILE: creating {}", file.display()))?;
    out.write_all(&key)?;
    out.sync_all()?;
    Ok(key)
}
