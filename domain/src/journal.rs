//! The journal of an attempt: a chain of hashes over everything a candidate's browser ever sent.

use sha2::{Digest, Sha256};

use crate::attempt::Verdict;
use crate::id::{AttemptId, WriterId};
use crate::time::Moment;

/// A link of the chain.
pub type Link = [u8; 32];

/// What a journal starts from, before any event.
pub const EMPTY: Link = [0; 32];

/// One event as it is chained.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Which attempt.
    pub attempt: AttemptId,
    /// Who wrote it.
    pub writer: WriterId,
    /// The writer's own number, from 1.
    pub seq: i64,
    /// The server's number, from 1: the order of the chain.
    pub ord: i64,
    /// The question, from 1.
    pub position: u32,
    /// What was received, as canonical JSON.
    pub value: &'a str,
    /// What became of it.
    pub verdict: Verdict,
    /// When it arrived.
    pub received_at: Moment,
}

/// The link after an event: SHA-256 over the link before and the event's fields, each text with its length.
#[must_use]
pub fn link(before: &Link, event: &Event<'_>) -> Link {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(event.attempt.raw().as_bytes());
    hash.update(event.writer.raw().as_bytes());
    hash.update(event.seq.to_be_bytes());
    hash.update(event.ord.to_be_bytes());
    hash.update(event.position.to_be_bytes());
    for text in [event.value, event.verdict.code()] {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.update(event.received_at.timestamp_micros().to_be_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::Id;

    #[test]
    fn any_change_of_an_event_changes_the_link() {
        let event = Event {
            attempt: Id::new(Uuid::from_u128(1)),
            writer: Id::new(Uuid::from_u128(2)),
            seq: 1,
            ord: 1,
            position: 3,
            value: r#"["aa"]"#,
            verdict: Verdict::Counted,
            received_at: "2026-11-22T10:00:00Z".parse().unwrap(),
        };
        let whole = link(&EMPTY, &event);
        for other in [
            Event { seq: 2, ..event },
            Event { ord: 2, ..event },
            Event { position: 4, ..event },
            Event { value: r#"["ab"]"#, ..event },
            Event { verdict: Verdict::Late, ..event },
            Event { received_at: "2026-11-22T10:00:00.000001Z".parse().unwrap(), ..event },
        ] {
            assert_ne!(link(&EMPTY, &other), whole, "{other:?}");
        }
        assert_ne!(link(&whole, &event), whole);
    }
}
