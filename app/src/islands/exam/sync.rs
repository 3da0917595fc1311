//! The exam in the browser: answers are kept here at once, and on the server as soon as it acknowledges.

use std::time::Duration;

use domain::attempt::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use web_sys::Storage;

use super::call::{Failed, call};
use super::client::{Client, Kept, Seat};
use super::lock::{can_lock, hold};
use super::page::{chosen, go_to, new_name, now, reload, since};
use super::queue::{Pending, gather, keep_all, push, queue};
use super::send::{flush, pause_ms, retry};
use crate::api::exam::{Current, Taken, WireState};

/// What `take-over` and `state` are asked with.
#[derive(Default, Serialize)]
struct Asking {
    attempt: String,
    writer: Option<String>,
    confirm: bool,
}

pub(super) fn attempt(client: Client) -> String {
    client.sheet.with_value(|sheet| sheet.attempt.clone())
}

/// Starts the clock, reads what was chosen before the page was alive, takes the lease, sends what waits. On
/// the page of the result only the last.
pub(super) fn wake(client: Client) {
    let is_result = client.is_result();
    queue(|queue| {
        // This was true when the server wrote the page. The browser's time begins when the page was asked
        // for, so what has passed since then is more than has passed since it was true.
        queue.clock = (client.left_ms.get_untracked(), 0.0);
        queue.is_paused = client.seat.get_untracked() == Seat::Paused;
    });
    Effect::new(move |_| {
        if !is_result {
            early_choice(client);
            watch(client);
        }
        spawn_local(async move {
            gather(client).await;
            if is_result {
                queue(|queue| queue.is_over = true);
            }
            // What never had a writer needs one, also after the end.
            if is_result && queue(|queue| queue.early.is_empty()) {
                leave(client);
            } else {
                take(client, false);
            }
        });
    });
}

/// The clock, the server's word, and the link.
fn watch(client: Client) {
    set_interval(move || tick(client), Duration::from_secs(1));
    set_interval(move || ask(client), Duration::from_secs(20));
    window_event_listener(leptos::ev::online, move |_| {
        client.is_offline.set(false);
        // Without the lease nothing can be sent yet: that comes first.
        if queue(|queue| queue.writer.is_empty()) {
            take(client, false);
        }
        retry(client);
    });
    window_event_listener(leptos::ev::offline, move |_| client.is_offline.set(true));
}

/// What the server said is left, in the reply to what it was asked at a moment. It was true at some time
/// since then, nobody knows when: the whole way is taken off, so that the clock never shows more than is
/// left. Half of the way would be nearer on most links, and too much where only the reply was slow.
pub(super) fn set_clock(client: Client, left_ms: i64, asked: f64) {
    queue(|queue| queue.clock = (left_ms, asked));
    client.left_ms.set(left_ms.saturating_sub(since(asked)));
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
        let asking = Asking { attempt: attempt(client), writer: Some(writer), ..Asking::default() };
        let asked = now();
        let Ok(current) = call::<Current>("state", &asking).await else {
            queue(|queue| queue.missed += 1);
            return;
        };
        client.is_offline.set(false);
        set_clock(client, current.time_left_ms, asked);
        back(client);
        // It may have been a foreign network that said no, or somebody else who was signed in.
        if queue(|queue| std::mem::take(&mut queue.missed)) > 0 {
            retry(client);
        }
        obey(client, &current.state);
    });
}

pub(super) fn obey(client: Client, state: &WireState) {
    let was_paused = queue(|queue| std::mem::replace(&mut queue.is_paused, *state == WireState::Paused));
    match state {
        WireState::Open if was_paused => client.seat.set(Seat::Mine),
        WireState::Open | WireState::TryAgain { .. } => {}
        WireState::Paused => client.seat.set(Seat::Paused),
        WireState::LeaseLost => client.seat.set(Seat::Elsewhere),
        WireState::TimeUp | WireState::Finished => {
            queue(|queue| queue.is_over = true);
            leave(client);
        }
    }
}

/// The exam is over: what waits is sent first, so that it is kept as late; then the result. That says what
/// was sent, or that something stays here.
pub(super) fn leave(client: Client) {
    if queue(|queue| queue.pending.iter().any(|pending| !pending.is_aside)) {
        flush(client);
    } else if !client.is_result() {
        // The browser's database is given a moment to forget what the server has.
        let go = move || go_to(&format!("/results/{}", attempt(client)));
        set_timeout(go, Duration::from_millis(200));
    } else if queue(|queue| !queue.pending.is_empty() || !queue.early.is_empty()) {
        client.is_refused.set(true);
    } else if client.unsent.with_untracked(|unsent| !unsent.is_empty()) {
        client.said.set(client.sheet.with_value(|sheet| sheet.words.unsent.clone()));
    }
}

/// The session is there again, perhaps by a sign-in in another tab: the lease follows it.
pub(super) fn back(client: Client) {
    if client.seat.get_untracked() == Seat::SignedOut {
        client.seat.set(Seat::Mine);
        take(client, false);
    }
}

/// Asks for the lease; with the person's word, takes it from wherever it is.
pub(super) fn take(client: Client, confirm: bool) {
    spawn_local(async move {
        let name = name(client).await;
        let asked = Asking { attempt: attempt(client), writer: name.clone(), confirm };
        match call::<Taken>("take-over", &asked).await {
            Ok(Taken::Held { writer, seq }) => {
                hold(&writer).await;
                remember(client, of_tab(), &writer);
                remember(client, of_browser(), &writer);
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
            Ok(Taken::Asks) => {
                client.seat.set(Seat::Elsewhere);
                // What has a writer counts under that name, whoever holds the lease.
                flush(client);
            }
            // The name is noted now: what it brings is kept as late.
            Ok(Taken::Over) if client.is_result() => held(client, name.unwrap_or_default(), 0),
            Ok(Taken::Over) => obey(client, &WireState::Finished),
            Err(error) => {
                failed(client, error);
                set_timeout(move || take(client, confirm), Duration::from_millis(pause_ms()));
            }
        }
    });
}

/// Under which name this tab writes: the last of this browser that held the lease, if that is its own or its tab
/// is gone; else the one it had; else a new one; none if the tab was copied and they
/// are all in use. The tab remembers it before the server hears it: whoever never gets the reply asks again under
/// the same name.
async fn name(client: Client) -> Option<String> {
    let mut names = vec![new_name()];
    // After the end always a new one: what it brings is numbered from the first.
    if !client.is_result() {
        let key = format!("writer {}", attempt(client));
        let had = [of_browser(), of_tab()].into_iter().flatten();
        names.splice(0..0, had.filter_map(|storage| storage.get_item(&key).ok().flatten()));
    }
    for name in names {
        if hold(&name).await {
            remember(client, of_tab(), &name);
            return Some(name);
        }
    }
    None
}

/// A name is safe with all tabs only where a lock tells whether its tab still lives.
fn of_browser() -> Option<Storage> {
    if can_lock() { window().local_storage().ok().flatten() } else { None }
}

fn of_tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn remember(client: Client, storage: Option<Storage>, writer: &str) {
    if let Some(storage) = storage {
        let _ = storage.set_item(&format!("writer {}", attempt(client)), writer);
    }
}

fn held(client: Client, writer: String, seq: i64) {
    let early = queue(|queue| {
        // Numbers given before a reload and not yet acknowledged go on counting; so do those given while this
        // reply was on its way.
        let kept = queue.pending.iter().filter(|pending| pending.writer == writer);
        let highest = kept.flat_map(|pending| &pending.events).map(|event| event.seq).max().unwrap_or(0);
        let given = if queue.writer == writer { queue.seq } else { 0 };
        queue.seq = seq.max(highest).max(given);
        queue.writer = writer;
        std::mem::take(&mut queue.early)
    });
    for (position, value) in early {
        push(client, position, value);
    }
    keep_all(client);
    retry(client);
}

/// Shows what was kept. What is newer stays: what was chosen since this page was opened and, of a page that
/// still lives and may have sent it long ago, what the server has.
pub(super) fn show_waiting(client: Client, pending: &[Pending], is_gone: bool) {
    for event in pending.iter().flat_map(|pending| &pending.events) {
        let at = event.at();
        let is_chosen = queue(|queue| queue.early.iter().any(|(position, _)| *position == event.position));
        let is_saved = || client.kept.with_untracked(|kept| matches!(kept.get(at), Some(Kept::At(_))));
        if is_chosen || (!is_gone && is_saved()) {
            continue;
        }
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

pub(super) fn set<T: Send + Sync + 'static>(signal: RwSignal<Vec<T>>, at: usize, value: T) {
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
        keep_all(client);
        return;
    }
    push(client, position, value);
    flush(client);
}

pub(super) fn failed(client: Client, error: Failed) {
    client.is_offline.set(error == Failed::Link);
    match error {
        Failed::SignedOut => client.seat.set(Seat::SignedOut),
        Failed::Refused => client.is_refused.set(true),
        Failed::Link => {}
    }
}

/// Goes to the page that hands in, once everything has been sent or a little time has passed.
pub(super) fn hand_in(client: Client) {
    flush(client);
    let go = move || {
        let (writer, seq) = queue(|queue| (queue.writer.clone(), queue.seq));
        go_to(&format!("/exam/{}/finish?writer={writer}&seq={seq}", attempt(client)));
    };
    if queue(|queue| queue.pending.is_empty() && queue.early.is_empty()) {
        go();
    } else if client.is_offline.get_untracked() {
        client.said.set(client.sheet.with_value(|sheet| sheet.words.unsent.clone()));
    } else {
        set_timeout(go, Duration::from_millis(800));
    }
}
