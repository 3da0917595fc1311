//! What waits to be kept on the server: in memory, and in the browser's own database. What is not
//! acknowledged is always under some key of the database: it leaves one only for another, in the same
//! writing.

use std::cell::RefCell;

use domain::attempt::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::keep;
use super::lock::hold;
use super::page::{tell_result, unlike_any};
use super::sync::{attempt, show_waiting};

/// One event as it is kept and sent: `api::exam::WireEvent`, and never anything that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) seq: i64,
    pub(super) position: u32,
    pub(super) value: Value,
}

impl Event {
    /// The place of its question, from 0.
    pub(super) fn at(&self) -> usize {
        usize::try_from(self.position).unwrap_or(1).saturating_sub(1)
    }
}

/// Events of one writer that the server has not acknowledged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) writer: String,
    pub(super) events: Vec<Event>,
    /// The server has turned them away: they hold up nobody, and wait for a reason to be sent again. Opening
    /// the page anew is one, so this is not kept.
    #[serde(skip)]
    pub(super) is_aside: bool,
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
    /// How often in a row the server could not be asked how things stand.
    pub(super) missed: u32,
    /// What the clock is counted from: milliseconds left, and the browser's monotonic time then.
    pub(super) clock: (i64, f64),
    pub(super) is_over: bool,
    pub(super) is_paused: bool,
    /// Names that this tab has locked for itself: it is not another tab to itself.
    pub(super) locked: Vec<String>,
    /// Under what this page keeps what waits; no other page writes there.
    key: String,
    /// Keys of pages that are gone: what they held is here now.
    adopted: Vec<String>,
    /// Which of the planned resends is the one that counts: only the last.
    pub(super) planned: u32,
    /// The server asked not to come before: a time of the browser's monotonic clock.
    pub(super) not_before: f64,
}

impl Queue {
    /// Adds what waits: each event once, and each writer's in its order. Something new is a reason to try
    /// again.
    fn add(&mut self, found: Pending) {
        let Some(known) = self.pending.iter_mut().find(|known| known.writer == found.writer) else {
            self.pending.push(found);
            return;
        };
        known.is_aside = false;
        for event in found.events {
            if !known.events.contains(&event) {
                let later = known.events.iter().position(|other| other.seq > event.seq);
                known.events.insert(later.unwrap_or(known.events.len()), event);
            }
        }
    }
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
        let events = vec![Event { seq: queue.seq, position, value }];
        queue.add(Pending { writer: queue.writer.clone(), events, is_aside: false });
    });
    keep_all(client);
}

/// Takes up what pages of this browser have kept of the attempt. Of one that is gone all of it, and its key
/// with it. Of one that still lives only what has a number, and its key stays: a number may be sent twice,
/// what has none would become a second answer.
pub(super) async fn gather(client: Client) {
    let attempt = attempt(client);
    let own = own_key(&attempt);
    let mut gone = Vec::new();
    for (key, _) in keep::load(&attempt).await.unwrap_or_default() {
        if key != own && hold(&key).await {
            gone.push(key);
        }
    }
    // Read only now: until its lock was free, a page may have written.
    let found = keep::load(&attempt).await.unwrap_or_default();
    let mut early = Vec::new();
    for (key, text) in found.into_iter().filter(|(key, _)| *key != own) {
        let Ok(mut found) = serde_json::from_str::<Vec<Pending>>(&text) else { continue };
        let is_gone = gone.contains(&key);
        found.retain(|pending| is_gone || !pending.writer.is_empty());
        show_waiting(client, &found, is_gone);
        for pending in found {
            if pending.writer.is_empty() {
                early.extend(pending.events.into_iter().map(|event| (event.position, event.value)));
            } else {
                queue(|queue| queue.add(pending));
            }
        }
        if is_gone {
            queue(|queue| queue.adopted.push(key));
        }
    }
    queue(|queue| {
        // What was chosen since this page was opened is newer.
        queue.early.splice(0..0, early);
    });
    client.unsent.set(waiting());
    keep_all(client);
}

/// Keeps what waits in the browser's own database.
pub(super) fn keep_all(client: Client) {
    // The result still offers a copy of what it has sent.
    if !client.is_result() {
        client.unsent.set(waiting());
    }
    spawn_local(async move {
        let attempt = attempt(client);
        let key = own_key(&attempt);
        // As long as it is locked, this page lives.
        hold(&key).await;
        // A browser that cannot keep anything goes on without.
        let what = || (waiting(), queue(|queue| std::mem::take(&mut queue.adopted)));
        let _ = keep::save(&key, what).await;
        let kept = keep::load(&attempt).await.unwrap_or_default();
        tell_result(&attempt, !kept.is_empty());
    });
}

fn own_key(attempt: &str) -> String {
    queue(|queue| {
        if queue.key.is_empty() {
            queue.key = format!("{attempt} {}", unlike_any());
        }
        queue.key.clone()
    })
}

/// What waits, as text. What came before the lease has no writer and no numbers yet.
fn waiting() -> String {
    queue(|queue| {
        let mut waiting = queue.pending.clone();
        if !queue.early.is_empty() {
            let early = queue.early.iter().cloned();
            let events = early.map(|(position, value)| Event { seq: 0, position, value }).collect();
            waiting.push(Pending { events, ..Pending::default() });
        }
        if waiting.is_empty() { String::new() } else { serde_json::to_string(&waiting).unwrap_or_default() }
    })
}
