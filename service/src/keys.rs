//! The keys of this server. One secret, the content of `SECRET_KEY_FILE`, gives all others: keys for codes
//! are derived from it by a label, keys that sign are drawn by chance and kept in the database, wrapped with
//! it.
//!
//! Invariant: whoever holds the database alone can sign nothing, and can make no other signature look like
//! ours.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit, Nonce};
use domain::id::SigningKeyId;
use domain::refusal::Fault;
use domain::time::Moment;
use ed25519_dalek::{SECRET_KEY_LENGTH, Signature, Signer as _, SigningKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use store::Db;
use store::signing_key::{Purpose, Wrapped};
use tokio::sync::OnceCell;

use crate::chance;

/// What a key is derived for. A label never changes: what was made with its key could no longer be read.
const WRAPPING: &str = "sincere: wrap signing keys, 1";
/// What precedes the label of a key for codes, so that it is never the label of another kind of key.
const CODES: &str = "sincere: code, 1: ";
const NONCE: usize = 12;

/// The keys of this server.
pub struct Keys {
    root: Hkdf<Sha256>,
    receipt: OnceCell<Signer>,
    badge: OnceCell<Signer>,
    checkpoint: OnceCell<Signer>,
}

impl Keys {
    /// The keys of a server. What signs inside writes is fetched now: a write waits for no key.
    ///
    /// # Errors
    /// A fault of the database, or a key in it that was wrapped with another secret.
    pub async fn of(secret: &[u8; 32], db: &Db, now: Moment) -> Result<Self, Fault> {
        let keys = Self::new(secret);
        keys.signer(db, now, Purpose::Receipt).await?;
        Ok(keys)
    }

    /// The keys of a program that works on the database of a server beside it: it signs nothing.
    #[must_use]
    pub fn of_a_guest() -> Self {
        Self::new(&chance::bytes())
    }

    /// The keys that follow from a secret. None is fetched.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            root: Hkdf::new(None, secret),
            receipt: OnceCell::new(),
            badge: OnceCell::new(),
            checkpoint: OnceCell::new(),
        }
    }

    /// The code of a text that only this server can make: HMAC with a key of its own for each label.
    ///
    /// # Errors
    /// Never with the lengths that are used here.
    pub fn code(&self, label: &'static str, text: &[u8]) -> Result<[u8; 32], Fault> {
        let key = self.derive(&[CODES, label])?;
        let mut code =
            Hmac::<Sha256>::new_from_slice(&key).map_err(|error| Fault::new("making a code", error))?;
        code.update(text);
        Ok(code.finalize().into_bytes().into())
    }

    fn derive(&self, label: &[&str]) -> Result<[u8; 32], Fault> {
        let mut key = [0; 32];
        let label: Vec<&[u8]> = label.iter().map(|part| part.as_bytes()).collect();
        self.root
            .expand_multi_info(&label, &mut key)
            .map_err(|error| Fault::new("deriving a key", error.to_string()))?;
        Ok(key)
    }

    const fn cell(&self, purpose: Purpose) -> &OnceCell<Signer> {
        match purpose {
            Purpose::Receipt => &self.receipt,
            Purpose::Badge => &self.badge,
            Purpose::Checkpoint => &self.checkpoint,
        }
    }

    /// What signs for a purpose: fetched once, made when there is none yet. Never inside a write: it may write
    /// itself.
    ///
    /// # Errors
    /// A fault of the database, or a key that was wrapped with another secret.
    pub async fn signer(&self, db: &Db, now: Moment, purpose: Purpose) -> Result<&Signer, Fault> {
        let fetch = || async {
            let kept = match store::signing_key::current(db, purpose).await? {
                Some(kept) => kept,
                None => self.make(db, now, purpose).await?,
            };
            self.open(&kept)
        };
        self.cell(purpose).get_or_try_init(fetch).await
    }

    /// What signs for a purpose, if it was fetched before: a write neither waits nor reads for it.
    ///
    /// # Errors
    /// A fault when it was not.
    pub fn ready(&self, purpose: Purpose) -> Result<&Signer, Fault> {
        let ready = self.cell(purpose).get();
        ready.ok_or_else(|| Fault::new("signing", format!("no {} key was fetched", purpose.code())))
    }

    /// A key of ours for a purpose by its id, in use or retired; none when there is no such key.
    ///
    /// # Errors
    /// A fault of the database, or a key that was wrapped with another secret.
    pub async fn find(&self, db: &Db, purpose: Purpose, id: SigningKeyId) -> Result<Option<Signer>, Fault> {
        if let Some(signer) = self.cell(purpose).get().filter(|signer| signer.id == id) {
            return Ok(Some(signer.clone()));
        }
        let kept = store::signing_key::find(db, id).await?.filter(|kept| kept.purpose == purpose);
        kept.map(|kept| self.open(&kept)).transpose()
    }

    async fn make(&self, db: &Db, now: Moment, purpose: Purpose) -> Result<Wrapped, Fault> {
        let new = self.wrap(chance::id(now), purpose, &SigningKey::from_bytes(&chance::bytes()), now)?;
        db.write(move |tx| async move {
            store::signing_key::add(&tx, new).await?;
            // Another server may have been faster: then theirs is the key.
            let kept = store::signing_key::current(&tx, purpose).await?;
            kept.ok_or_else(|| Fault::new("making a signing key", "it is not there"))
        })
        .await
    }

    fn wrap(
        &self,
        id: SigningKeyId,
        purpose: Purpose,
        key: &SigningKey,
        now: Moment,
    ) -> Result<Wrapped, Fault> {
        let nonce = chance::bytes::<NONCE>();
        let aad = bound_to(id, purpose);
        let payload = Payload { msg: key.as_bytes(), aad: aad.as_bytes() };
        let sealed = self
            .cipher()?
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|error| Fault::new("wrapping a signing key", error.to_string()))?;
        Ok(Wrapped {
            id,
            purpose,
            public: key.verifying_key().to_bytes(),
            wrapped: [nonce.as_slice(), &sealed].concat(),
            created_at: now,
        })
    }

    fn open(&self, kept: &Wrapped) -> Result<Signer, Fault> {
        let broken = |why: &str| Fault::new("unwrapping a signing key", format!("key {}: {why}", kept.id));
        let (nonce, sealed) =
            kept.wrapped.split_first_chunk::<NONCE>().ok_or_else(|| broken("it is cut off"))?;
        let aad = bound_to(kept.id, kept.purpose);
        let secret = self
            .cipher()?
            .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: aad.as_bytes() })
            .map_err(|_| broken("it was wrapped with another secret key, or changed"))?;
        let secret: [u8; SECRET_KEY_LENGTH] =
            secret.try_into().map_err(|_| broken("it has another length"))?;
        let key = SigningKey::from_bytes(&secret);
        // A public half that was exchanged would make somebody else's signatures look like ours.
        if key.verifying_key().to_bytes() != kept.public {
            return Err(broken("its public half belongs to another key"));
        }
        Ok(Signer { id: kept.id, key })
    }

    fn cipher(&self) -> Result<ChaCha20Poly1305, Fault> {
        Ok(ChaCha20Poly1305::new(&Key::from(self.derive(&[WRAPPING])?)))
    }
}

/// What a wrapped key is bound to: moved to another row or purpose, it cannot be unwrapped.
fn bound_to(id: SigningKeyId, purpose: Purpose) -> String {
    format!("{} {id}", purpose.code())
}

/// A key that signs.
#[derive(Clone)]
pub struct Signer {
    id: SigningKeyId,
    key: SigningKey,
}

impl Signer {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> SigningKeyId {
        self.id
    }

    /// The public half: whoever has it can check what was signed.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The signature of a text: Ed25519.
    #[must_use]
    pub fn sign(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).to_bytes()
    }

    /// Whether a signature of this key belongs to this very text.
    #[must_use]
    pub fn has_signed(&self, text: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| {
            self.key.verifying_key().verify_strict(text.as_bytes(), &signature).is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::id::Id;
    use uuid::Uuid;

    use super::*;

    fn moment() -> Moment {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn wrapped(keys: &Keys) -> Wrapped {
        let key = SigningKey::from_bytes(&[3; 32]);
        keys.wrap(Id::new(Uuid::from_u128(1)), Purpose::Receipt, &key, moment()).unwrap()
    }

    #[test]
    fn a_wrapped_key_opens_only_as_what_it_was_wrapped() {
        let keys = Keys::new(&[7; 32]);
        let kept = wrapped(&keys);
        assert_eq!(keys.open(&kept).unwrap().public(), kept.public);
        let mut changed = kept.wrapped.clone();
        changed[20] ^= 1;
        for other in [
            Wrapped { id: Id::new(Uuid::from_u128(2)), ..kept.clone() },
            Wrapped { purpose: Purpose::Badge, ..kept.clone() },
            Wrapped { public: SigningKey::from_bytes(&[4; 32]).verifying_key().to_bytes(), ..kept.clone() },
            Wrapped { wrapped: changed, ..kept.clone() },
            Wrapped { wrapped: kept.wrapped[..10].to_vec(), ..kept.clone() },
            Wrapped { wrapped: Vec::new(), ..kept.clone() },
        ] {
            assert!(keys.open(&other).is_err(), "{other:?}");
        }
        assert!(Keys::new(&[8; 32]).open(&kept).is_err(), "another secret");
    }

    #[test]
    fn no_two_wrappings_of_a_key_are_alike_and_none_shows_it() {
        let keys = Keys::new(&[7; 32]);
        let (one, two) = (wrapped(&keys), wrapped(&keys));
        assert_ne!(one.wrapped, two.wrapped);
        assert!(!one.wrapped.windows(32).any(|part| part == [3; 32]));
    }

    #[test]
    fn a_signature_belongs_to_one_text_and_one_key() {
        let keys = Keys::new(&[7; 32]);
        let signer = keys.open(&wrapped(&keys)).unwrap();
        let signature = signer.sign("answered: 39");
        assert!(signer.has_signed("answered: 39", &signature));
        assert!(!signer.has_signed("answered: 40", &signature));
        assert!(!signer.has_signed("answered: 39", &signature[..63]));
        let other = Signer { id: signer.id(), key: SigningKey::from_bytes(&[4; 32]) };
        assert!(!other.has_signed("answered: 39", &signature));
    }

    #[test]
    fn what_is_derived_from_a_known_secret_never_changes() {
        let keys = Keys::new(&[7; 32]);
        let hex = |bytes: [u8; 32]| domain::draw::hex(&bytes);
        assert_eq!(
            hex(keys.derive(&[WRAPPING]).unwrap()),
            KNOWN_WRAPPING,
            "wrapped keys could not be opened"
        );
        assert_eq!(hex(keys.code("known", b"text").unwrap()), KNOWN_CODE);
        assert_ne!(keys.code("known", b"text").unwrap(), keys.code("other", b"text").unwrap());
    }
    const KNOWN_WRAPPING: &str = "f9a4e38ff38450eb22fc825bc827b332e37ffc7436771b8830e6d1b3fd8c36ef";
    const KNOWN_CODE: &str = "335caa62a3c769c412c576b48223cba23a4890c06ec37779ba8b3e6a8899f825";
}
