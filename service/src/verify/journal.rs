//! The journal of an attempt, worked out again: its chain, and what was to be said of each event.

use std::collections::{BTreeMap, BTreeSet};

use domain::attempt::{Clockwork, State, Stored, Value, Verdict, judge, read_options};
use domain::draw::option_token;
use domain::id::WriterId;
use domain::journal::{self, EMPTY, Link};
use domain::time::{Moment, millis};
use store::attempt::{Attempt, Event, Slot, Writer};

use super::{Stop, differs, same, shown};

/// The hashes after each event, from nothing to the last one.
pub(super) fn chain(held: &Attempt, events: &[Event]) -> Result<Vec<Link>, Stop> {
    let mut link = EMPTY;
    let mut links = Vec::with_capacity(events.len());
    for (ord, event) in (1i64..).zip(events) {
        same(format!("event {ord}, its number"), &ord, &event.ord)?;
        link = journal::link(
            &link,
            &journal::Event {
                attempt: held.id,
                writer: event.writer,
                seq: event.seq,
                ord: event.ord,
                position: event.position,
                value: &event.value,
                verdict: event.verdict,
                code: &event.code,
                received_at: event.received_at,
            },
        );
        same(format!("event {ord}, its hash"), &shown(&link), &shown(&event.link))?;
        links.push(link);
    }
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    same("the number of events", &held.last_ord, &count)?;
    same("the hash of the journal", &shown(&link), &shown(&held.journal_hash))?;
    Ok(links)
}

/// What was to be said of each event, by when it arrived and what came before it. `closed_after`: how many
/// events there were when the attempt was closed.
pub(super) fn verdicts(
    held: &Attempt,
    slots: &[Slot],
    events: &[Event],
    writers: &[Writer],
    closed_after: Option<i64>,
) -> Result<(), Stop> {
    let place = |id: WriterId| writers.iter().find(|writer| writer.id == id).map(|writer| writer.number);
    let mut received: BTreeSet<(WriterId, i64)> = BTreeSet::new();
    let mut answered: BTreeMap<u32, WriterId> = BTreeMap::new();
    for event in events {
        let said = format!("{} {}", event.verdict.code(), event.code);
        let about = |what: &str| format!("event {}, {what}", event.ord);
        let Some(number) = place(event.writer) else {
            return Err(differs(about("its writer"), "one that was named by the server", event.writer));
        };
        if !received.insert((event.writer, event.seq)) {
            same(about("its verdict"), &"conflict conflict".to_owned(), &said)?;
            continue;
        }
        let value = match read(held, slots, event) {
            Ok(value) => value,
            Err(code) => {
                // What was too long is kept as its length and hash only.
                let code = if event.code == "too_long" && code == "unreadable" { "too_long" } else { code };
                same(about("its verdict"), &format!("{} {code}", Verdict::Refused.code()), &said)?;
                continue;
            }
        };
        let newer = answered.get(&event.position).is_some_and(|writer| place(*writer) > Some(number));
        let is_closed = closed_after.is_some_and(|count| event.ord > count);
        let permitted = states(held, event.received_at, is_closed).map(|state| judge(state, newer));
        if event.verdict == Verdict::Paused && may_have_paused(held) && !is_closed {
            continue;
        }
        if !permitted.contains(&event.verdict) || !event.code.is_empty() {
            let [expected, _] = permitted;
            return Err(differs(about("its verdict"), expected.code(), said.trim()));
        }
        if event.verdict.counts() && matches!(value, Value::Options(_)) {
            answered.insert(event.position, event.writer);
        }
    }
    Ok(())
}

/// What an event says, if it is an answer to this form at all.
fn read(held: &Attempt, slots: &[Slot], event: &Event) -> Result<Value, &'static str> {
    let slot = slots.iter().find(|slot| slot.position == event.position).ok_or("unknown_question")?;
    let value: Value = serde_json::from_str(&event.value).map_err(|_| "unreadable")?;
    if let Value::Options(tokens) = &value {
        let token = |option: &u8| (option_token(&held.seed, slot.position, *option), *option);
        let shown: Vec<(String, u8)> = slot.order.iter().map(token).collect();
        read_options(slot.kind, &shown, tokens)?;
    }
    Ok(value)
}

/// What the attempt was at a moment: by its last deadline, and by the one before time was added to it. Which
/// of the two held then is recorded in the audit log, not in the journal.
fn states(held: &Attempt, at: Moment, is_closed: bool) -> [State; 2] {
    let added = millis(held.extension_ms) + millis(held.paused_ms);
    [held.deadline_at, held.deadline_at - added].map(|deadline| {
        let stored = if is_closed { Stored::Finished } else { Stored::Open };
        Clockwork { stored, deadline, paused_at: None, grace_seconds: held.grace_seconds }.state_at(at)
    })
}

const fn may_have_paused(held: &Attempt) -> bool {
    held.paused_ms > 0 || held.paused_at.is_some()
}
