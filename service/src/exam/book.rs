//! The journal while a batch of events is judged and entered.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::attempt::{State, Value, Verdict, judge, read_options};
use domain::id::WriterId;
use domain::journal::{self, link};
use domain::time::Moment;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::attempt::{Attempt, Event};

use super::form::Form;
use crate::chance;

/// An event as it arrives: nothing about it has been believed yet.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The writer's number, from 1.
    pub seq: i64,
    /// The question, from 1; 0 when it was no such number.
    pub position: u32,
    /// What it says.
    pub value: serde_json::Value,
}

/// A value longer than this is kept as its length and hash only: no answer is that long.
const LONGEST_VALUE: usize = 1024;

impl Incoming {
    /// What is kept of the value: canonical JSON (keys in order, no spaces).
    fn body(&self) -> String {
        let body = self.value.to_string();
        if body.len() <= LONGEST_VALUE {
            return body;
        }
        let hash = domain::draw::hex(&Sha256::digest(body.as_bytes()));
        json!({ "bytes": body.len(), "sha256": hash }).to_string()
    }
}

/// What is known of an earlier writer: who answered since.
pub(super) struct Earlier {
    /// Everything of it has been received up to this number.
    pub(super) acked_seq: i64,
    /// Questions whose answer is a newer writer's.
    pub(super) answered_since: Vec<u32>,
}

/// The journal while a batch is entered.
pub(super) struct Book<'a> {
    pub(super) held: &'a Attempt,
    pub(super) form: Arc<Form>,
    pub(super) writer: WriterId,
    /// None while the writer holds the lease.
    pub(super) earlier: Option<Earlier>,
    pub(super) state: State,
    pub(super) now: Moment,
    ord: i64,
    link: journal::Link,
    known: BTreeMap<i64, Vec<Event>>,
    entered: Vec<Event>,
    refused: Vec<(i64, String)>,
}

/// What a batch adds to a journal.
pub(super) struct Entered {
    pub(super) events: Vec<Event>,
    pub(super) refused: Vec<(i64, String)>,
    pub(super) acked: i64,
    pub(super) ord: i64,
    pub(super) link: journal::Link,
}

impl<'a> Book<'a> {
    pub(super) fn open(
        held: &'a Attempt,
        form: Arc<Form>,
        (writer, earlier): (WriterId, Option<Earlier>),
        known: Vec<Event>,
        now: Moment,
    ) -> Self {
        let mut by_seq: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
        for event in known {
            by_seq.entry(event.seq).or_default().push(event);
        }
        Self {
            held,
            form,
            writer,
            earlier,
            state: held.clockwork().state_at(now),
            now,
            ord: held.last_ord,
            link: held.journal_hash,
            known: by_seq,
            entered: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Judges an event and enters it, unless it has been received before.
    pub(super) fn receive(&mut self, incoming: &Incoming) {
        if incoming.seq < 1 {
            self.refused.push((incoming.seq, "bad_seq".to_owned()));
            return;
        }
        let body = incoming.body();
        let known = self.known.entry(incoming.seq).or_default();
        if let Some(same) =
            known.iter().find(|event| event.position == incoming.position && event.value == body)
        {
            // The same event again is acknowledged again, and refused again.
            if !same.code.is_empty() {
                self.refused.push((incoming.seq, same.code.clone()));
            }
            return;
        }
        let (verdict, code) =
            if known.is_empty() { self.judge(incoming) } else { (Verdict::Conflict, "conflict") };
        if !code.is_empty() {
            self.refused.push((incoming.seq, code.to_owned()));
        }
        self.enter(incoming, body, verdict, code);
    }

    fn judge(&self, incoming: &Incoming) -> (Verdict, &'static str) {
        let Some(slot) = self.form.slot(incoming.position) else {
            return (Verdict::Refused, "unknown_question");
        };
        if incoming.value.to_string().len() > LONGEST_VALUE {
            return (Verdict::Refused, "too_long");
        }
        match serde_json::from_value(incoming.value.clone()) {
            Err(_) => return (Verdict::Refused, "unreadable"),
            Ok(Value::Mark { .. }) => {}
            Ok(Value::Options(tokens)) => {
                if let Err(code) = read_options(slot.kind, &self.form.shown(slot), &tokens) {
                    return (Verdict::Refused, code);
                }
            }
        }
        let newer_answered =
            self.earlier.as_ref().is_some_and(|earlier| earlier.answered_since.contains(&slot.position));
        (judge(self.state, newer_answered), "")
    }

    fn enter(&mut self, incoming: &Incoming, value: String, verdict: Verdict, code: &'static str) {
        self.ord += 1;
        let chained = journal::Event {
            attempt: self.held.id,
            writer: self.writer,
            seq: incoming.seq,
            ord: self.ord,
            position: incoming.position,
            value: &value,
            verdict,
            code,
            received_at: self.now,
        };
        self.link = link(&self.link, &chained);
        let event = Event {
            id: chance::uuid(self.now),
            writer: self.writer,
            seq: incoming.seq,
            ord: self.ord,
            position: incoming.position,
            value,
            verdict,
            code: code.to_owned(),
            received_at: self.now,
            link: self.link,
        };
        self.known.entry(incoming.seq).or_default().push(event.clone());
        self.entered.push(event);
    }

    pub(super) fn close(self) -> Entered {
        let before = self.earlier.as_ref().map_or(self.held.writer_seq, |earlier| earlier.acked_seq);
        Entered {
            acked: journal::acked(before, self.known.into_keys()),
            events: self.entered,
            refused: self.refused,
            ord: self.ord,
            link: self.link,
        }
    }
}
