//! The journal at work: answers, the lease, the finish, the sweeper.
//!
//! An answer is acknowledged only after its commit is durable. The server's clock decides.

mod book;
mod close;

use std::collections::BTreeMap;

pub use self::book::Incoming;
use self::book::{Book, Read, canonical};
pub(crate) use self::close::close;
pub use self::close::{Finished, finish, sweep};
use domain::access::Actor;
use domain::attempt::{State, Value, Verdict, state_at};
use domain::draw::option_token;
use domain::id::{AttemptId, WriterId};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use store::Tx;
pub use store::attempt::LeaseKind;
use store::attempt::{Attempt, Event};

use crate::{Services, attempt, audit, chance};

/// What a batch came to.
#[derive(Clone, Debug)]
pub struct Ack {
    /// All events of this writer up to this number have been received for good.
    pub acked_seq: i64,
    /// Those that are no answers to this form, and why.
    pub refused: Vec<(i64, &'static str)>,
    /// When the answers were kept; none when nothing was.
    pub saved_at: Moment,
    /// Until the deadline.
    pub time_left_ms: i64,
    /// What the attempt is now.
    pub state: State,
    /// Whether another writer holds the lease.
    pub lease_lost: bool,
}

/// The most events of one batch.
pub const MOST_EVENTS: usize = 200;
const TRIES: u32 = 20;

/// Receives a batch of events of one writer.
///
/// # Errors
/// A refusal when the attempt is not the actor's, or the writer was never one of it.
pub async fn answer(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    writer: WriterId,
    batch: Vec<Incoming>,
) -> Result<Ack, Refusal> {
    if batch.len() > MOST_EVENTS {
        return Err(Refusal::Conflict("batch_too_large"));
    }
    for _ in 0..TRIES {
        let (services, actor, batch, now) = (s.clone(), actor.clone(), batch.clone(), s.now());
        let done =
            s.db.write(move |tx| async move {
                let held = attempt::own(&services, &tx, &actor, id).await?;
                receive(&tx, &held, writer, &batch, now).await
            })
            .await?;
        if let Some(ack) = done {
            return Ok(ack);
        }
    }
    Err(Refusal::Fault(Fault::new("advancing a journal", "others were always faster")))
}

/// Judges and records events; none when the journal has moved on since it was read.
async fn receive(
    tx: &Tx,
    held: &Attempt,
    writer: WriterId,
    batch: &[Incoming],
    now: Moment,
) -> Result<Option<Ack>, Refusal> {
    let seqs: Vec<i64> = batch.iter().map(|event| event.seq).collect();
    let known = store::attempt::events_of(tx, held.id, writer, &seqs).await?;
    let positions: Vec<u32> = batch.iter().map(|event| event.position).collect();
    let slots = store::attempt::slots_at(tx, held.id, &positions).await?;
    let state = state_at(held.state, held.deadline_at, held.grace_seconds, now);
    let mut book = Book { held, writer, state, now, slots, ord: held.last_ord, link: held.journal_hash };
    let mut events = Vec::new();
    let mut refused = Vec::new();
    let mut answers: BTreeMap<u32, (Vec<u8>, i64)> = BTreeMap::new();
    let mut marks: BTreeMap<u32, bool> = BTreeMap::new();
    for incoming in batch {
        let body = canonical(&incoming.value)?;
        let earlier = known.iter().map(|e| (e.seq, e.position, e.value.as_str())).chain(
            events
                .iter()
                .filter(|e: &&Event| e.verdict != Verdict::Conflict)
                .map(|e: &Event| (e.seq, e.position, e.value.as_str())),
        );
        let same_seq: Vec<_> = earlier.filter(|(seq, ..)| *seq == incoming.seq).collect();
        if same_seq.iter().any(|(_, position, value)| *position == incoming.position && *value == body) {
            continue;
        }
        let (verdict, read) = if same_seq.is_empty() {
            book.judge(incoming)
        } else {
            refused.push((incoming.seq, "conflict"));
            (Verdict::Conflict, None)
        };
        if let Some(Err(code)) = &read {
            refused.push((incoming.seq, *code));
        }
        let event = book.enter(incoming, body, verdict);
        match read {
            Some(Ok(Read::Answer(options))) if verdict.counts() => {
                answers.insert(incoming.position, (options, event.ord));
            }
            Some(Ok(Read::Mark(mark))) if verdict.counts() => {
                marks.insert(incoming.position, mark);
            }
            Some(_) | None => {}
        }
        events.push(event);
    }
    let highest = batch.iter().map(|event| event.seq).max().unwrap_or(0);
    let is_holder = writer == held.writer;
    let writer_seq = if is_holder { held.writer_seq.max(highest) } else { held.writer_seq };
    if !events.is_empty() {
        if !store::attempt::advance(tx, held, book.ord, book.link, writer_seq).await? {
            return Ok(None);
        }
        save(tx, &book, events, answers, marks).await?;
    }
    Ok(Some(Ack {
        acked_seq: highest,
        refused,
        saved_at: now,
        time_left_ms: (held.deadline_at - now).num_milliseconds(),
        state,
        lease_lost: !is_holder,
    }))
}

async fn save(
    tx: &Tx,
    book: &Book<'_>,
    events: Vec<Event>,
    answers: BTreeMap<u32, (Vec<u8>, i64)>,
    marks: BTreeMap<u32, bool>,
) -> Result<(), Fault> {
    store::attempt::insert_events(tx, book.held.id, events).await?;
    for (position, (options, ord)) in answers {
        if let Some(slot) = book.slot(position) {
            store::attempt::set_answer(tx, slot.id, &options, ord, book.writer, book.now).await?;
        }
    }
    for (position, mark) in marks {
        if let Some(slot) = book.slot(position) {
            store::attempt::set_mark(tx, slot.id, mark).await?;
        }
    }
    Ok(())
}

/// What became of a page's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Kept.
    Saved,
    /// The time is up: what came before counts.
    TimeUp,
    /// Somebody else holds the lease: nothing was kept; the page asks to continue here.
    LeaseLost,
}

/// Saves what a page's form says of one question. A form has no number: it takes the writer's next.
///
/// # Errors
/// A refusal when the attempt is not the actor's, or an option is not in the form.
pub async fn answer_by_form(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    position: u32,
    tokens: Vec<String>,
    mark: bool,
) -> Result<Posted, Refusal> {
    for _ in 0..TRIES {
        let (services, actor, tokens, now) = (s.clone(), actor.clone(), tokens.clone(), s.now());
        let done =
            s.db.write(move |tx| async move {
                let held = attempt::own(&services, &tx, &actor, id).await?;
                post(&tx, &actor, held, position, tokens, mark, now).await
            })
            .await?;
        if let Some(posted) = done {
            return Ok(posted);
        }
    }
    Err(Refusal::Fault(Fault::new("advancing a journal", "others were always faster")))
}

async fn post(
    tx: &Tx,
    actor: &Actor,
    mut held: Attempt,
    position: u32,
    tokens: Vec<String>,
    mark: bool,
    now: Moment,
) -> Result<Option<Posted>, Refusal> {
    let state = state_at(held.state, held.deadline_at, held.grace_seconds, now);
    if matches!(state, State::TimeUp | State::Finished) {
        return Ok(Some(Posted::TimeUp));
    }
    if held.lease_session != actor.session {
        return Ok(Some(Posted::LeaseLost));
    }
    if held.lease_kind == LeaseKind::Island {
        // The same browser, without scripts now: its form sitting is a writer of its own.
        let writer = chance::id(now);
        if !store::attempt::take_lease(tx, &held, writer, LeaseKind::Page, actor.session, now).await? {
            return Ok(None);
        }
        held = store::attempt::find(tx, held.id).await?.ok_or(Refusal::NotFound)?;
    }
    let slot = store::attempt::slots_at(tx, held.id, &[position]).await?;
    let slot = slot.first().ok_or(Refusal::NotFound)?;
    let known: Vec<String> =
        slot.answer.iter().flatten().map(|option| option_token(&held.seed, position, *option)).collect();
    let mut batch = Vec::new();
    let mut seq = held.writer_seq;
    for (changed, value) in
        [(known != tokens, Value::Options(tokens)), (slot.marked != mark, Value::Mark { mark })]
    {
        if changed {
            seq += 1;
            batch.push(Incoming { seq, position, value });
        }
    }
    if batch.is_empty() {
        return Ok(Some(Posted::Saved));
    }
    let Some(ack) = receive(tx, &held, held.writer, &batch, now).await? else { return Ok(None) };
    if ack.refused.is_empty() { Ok(Some(Posted::Saved)) } else { Err(Refusal::Conflict("unknown_option")) }
}

/// What taking the lease came to.
#[derive(Clone, Debug)]
pub enum Lease {
    /// Held: write under this name, counting on from this number.
    Held {
        /// The writer.
        writer: WriterId,
        /// Its last number.
        seq: i64,
    },
    /// Another tab or device holds it: ask the person, then call again with their word.
    Asks,
    /// There is nothing left to write.
    Over,
}

/// Takes the lease for a tab with scripts.
///
/// The writer that holds it resumes, also after a new sign-in; a page of the same web session is
/// upgraded; anything else needs the person's word.
///
/// # Errors
/// A refusal when the attempt is not the actor's.
pub async fn take_over(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    known: Option<WriterId>,
    kind: LeaseKind,
    confirmed: bool,
) -> Result<Lease, Refusal> {
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let held = attempt::own(&services, &tx, &actor, id).await?;
        let state = state_at(held.state, held.deadline_at, held.grace_seconds, now);
        if matches!(state, State::TimeUp | State::Finished) {
            return Ok(Lease::Over);
        }
        let resumes = known == Some(held.writer) && held.lease_kind == LeaseKind::Island;
        let upgrades = held.lease_kind == LeaseKind::Page && held.lease_session == actor.session;
        if !(resumes || upgrades || confirmed) {
            return Ok(Lease::Asks);
        }
        let writer = if resumes { held.writer } else { chance::id(now) };
        if !store::attempt::take_lease(&tx, &held, writer, kind, actor.session, now).await? {
            return Ok(Lease::Asks);
        }
        if !resumes {
            let what = serde_json::json!({ "from": held.writer, "to": writer, "confirmed": confirmed });
            let subject = ("attempt", Some(id.raw()));
            audit::record::<Refusal>(&services, &tx, Some(&actor), "attempt.taken_over", subject, what)
                .await?;
        }
        let seq = if resumes { held.writer_seq } else { 0 };
        Ok(Lease::Held { writer, seq })
    })
    .await
}

/// What an attempt is now.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// What it is.
    pub state: State,
    /// Until the deadline.
    pub time_left_ms: i64,
    /// Who holds the lease.
    pub writer: WriterId,
}

/// What an own attempt is now.
///
/// # Errors
/// A refusal when it is not the actor's.
pub async fn state(s: &Services, actor: &Actor, id: AttemptId) -> Result<Now, Refusal> {
    let held = attempt::own(s, &s.db, actor, id).await?;
    let now = s.now();
    Ok(Now {
        state: state_at(held.state, held.deadline_at, held.grace_seconds, now),
        time_left_ms: (held.deadline_at - now).num_milliseconds(),
        writer: held.writer,
    })
}
