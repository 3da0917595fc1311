//! The audit chain: what was done, sealed in the order the sealer took it.

use sha2::{Digest, Sha256};

/// A link of the chain.
pub type Link = [u8; 32];

/// What the chain starts from.
pub const EMPTY: Link = [0; 32];

/// The hash of a payload with its salt, so that an erased payload cannot be guessed back from it.
#[must_use]
pub fn payload_hash(salt: &[u8], payload: &str) -> Link {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(payload.as_bytes());
    hash.finalize().into()
}

/// An entry as it is chained.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// Its id.
    pub id: &'a [u8],
    /// Microseconds since 1970.
    pub at_micros: i64,
    /// Who; empty for the server itself.
    pub actor: &'a [u8],
    /// What was done.
    pub action: &'a str,
    /// To what kind of thing.
    pub subject_kind: &'a str,
    /// To which one; empty for none.
    pub subject: &'a [u8],
    /// The salted hash of the payload.
    pub payload_hash: &'a [u8],
}

/// The link after an entry: SHA-256 over the link before and the fields, each with its length.
#[must_use]
pub fn link(before: &Link, entry: &Entry<'_>) -> Link {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(entry.seq.to_be_bytes());
    hash.update(entry.at_micros.to_be_bytes());
    for field in [
        entry.id,
        entry.actor,
        entry.action.as_bytes(),
        entry.subject_kind.as_bytes(),
        entry.subject,
        entry.payload_hash,
    ] {
        hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let entry = Entry {
            seq: 1,
            id: b"id",
            at_micros: 1,
            actor: b"ab",
            action: "c",
            subject_kind: "k",
            subject: b"",
            payload_hash: b"",
        };
        assert_ne!(link(&EMPTY, &entry), link(&EMPTY, &Entry { actor: b"a", action: "bc", ..entry }));
    }

    #[test]
    fn the_same_payload_under_another_salt_looks_different() {
        assert_ne!(payload_hash(b"1", "Иванова"), payload_hash(b"2", "Иванова"));
    }
}
