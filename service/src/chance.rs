//! The one place that draws chance: ids, tokens, seeds, salts, codes.

use domain::id::Id;
use domain::time::Moment;
use rand::RngExt;
use uuid::Uuid;

/// Random bytes from the operating system's generator, by way of a seeded stream cipher.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    rand::rng().fill(&mut out[..]);
    out
}

/// A UUID of version 7: ordered by time, unguessable within a millisecond.
#[must_use]
pub fn uuid(now: Moment) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes()).into_uuid()
}

/// The id of a new thing.
#[must_use]
pub fn id<K>(now: Moment) -> Id<K> {
    Id::new(uuid(now))
}

/// A one-time code: ten letters and digits without look-alikes, in two groups; 50 bits.
#[must_use]
pub fn code() -> String {
    const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ0";
    let letters: String = bytes::<10>()
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)).map(|letter| char::from(*letter)))
        .collect();
    let (first, second) = letters.split_at(5);
    format!("{first}-{second}")
}

/// A code as it is compared: without spaces and hyphens, in capitals, `O` as 0.
#[must_use]
pub fn plain_code(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .map(|c| if c == 'O' { '0' } else { c })
        .collect()
}
