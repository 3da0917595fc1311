//! Sending what waits: one batch at a time; a failed one again after a growing pause with jitter.

use std::time::Duration;

use domain::attempt::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;

use super::call::call;
use super::client::{Client, Kept};
use super::page::{below, now};
use super::queue::{Event, keep_all, queue};
use super::sync::{attempt, back, failed, obey, set, set_clock};
use crate::api::exam::{Answered, WireState};

/// What `answer` is sent.
#[derive(Serialize)]
struct Batch<'a> {
    attempt: String,
    writer: &'a str,
    events: &'a [Event],
}

const MOST_AT_ONCE: usize = 100;

/// Sends what waits, the oldest writer first, unless a batch is under way.
pub(super) fn flush(client: Client) {
    let batch = queue(|queue| {
        if queue.is_sending || now() < queue.not_before {
            return None;
        }
        let pending = queue.pending.first()?;
        let events: Vec<Event> = pending.events.iter().take(MOST_AT_ONCE).cloned().collect();
        queue.is_sending = true;
        Some((queue.pending.first()?.writer.clone(), events))
    });
    let Some((writer, events)) = batch else { return };
    spawn_local(async move {
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
                set_clock(client, answered.time_left_ms);
                acknowledged(client, &writer, &answered, &events);
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
            Err(error) => {
                failed(client, error);
                pause(client);
            }
        }
    });
}

/// Sends again after a pause that grows, each browser at a moment of its own.
pub(super) fn pause(client: Client) {
    let pause = queue(|queue| {
        queue.failures += 1;
        1000 * 2u64.pow(queue.failures.min(5) - 1)
    });
    plan(client, pause + below(500), false);
}

/// Plans the next sending; an earlier plan no longer counts. What the server asked for, nothing cuts short.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "the browser's clock"
)]
pub(super) fn plan(client: Client, after_ms: u64, is_asked: bool) {
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

pub(super) fn acknowledged(client: Client, writer: &str, answered: &Answered, sent: &[Event]) {
    let waiting = queue(|queue| {
        queue.failures = 0;
        for pending in queue.pending.iter_mut().filter(|pending| pending.writer == writer) {
            pending.events.retain(|event| event.seq > answered.acked_seq);
        }
        queue.pending.retain(|pending| !pending.events.is_empty());
        let waiting = queue.pending.iter().flat_map(|pending| &pending.events);
        waiting.map(|event| event.position).collect::<Vec<u32>>()
    });
    keep_all(client);
    for event in sent.iter().filter(|event| matches!(event.value, Value::Options(_))) {
        if !waiting.contains(&event.position) {
            let index = usize::try_from(event.position).unwrap_or(1).saturating_sub(1);
            let is_refused = answered.refused.iter().any(|refused| refused.seq == event.seq);
            // What came while the clock stood still is kept, and does not count.
            let kept = if is_refused || answered.state == WireState::Paused {
                Kept::NotTaken
            } else {
                Kept::At(answered.saved_at_local.clone())
            };
            set(client.kept, index, kept);
        }
    }
}
