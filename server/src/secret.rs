//! The secret key: created only when both it and the database are new; missing or foreign is an error.
//!
//! The database holds its fingerprint, and signing keys that are wrapped with it.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use domain::time::Moment;
use service::keys::Keys;
use store::Db;

const FACT: &str = "key_fingerprint";

/// Makes sure that the key and the database belong together, and hands out the keys that follow from it.
///
/// # Errors
/// An error that says which of the two is missing or foreign, and what to do.
pub async fn keys(db: &Db, now: Moment, file: &Path) -> Result<Keys> {
    let known = service::facts::of(db, FACT).await?;
    let named = file.display();
    let is_there = file
        .try_exists()
        .with_context(|| format!("SECRET_KEY_FILE: {named} cannot be looked for, and no key was made"))?;
    let key = match (is_there, &known) {
        (true, _) => read(file)?,
        (false, None) => create(file)?,
        (false, Some(_)) => bail!(
            "SECRET_KEY_FILE: {named} is missing, and this database was made with a key. No other key was \
             made; put the key file back"
        ),
    };
    let fingerprint = service::facts::fingerprint(&key);
    match known {
        None => {
            let noted = service::facts::note(db, now, FACT, fingerprint).await;
            noted.context("keeping the key's fingerprint")?;
        }
        Some(known) if known == fingerprint => {}
        Some(_) => bail!(
            "SECRET_KEY_FILE: {named} is not the key that this database was made with. Both were left as \
             they are; put the database's own key back, or name the database of this key"
        ),
    }
    Keys::of(&key, db, now).await.context("SECRET_KEY_FILE")
}

fn read(file: &Path) -> Result<[u8; 32]> {
    let named = file.display();
    let bytes = std::fs::read(file)
        .with_context(|| format!("SECRET_KEY_FILE: {named} cannot be read, and was left as it is"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file)
            .with_context(|| format!("SECRET_KEY_FILE: {named} cannot be read, and was left as it is"))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            bail!(
                "SECRET_KEY_FILE: {named} can be read by others. It was left as it is; give it the mode \
                 0600: chmod 600 {named}"
            );
        }
    }
    bytes.try_into().map_err(|bytes: Vec<u8>| {
        anyhow!(
            "SECRET_KEY_FILE: {named} has {} bytes, and a key has 32. It was left as it is; put the right \
             key file there",
            bytes.len()
        )
    })
}

fn create(file: &Path) -> Result<[u8; 32]> {
    let named = file.display();
    let made =
        || format!("SECRET_KEY_FILE: {named} cannot be made; name a place that this program may write to");
    let key = service::chance::bytes::<32>();
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(made)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut out = options.open(file).with_context(made)?;
    if let Err(error) = out.write_all(&key).and_then(|()| out.sync_all()) {
        // Half a key would be taken for a wrong one at the next start.
        let _ = std::fs::remove_file(file);
        return Err(error).with_context(made);
    }
    Ok(key)
}
