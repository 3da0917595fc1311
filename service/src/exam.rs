//! The journal at work: answers, the lease, the finish, the sweeper.
//!
//! An answer is acknowledged only after its commit is durable. The server's clock decides.

mod book;
mod close;
mod desk;
pub(crate) mod form;
mod lease;

use std::sync::Arc;

use domain::access::Actor;
use domain::attempt::{State, Value};
use domain::draw::option_token;
use domain::id::{AttemptId, WriterId};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
pub use store::attempt::LeaseKind;
use store::attempt::{Advance, Attempt, Event};
use store::{Patience, Tx};

pub use self::book::Incoming;
use self::book::{Book, Earlier, Entered};
pub(crate) use self::close::close;
pub use self::close::{Finished, finish, sweep};
use self::desk::Batch;
pub(crate) use self::desk::Desk;
use self::form::Form;
pub use self::form::answers;
pub(crate) use self::form::{Forms, told};
pub use self::lease::{Lease, Now, state, take_over};
use crate::{Services, attempt};

/// What a batch came to.
#[derive(Clone, Debug)]
pub struct Ack {
    /// All events of this writer up to this number have been received for good.
    pub acked_seq: i64,
    /// Those that are no answers to this form, and why.
    pub refused: Vec<(i64, String)>,
    /// When this was said.
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
/// The most events of one attempt: a hundred changes to each of a hundred questions, and more. Only a script
/// writes more, and it fills nobody's disk.
const MOST_IN_JOURNAL: i64 = 20_000;
/// On PostgreSQL two devices may advance one journal at once; whoever comes second reads again.
const TRIES: u32 = 20;

/// Receives a batch of events of one writer.
///
/// # Errors
/// A refusal when the attempt is not the actor's, or the writer was never given for it; busy when more
/// answers wait than can be kept soon.
pub async fn answer(
    s: &Services,
    actor: &Actor,
    attempt: AttemptId,
    writer: WriterId,
    events: Vec<Incoming>,
) -> Result<Ack, Refusal> {
    if events.len() > MOST_EVENTS {
        return Err(Refusal::Conflict("batch_too_large"));
    }
    desk::hand_in(s, Batch { actor: actor.clone(), attempt, writer, events }).await
}

/// Enters a batch in a write of its own.
async fn alone(s: &Services, batch: Batch) -> Result<Ack, Refusal> {
    for _ in 0..TRIES {
        let (services, batch) = (s.clone(), batch.clone());
        let done =
            s.db.record(Patience::Short, move |tx| async move {
                let Batch { actor, attempt, writer, events } = batch;
                let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
                let held = store::attempt::held(&tx, attempt, writer, &seqs).await?;
                let (held, known) = held.ok_or(Refusal::NotFound)?;
                attempt::owned(&actor, &held)?;
                receive(&services, &tx, &held, writer, known, &events).await
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
    s: &Services,
    tx: &Tx,
    held: &Attempt,
    writer: WriterId,
    known: Vec<Event>,
    batch: &[Incoming],
) -> Result<Option<Ack>, Refusal> {
    // Time is read when the write has its turn: an answer that waited is judged by when it is kept, and two
    // answers of one journal are never dated against their order.
    let now = s.now();
    let form = form::of(s, tx, held).await?;
    let is_holder = writer == held.writer;
    let (earlier, known) = if is_holder {
        (None, known)
    } else {
        let (earlier, known) = earlier(tx, held, writer, batch).await?;
        (Some(earlier), known)
    };
    let (entered, ack) = judged(held, form, (writer, earlier), known, batch, now)?;
    if !entered.events.is_empty() {
        let writer_seq = if is_holder { entered.acked } else { held.writer_seq };
        let to = Advance { last_ord: entered.ord, journal_hash: entered.link, writer_seq };
        if !store::attempt::advance(tx, held, to).await? {
            return Ok(None);
        }
        let events = entered.events.into_iter().map(|event| (held.id, event)).collect();
        store::attempt::insert_events(tx, events).await?;
        if !is_holder {
            store::attempt::acknowledge(tx, writer, entered.acked).await?;
        }
    }
    Ok(Some(ack))
}

/// What a batch adds to a journal, and what is said of it once that is kept.
fn judged(
    held: &Attempt,
    form: Arc<Form>,
    (writer, earlier): (WriterId, Option<Earlier>),
    known: Vec<Event>,
    batch: &[Incoming],
    now: Moment,
) -> Result<(Entered, Ack), Refusal> {
    let lease_lost = earlier.is_some();
    let mut book = Book::open(held, form, (writer, earlier), known, now);
    for incoming in batch {
        book.receive(incoming);
    }
    let state = book.state;
    let mut entered = book.close();
    if !entered.events.is_empty() && entered.ord > MOST_IN_JOURNAL {
        return Err(Refusal::Conflict("journal_full"));
    }
    let ack = Ack {
        acked_seq: entered.acked,
        refused: std::mem::take(&mut entered.refused),
        saved_at: now,
        time_left_ms: held.clockwork().time_left_ms(now),
        state,
        lease_lost,
    };
    Ok((entered, ack))
}

/// What is known of a writer that has lost the lease, and of its events.
async fn earlier(
    tx: &Tx,
    held: &Attempt,
    writer: WriterId,
    batch: &[Incoming],
) -> Result<(Earlier, Vec<Event>), Refusal> {
    let writers = store::attempt::writers(tx, held.id).await?;
    let this = writers.iter().find(|known| known.id == writer).ok_or(Refusal::NotFound)?;
    let newer = |id: WriterId| writers.iter().any(|known| known.id == id && known.number > this.number);
    let told = told(&store::attempt::journal(tx, held.id).await?)?;
    let answered = told.answers.iter().filter(|(_, answer)| newer(answer.writer));
    let earlier = Earlier {
        acked_seq: this.acked_seq,
        answered_since: answered.map(|(position, _)| *position).collect(),
    };
    let seqs: Vec<i64> = batch.iter().map(|event| event.seq).collect();
    let known = store::attempt::events_of(tx, held.id, writer, &seqs, this.acked_seq).await?;
    Ok((earlier, known))
}

/// What became of a page's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Kept.
    Saved,
    /// The clock stands still: kept, and not counted.
    Paused,
    /// The time is up: kept, and not counted; what came before counts.
    TimeUp,
    /// Somebody else holds the lease: nothing was kept; the page asks to continue here.
    LeaseLost,
}

/// What a page's form says of one question.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The question, from 1.
    pub position: u32,
    /// The chosen options, by their tokens.
    pub tokens: Vec<String>,
    /// Whether it is marked to look at again.
    pub mark: bool,
}

/// Saves what a page's form says of one question. A form has no number: it takes the writer's next.
///
/// # Errors
/// A refusal when the attempt is not the actor's, or an option is not in the form.
pub async fn answer_by_form(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    filled: Filled,
) -> Result<Posted, Refusal> {
    for _ in 0..TRIES {
        let (services, actor, filled) = (s.clone(), actor.clone(), filled.clone());
        let done =
            s.db.record(Patience::Long, move |tx| async move {
                let held = attempt::own(&tx, &actor, id).await?;
                post(&services, &tx, &actor, held, filled).await
            })
            .await?;
        if let Some(posted) = done {
            return Ok(posted);
        }
    }
    Err(Refusal::Fault(Fault::new("advancing a journal", "others were always faster")))
}

async fn post(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    held: Attempt,
    filled: Filled,
) -> Result<Option<Posted>, Refusal> {
    let is_over = matches!(held.clockwork().state_at(s.now()), State::TimeUp | State::Finished);
    if !is_over && held.lease_session != actor.session {
        return Ok(Some(Posted::LeaseLost));
    }
    let Some((held, writer, seq)) = lease::for_form(s, tx, actor, held, is_over).await? else {
        return Ok(None);
    };
    let batch = changes(s, tx, &held, seq, filled).await?;
    let known = Vec::new();
    let Some(ack) = receive(s, tx, &held, writer, known, &batch).await? else { return Ok(None) };
    Ok(Some(match ack.state {
        State::TimeUp | State::Finished => Posted::TimeUp,
        State::Open | State::Grace | State::Paused if !ack.refused.is_empty() => {
            return Err(Refusal::Conflict("unknown_option"));
        }
        State::Open | State::Grace => Posted::Saved,
        State::Paused => Posted::Paused,
    }))
}

/// The events that a form amounts to: none where it says what is known already.
async fn changes(
    s: &Services,
    tx: &Tx,
    held: &Attempt,
    mut seq: i64,
    filled: Filled,
) -> Result<Vec<Incoming>, Refusal> {
    let Filled { position, tokens, mark } = filled;
    let form = form::of(s, tx, held).await?;
    form.slot(position).ok_or(Refusal::NotFound)?;
    let told = told(&store::attempt::journal(tx, held.id).await?)?;
    let known = told.answers.get(&position).map_or_else(Vec::new, |answer| answer.tokens.clone());
    let mut batch = Vec::new();
    for (changed, value) in [
        (known != tokens, Value::Options(tokens)),
        (told.marked.contains(&position) != mark, Value::Mark { mark }),
    ] {
        if changed {
            seq += 1;
            let value =
                serde_json::to_value(&value).map_err(|error| Fault::new("writing an event", error))?;
            batch.push(Incoming { seq, position, value });
        }
    }
    Ok(batch)
}

/// The token of an option, as a page shows it.
pub(crate) fn token(held: &Attempt, position: u32, option: u8) -> String {
    option_token(&held.seed, position, option)
}
