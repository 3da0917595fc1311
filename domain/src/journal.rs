//! The journal of an attempt: a chain of hashes over everything a candidate's browser ever sent.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::attempt::{Value, Verdict};
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
    /// Why it was refused; empty when it was not.
    pub code: &'a str,
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
    for text in [event.value, event.verdict.code(), event.code] {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.update(event.received_at.timestamp_micros().to_be_bytes());
    hash.finalize().into()
}

/// What the journal says of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Tokens of the chosen options; none when the answer was taken back.
    pub tokens: Vec<String>,
    /// Which event says so.
    pub ord: i64,
    /// Who wrote it.
    pub writer: WriterId,
    /// When it arrived.
    pub at: Moment,
}

/// An event as it is folded.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The question.
    pub position: u32,
    /// The server's number.
    pub ord: i64,
    /// Who wrote it.
    pub writer: WriterId,
    /// What it says.
    pub value: &'a Value,
    /// What became of it.
    pub verdict: Verdict,
    /// When it arrived.
    pub at: Moment,
}

/// What a journal comes to: the last answer that counts to each question, and the questions marked for later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// By question.
    pub answers: BTreeMap<u32, Answer>,
    /// Marked to look at again.
    pub marked: BTreeSet<u32>,
}

/// Folds events in the order of their `ord`: later ones that count replace earlier ones; nothing else does.
pub fn fold<'a>(events: impl IntoIterator<Item = Told<'a>>) -> Answers {
    let mut folded = Answers::default();
    for event in events.into_iter().filter(|event| event.verdict.counts()) {
        match event.value {
            Value::Options(tokens) => {
                let answer =
                    Answer { tokens: tokens.clone(), ord: event.ord, writer: event.writer, at: event.at };
                folded.answers.insert(event.position, answer);
            }
            Value::Mark { mark: true } => {
                folded.marked.insert(event.position);
            }
            Value::Mark { mark: false } => {
                folded.marked.remove(&event.position);
            }
        }
    }
    folded
}

/// Up to which number everything of a writer has been received: later ones may be there, with a gap before.
#[must_use]
pub fn acked(before: i64, received: impl IntoIterator<Item = i64>) -> i64 {
    let later: BTreeSet<i64> = received.into_iter().filter(|seq| *seq > before).collect();
    later.into_iter().fold(before, |acked, seq| if seq == acked + 1 { seq } else { acked })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
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
            code: "",
            received_at: "2026-11-22T10:00:00Z".parse().unwrap(),
        };
        let whole = link(&EMPTY, &event);
        for other in [
            Event { seq: 2, ..event },
            Event { ord: 2, ..event },
            Event { position: 4, ..event },
            Event { value: r#"["ab"]"#, ..event },
            Event { verdict: Verdict::Late, ..event },
            Event { code: "unknown_option", ..event },
            Event { received_at: "2026-11-22T10:00:00.000001Z".parse().unwrap(), ..event },
        ] {
            assert_ne!(link(&EMPTY, &other), whole, "{other:?}");
        }
        assert_ne!(link(&whole, &event), whole);
    }

    fn told(position: u32, ord: i64, value: &Value, verdict: Verdict) -> Told<'_> {
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        Told { position, ord, writer: Id::new(Uuid::from_u128(2)), value, verdict, at }
    }

    #[test]
    fn the_last_event_that_counts_is_the_answer() {
        let [a, b, none] = [vec!["aa"], vec!["bb"], vec![]]
            .map(|tokens| Value::Options(tokens.into_iter().map(str::to_owned).collect()));
        let mark = Value::Mark { mark: true };
        let folded = fold([
            told(1, 1, &a, Verdict::Counted),
            told(1, 2, &b, Verdict::Grace),
            told(1, 3, &a, Verdict::Late),
            told(2, 4, &a, Verdict::Paused),
            told(3, 5, &a, Verdict::Counted),
            told(3, 6, &none, Verdict::Counted),
            told(3, 7, &mark, Verdict::Counted),
            told(4, 8, &b, Verdict::Superseded),
        ]);
        let tokens: Vec<_> = folded.answers.iter().map(|(at, answer)| (*at, answer.tokens.len())).collect();
        assert_eq!(tokens, [(1, 1), (3, 0)]);
        assert_eq!(folded.answers[&1].ord, 2, "an answer within the grace replaces the one before");
        assert!(folded.marked.contains(&3));
    }

    #[test]
    fn an_acknowledgement_stops_at_a_gap() {
        for (before, received, after) in [
            (0, vec![1, 2, 3], 3),
            (0, vec![2, 3], 0),
            (3, vec![5, 4], 5),
            (3, vec![1, 2], 3),
            (7, vec![], 7),
        ] {
            assert_eq!(acked(before, received.clone()), after, "{before} {received:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_acknowledged_was_received(received in proptest::collection::vec(1i64..60, 0..60)) {
            let upto = acked(0, received.iter().copied());
            for seq in 1..=upto {
                prop_assert!(received.contains(&seq));
            }
            prop_assert!(!received.contains(&(upto + 1)));
        }
    }
}
