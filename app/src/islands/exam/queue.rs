//! What waits to be kept on the server: in memory, and in the browser's own database.

use std::cell::RefCell;

use domain::attempt::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::keep;
use super::sync::attempt;

/// One event as it is kept and sent: `api::exam::WireEvent`, and never anything that makes no sense.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) seq: i64,
    pub(super) position: u32,
    pub(super) value: Value,
}

/// Events of one writer that the server has not acknowledged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) writer: String,
    pub(super) events: Vec<Event>,
}

#[derive(Default)]
pub(super) struct Queue {
    /// Who writes now; empty until the lease is held.
    pub(super) writer: String,
    pub(super) seq: i64,
    /// Changes made before the lease was held.
    pub(super) early: Vec<(u32, Value)>,
    pub(super) pending: Vec<Pending>,
    pub(super) is_sending: bool,
    pub(super) failures: u32,
    /// What the clock is counted from: milliseconds left, and the browser's monotonic time then.
    pub(super) clock: (i64, f64),
    pub(super) is_over: bool,
    pub(super) is_paused: bool,
    /// Names that this tab has locked for itself: it is not another tab to itself.
    pub(super) locked: Vec<String>,
    /// Which of the planned resends is the one that counts: only the last.
    pub(super) planned: u32,
    /// The server asked not to come before: a time of the browser's monotonic clock.
    pub(super) not_before: f64,
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::new(Queue::default());
}

pub(super) fn queue<T>(f: impl FnOnce(&mut Queue) -> T) -> T {
    QUEUE.with_borrow_mut(f)
}

pub(super) fn push(client: Client, position: u32, value: Value) {
    queue(|queue| {
        queue.seq += 1;
        let event = Event { seq: queue.seq, position, value };
        let writer = queue.writer.clone();
        match queue.pending.iter_mut().find(|pending| pending.writer == writer) {
            Some(pending) => pending.events.push(event),
            None => queue.pending.push(Pending { writer, events: vec![event] }),
        }
    });
    keep_all(client);
}

/// Keeps what waits in the browser's own database. What came before the lease has no writer and no numbers yet.
pub(super) fn keep_all(client: Client) {
    let text = queue(|queue| {
        let mut waiting = queue.pending.clone();
        if !queue.early.is_empty() {
            let early = queue.early.iter().cloned();
            let events = early.map(|(position, value)| Event { seq: 0, position, value }).collect();
            waiting.push(Pending { writer: String::new(), events });
        }
        if waiting.is_empty() { String::new() } else { serde_json::to_string(&waiting).unwrap_or_default() }
    });
    persist(client, text);
}

pub(super) fn persist(client: Client, text: String) {
    client.unsent.set(text.clone());
    spawn_local(async move { keep::save(&attempt(client), &text).await });
}
