//! Keeping answers: here at once, on the server as soon as it acknowledges. One batch is under way at a
//! time; a failed one is sent again after a growing pause with jitter.

use std::cell::RefCell;
use std::time::Duration;

use domain::attempt::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use super::call::{Failed, call};
use super::client::{Client, Kept, Seat};
use super::page::{below, chosen, go_to, now, reload, since, storage};
use super::{keep, lock};
use crate::api::exam::{Answered, Current, Taken, WireState};

/// One event as it is kept and sent: `api::exam::WireEvent`, and never anything that makes no sense.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Event {
    seq: i64,
    position: u32,
    value: Value,
}

/// Events of one writer that the server has not acknowledged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Pending {
    writer: String,
    events: Vec<Event>,
}

/// What `take-over` and `state` are asked with.
#[derive(Default, Serialize)]
struct Asking {
    attempt: String,
    writer: Option<String>,
    confirm: bool,
}

/// What `answer` is sent.
#[derive(Serialize)]
struct Batch<'a> {
    attempt: String,
    writer: &'a str,
    events: &'a [Event],
}

#[derive(Default)]
struct Queue {
    /// Who writes now; empty until the lease is held.
    writer: String,
    seq: i64,
    /// Changes made before the lease was held.
    early: Vec<(u32, Value)>,
    pending: Vec<Pending>,
    is_sending: bool,
    failures: u32,
    /// What the clock is counted from: milliseconds left, and the browser's monotonic time then.
    clock: (i64, f64),
    is_over: bool,
    is_paused: bool,
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::new(Queue::default());
}

fn queue<T>(f: impl FnOnce(&mut Queue) -> T) -> T {
    QUEUE.with_borrow_mut(f)
}

fn attempt(client: Client) -> String {
    client.sheet.with_value(|sheet| sheet.attempt.clone())
}

/// Starts the clock, reads what was chosen before the page was alive, takes the lease, sends what waits.
pub(super) fn wake(client: Client) {
    set_clock(client, client.left_ms.get_untracked());
    queue(|queue| queue.is_paused = client.seat.get_untracked() == Seat::Paused);
    Effect::new(move |_| {
        early_choice(client);
        spawn_local(async move {
            if let Some(text) = keep::load(&attempt(client)).await
                && let Ok(pending) = serde_json::from_str::<Vec<Pending>>(&text)
            {
                show_waiting(client, &pending);
                client.unsent.set(text);
                queue(|queue| queue.pending = pending);
            }
            take(client, false);
        });
        set_interval(move || tick(client), Duration::from_secs(1));
        set_interval(move || ask(client), Duration::from_secs(20));
        window_event_listener(leptos::ev::online, move |_| {
            client.is_offline.set(false);
            queue(|queue| queue.failures = 0);
            flush(client);
        });
        window_event_listener(leptos::ev::offline, move |_| client.is_offline.set(true));
    });
}

fn set_clock(client: Client, left_ms: i64) {
    queue(|queue| queue.clock = (left_ms, now()));
    client.left_ms.set(left_ms);
}

fn tick(client: Client) {
    if queue(|queue| queue.is_paused) {
        return;
    }
    let (from, at) = queue(|queue| queue.clock);
    let left = from.saturating_sub(since(at));
    let before = client.left_ms.get_untracked();
    client.left_ms.set(left);
    for (threshold, word) in [(300_000, 0), (60_000, 1)] {
        if before > threshold && left <= threshold {
            let said = client.sheet.with_value(|sheet| {
                if word == 0 { sheet.words.last_minutes.clone() } else { sheet.words.last_minute.clone() }
            });
            client.said.set(said);
        }
    }
    if left <= 0 && queue(|queue| !queue.is_over) {
        flush(client);
        ask(client);
    }
}

fn ask(client: Client) {
    if queue(|queue| queue.is_sending || queue.is_over || queue.writer.is_empty()) {
        return;
    }
    spawn_local(async move {
        let writer = queue(|queue| queue.writer.clone());
        let asked = Asking { attempt: attempt(client), writer: Some(writer), ..Asking::default() };
        if let Ok(current) = call::<Current>("state", &asked).await {
            client.is_offline.set(false);
            set_clock(client, current.time_left_ms);
            obey(client, &current.state);
        }
    });
}

fn obey(client: Client, state: &WireState) {
    let was_paused = queue(|queue| std::mem::replace(&mut queue.is_paused, *state == WireState::Paused));
    match state {
        WireState::Open if was_paused => client.seat.set(Seat::Mine),
        WireState::Open | WireState::TryAgain { .. } => {}
        WireState::Paused => client.seat.set(Seat::Paused),
        WireState::LeaseLost => client.seat.set(Seat::Elsewhere),
        WireState::TimeUp | WireState::Finished => {
            queue(|queue| queue.is_over = true);
            go_to(&format!("/results/{}", attempt(client)));
        }
    }
}

/// Asks for the lease; with the person's word, takes it from wherever it is.
pub(super) fn take(client: Client, confirm: bool) {
    spawn_local(async move {
        let attempt = attempt(client);
        let key = format!("writer {attempt}");
        let mut known = storage().and_then(|storage| storage.get_item(&key).ok().flatten());
        if let Some(writer) = &known
            && !lock::hold(writer).await
        {
            known = None;
        }
        let asked = Asking { attempt, writer: known.clone(), confirm };
        match call::<Taken>("take-over", &asked).await {
            Ok(Taken::Held { writer, seq }) => {
                if known.as_deref() != Some(writer.as_str()) {
                    lock::hold(&writer).await;
                }
                if let Some(storage) = storage() {
                    let _ = storage.set_item(&key, &writer);
                }
                if confirm {
                    // Another tab or device may have answered meanwhile: the page is asked for anew.
                    reload();
                    return;
                }
                if !queue(|queue| queue.is_paused) {
                    client.seat.set(Seat::Mine);
                }
                held(client, writer, seq);
            }
            Ok(Taken::Asks) => client.seat.set(Seat::Elsewhere),
            Ok(Taken::Over) => obey(client, &WireState::Finished),
            Err(error) => {
                failed(client, error);
                set_timeout(move || take(client, confirm), Duration::from_secs(5));
            }
        }
    });
}

fn held(client: Client, writer: String, seq: i64) {
    let early = queue(|queue| {
        // Numbers given before a reload and not yet acknowledged go on counting.
        let kept = queue.pending.iter().filter(|pending| pending.writer == writer);
        let highest = kept.flat_map(|pending| &pending.events).map(|event| event.seq).max().unwrap_or(0);
        queue.seq = seq.max(highest);
        queue.writer = writer;
        std::mem::take(&mut queue.early)
    });
    for (position, value) in early {
        push(client, position, value);
    }
    flush(client);
}

fn show_waiting(client: Client, pending: &[Pending]) {
    for event in pending.iter().flat_map(|pending| &pending.events) {
        let at = usize::try_from(event.position).unwrap_or(1).saturating_sub(1);
        match &event.value {
            Value::Options(options) => {
                set(client.answers, at, options.clone());
                set(client.kept, at, Kept::Waiting);
            }
            Value::Mark { mark } => set(client.marks, at, *mark),
        }
        if at == client.at.get_untracked() {
            client.drawn.update(|drawn| *drawn += 1);
        }
    }
}

fn set<T: Send + Sync + 'static>(signal: RwSignal<Vec<T>>, at: usize, value: T) {
    signal.update(|all| {
        if let Some(slot) = all.get_mut(at) {
            *slot = value;
        }
    });
}

/// What was chosen before the page was alive: the page is asked, not the props.
fn early_choice(client: Client) {
    let at = client.at.get_untracked();
    let known = client.answers.with_untracked(|answers| answers.get(at).cloned().unwrap_or_default());
    let is_choice = document().query_selector("#exam-form input[name=choice]").ok().flatten().is_some();
    let mut there = chosen();
    let mut sorted = known;
    sorted.sort();
    there.sort();
    if is_choice && there != sorted {
        answer(client, at, there);
    }
}

/// An answer of the person.
pub(super) fn answer(client: Client, at: usize, tokens: Vec<String>) {
    set(client.answers, at, tokens.clone());
    set(client.kept, at, Kept::Waiting);
    record(client, at, Value::Options(tokens));
}

/// A mark to look at a question again.
pub(super) fn mark(client: Client, at: usize, mark: bool) {
    set(client.marks, at, mark);
    record(client, at, Value::Mark { mark });
}

fn record(client: Client, at: usize, value: Value) {
    let position = u32::try_from(at + 1).unwrap_or(1);
    if queue(|queue| queue.writer.is_empty()) {
        queue(|queue| queue.early.push((position, value)));
        return;
    }
    push(client, position, value);
    flush(client);
}

fn push(client: Client, position: u32, value: Value) {
    let text = queue(|queue| {
        queue.seq += 1;
        let event = Event { seq: queue.seq, position, value };
        let writer = queue.writer.clone();
        match queue.pending.iter_mut().find(|pending| pending.writer == writer) {
            Some(pending) => pending.events.push(event),
            None => queue.pending.push(Pending { writer, events: vec![event] }),
        }
        as_text(&queue.pending)
    });
    persist(client, text);
}

fn as_text(pending: &[Pending]) -> String {
    if pending.is_empty() { String::new() } else { serde_json::to_string(pending).unwrap_or_default() }
}

fn persist(client: Client, text: String) {
    client.unsent.set(text.clone());
    spawn_local(async move { keep::save(&attempt(client), &text).await });
}

const MOST_AT_ONCE: usize = 100;

/// Sends what waits, the oldest writer first, unless a batch is under way.
pub(super) fn flush(client: Client) {
    let batch = queue(|queue| {
        if queue.is_sending {
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
                set_timeout(move || flush(client), Duration::from_millis(u64::from(after_ms)));
            }
            Ok(answered) => {
                client.is_offline.set(false);
                set_clock(client, answered.time_left_ms);
                acknowledged(client, &writer, &answered, &events);
                let is_mine = queue(|queue| queue.writer == writer);
                if is_mine || answered.state != WireState::LeaseLost {
                    obey(client, &answered.state);
                }
                flush(client);
            }
            Err(error) => {
                failed(client, error);
                let pause = queue(|queue| {
                    queue.failures += 1;
                    1000 * 2u64.pow(queue.failures.min(5) - 1)
                });
                let jitter = below(500);
                set_timeout(move || flush(client), Duration::from_millis(pause + jitter));
            }
        }
    });
}

fn acknowledged(client: Client, writer: &str, answered: &Answered, sent: &[Event]) {
    let (text, waiting) = queue(|queue| {
        queue.failures = 0;
        for pending in queue.pending.iter_mut().filter(|pending| pending.writer == writer) {
            pending.events.retain(|event| event.seq > answered.acked_seq);
        }
        queue.pending.retain(|pending| !pending.events.is_empty());
        let waiting: Vec<u32> =
            queue.pending.iter().flat_map(|pending| &pending.events).map(|event| event.position).collect();
        (as_text(&queue.pending), waiting)
    });
    persist(client, text);
    for event in sent.iter().filter(|event| matches!(event.value, Value::Options(_))) {
        if !waiting.contains(&event.position) {
            let index = usize::try_from(event.position).unwrap_or(1).saturating_sub(1);
            let is_refused = answered.refused.iter().any(|refused| refused.seq == event.seq);
            let kept = if is_refused { Kept::NotTaken } else { Kept::At(answered.saved_at_local.clone()) };
            set(client.kept, index, kept);
        }
    }
}

fn failed(client: Client, error: Failed) {
    match error {
        Failed::SignedOut => client.seat.set(Seat::SignedOut),
        Failed::Link => client.is_offline.set(true),
    }
}

/// Goes to the page that hands in, once everything has been sent or a little time has passed.
pub(super) fn hand_in(client: Client) {
    flush(client);
    let go = move || {
        let (writer, seq) = queue(|queue| (queue.writer.clone(), queue.seq));
        go_to(&format!("/exam/{}/finish?writer={writer}&seq={seq}", attempt(client)));
    };
    if queue(|queue| queue.pending.is_empty()) {
        go();
    } else if client.is_offline.get_untracked() {
        client.said.set(client.sheet.with_value(|sheet| sheet.words.unsent.clone()));
    } else {
        set_timeout(go, Duration::from_millis(800));
    }
}
