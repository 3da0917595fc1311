//! The journal while a batch of events is judged and entered.

use domain::attempt::{State, Value, Verdict, judge, read_options};
use domain::draw::option_token;
use domain::id::WriterId;
use domain::journal::{self, link};
use domain::refusal::Fault;
use domain::time::Moment;
use store::attempt::{Attempt, Event, Slot};

use crate::chance;

/// An event as it arrives.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The writer's number, from 1.
    pub seq: i64,
    /// The question, from 1.
    pub position: u32,
    /// What it says.
    pub value: Value,
}

pub(super) fn canonical(value: &Value) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::new("writing an event", error))
}

pub(super) enum Read {
    Answer(Vec<u8>),
    Mark(bool),
}

/// The journal while a batch is entered.
pub(super) struct Book<'a> {
    pub(super) held: &'a Attempt,
    pub(super) writer: WriterId,
    pub(super) state: State,
    pub(super) now: Moment,
    pub(super) slots: Vec<Slot>,
    pub(super) ord: i64,
    pub(super) link: journal::Link,
}

impl Book<'_> {
    pub(super) fn slot(&self, position: u32) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.position == position)
    }

    pub(super) fn judge(&self, incoming: &Incoming) -> (Verdict, Option<Result<Read, &'static str>>) {
        let Some(slot) = self.slot(incoming.position) else {
            return (Verdict::Refused, Some(Err("unknown_question")));
        };
        let read = match &incoming.value {
            Value::Mark { mark } => Ok(Read::Mark(*mark)),
            Value::Options(tokens) => {
                let shown: Vec<(String, u8)> = slot
                    .order
                    .iter()
                    .map(|option| (option_token(&self.held.seed, slot.position, *option), *option))
                    .collect();
                read_options(slot.kind, &shown, tokens).map(Read::Answer)
            }
        };
        if read.is_err() {
            return (Verdict::Refused, Some(read));
        }
        let holder = self.held.writer;
        let newer_answered = self.writer != holder && slot.writer == Some(holder);
        (judge(self.state, newer_answered), Some(read))
    }

    pub(super) fn enter(&mut self, incoming: &Incoming, value: String, verdict: Verdict) -> Event {
        self.ord += 1;
        self.link = link(
            &self.link,
            &journal::Event {
                attempt: self.held.id,
                writer: self.writer,
                seq: incoming.seq,
                ord: self.ord,
                position: incoming.position,
                value: &value,
                verdict,
                received_at: self.now,
            },
        );
        Event {
            id: chance::uuid(self.now),
            writer: self.writer,
            seq: incoming.seq,
            ord: self.ord,
            position: incoming.position,
            value,
            verdict,
            received_at: self.now,
            link: self.link,
        }
    }
}
