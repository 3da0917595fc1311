//! Sending what waits: one batch at a time; a failed one again after a growing pause with jitter. What the
//! server turns away is set aside, and never given up here.

use std::time::Duration;

use domain::attempt::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;

use super::call::{Failed, call};
use super::client::{Client, Kept};
use super::page::{below, now};
use super::queue::{Event, keep_all, queue};
use super::sync::{attempt, back, failed, leave, obey, set, set_clock};
use crate::api::exam::{Answered, WireState};

/// What `answer` is sent.
#[derive(Serialize)]
struct Batch<'a> {
    attempt: String,
    writer: &'a str,
    events: &'a [Event],
}

const MOST_AT_ONCE: usize = 100;

/// Sends what waits, the oldest writer first, unless a batch is under way. What was turned away holds up
/// nobody.
pub(super) fn flush(client: Client) {
    let batch = queue(|queue| {
        if queue.is_sending || now() < queue.not_before {
            return None;
        }
        let pending = queue.pending.iter().find(|pending| !pending.is_aside)?;
        let events: Vec<Event> = pending.events.iter().take(MOST_AT_ONCE).cloned().collect();
        let writer = pending.writer.clone();
        queue.is_sending = true;
        Some((writer, events))
    });
    let Some((writer, events)) = batch else { return };
    spawn_local(async move {
        let asked = now();
        let batch = Batch { attempt: attempt(client), writer: &writer, events: &events };
        let sent = call::<Answered>("answer", &batch).await;
        queue(|queue| queue.is_sending = false);
        match sent {
            Ok(Answered { state: WireState::TryAgain { after_ms }, .. }) => {
                client.is_offline.set(false);
                plan(client, u64::from(after_ms), true);
            }
            Ok(answered) => {
                client.is_offline.set(false);
                set_clock(client, answered.time_left_ms, asked);
                taken(client, &writer, &answered, &events);
            }
            Err(error) => {
                failed(client, error);
                if error == Failed::Refused {
                    set_aside(client, &writer, &events);
                } else {
                    pause(client);
                }
            }
        }
    });
}

fn taken(client: Client, writer: &str, answered: &Answered, events: &[Event]) {
    acknowledged(client, writer, answered, events);
    back(client);
    let is_mine = queue(|queue| queue.writer == writer);
    if is_mine || answered.state != WireState::LeaseLost {
        obey(client, &answered.state);
    }
    if events.last().is_some_and(|last| answered.acked_seq < last.seq) {
        // A number before these is missing: no use in hurrying.
        pause(client);
    } else {
        flush(client);
    }
}

/// What the server turns away stays here, and the others go on. All of a writer's: behind a gap nothing of it
/// could be acknowledged.
fn set_aside(client: Client, writer: &str, events: &[Event]) {
    let is_over = queue(|queue| {
        for pending in queue.pending.iter_mut().filter(|pending| pending.writer == writer) {
            pending.is_aside = true;
        }
        queue.is_over
    });
    for event in events.iter().filter(|event| matches!(event.value, Value::Options(_))) {
        set(client.kept, event.at(), Kept::NotTaken);
    }
    if is_over {
        leave(client);
    } else {
        flush(client);
    }
}

/// The server can be reached, and perhaps knows us again: everything is tried, also what was turned away.
pub(super) fn retry(client: Client) {
    queue(|queue| {
        queue.failures = 0;
        for pending in &mut queue.pending {
            pending.is_aside = false;
        }
    });
    client.is_refused.set(false);
    flush(client);
}

/// Sends again after a pause.
fn pause(client: Client) {
    plan(client, pause_ms(), false);
}

/// A pause that grows, each browser's of its own length.
pub(super) fn pause_ms() -> u64 {
    let pause = queue(|queue| {
        queue.failures += 1;
        1000 * 2u64.pow(queue.failures.min(5) - 1)
    });
    pause + below(500)
}

/// Plans the next sending; an earlier plan no longer counts. What the server asked for, nothing cuts short.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "the browser's clock"
)]
fn plan(client: Client, after_ms: u64, is_asked: bool) {
    let this = queue(|queue| {
        queue.planned = queue.planned.wrapping_add(1);
        queue.not_before = if is_asked { now() + after_ms as f64 } else { 0.0 };
        queue.planned
    });
    let send = move || {
        if queue(|queue| queue.planned == this) {
            queue(|queue| queue.not_before = 0.0);
            flush(client);
        }
    };
    set_timeout(send, Duration::from_millis(after_ms));
}

fn acknowledged(client: Client, writer: &str, answered: &Answered, sent: &[Event]) {
    let (waiting, is_refused) = queue(|queue| {
        queue.failures = 0;
        for pending in queue.pending.iter_mut().filter(|pending| pending.writer == writer) {
            pending.events.retain(|event| event.seq > answered.acked_seq);
        }
        queue.pending.retain(|pending| !pending.events.is_empty());
        let waiting = queue.pending.iter().flat_map(|pending| &pending.events);
        let waiting: Vec<u32> = waiting.map(|event| event.position).collect();
        (waiting, queue.pending.iter().any(|pending| pending.is_aside))
    });
    client.is_refused.set(is_refused);
    keep_all(client);
    for event in sent.iter().filter(|event| matches!(event.value, Value::Options(_))) {
        if !waiting.contains(&event.position) {
            let is_refused = answered.refused.iter().any(|refused| refused.seq == event.seq);
            // What came while the clock stood still is kept, and does not count.
            let kept = if is_refused || answered.state == WireState::Paused {
                Kept::NotTaken
            } else {
                Kept::At(answered.saved_at_local.clone())
            };
            set(client.kept, event.at(), kept);
        }
    }
}
