//! What the exam island asks of the server. The forms are part of the contract; their names are stable.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

/// One event of a writer. Each is judged for itself: one that makes no sense never blocks those behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireEvent {
    /// The writer's number, from 1.
    pub seq: i64,
    /// The question, from 1.
    #[serde(default)]
    pub position: i64,
    /// The chosen options as a list of their tokens, or `{"mark": true}`; anything else is refused, and kept.
    #[serde(default)]
    pub value: serde_json::Value,
}

/// What an attempt is, as an island is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireState {
    /// Answers count.
    Open,
    /// The clock stands still; answers are kept and do not count.
    Paused,
    /// The deadline has passed.
    TimeUp,
    /// Handed in or closed.
    Finished,
    /// Another tab or device holds the lease.
    LeaseLost,
    /// More answers wait than can be kept soon: nothing of this batch was kept.
    TryAgain {
        /// Not before so many milliseconds.
        after_ms: u32,
    },
}

/// An event that is no answer to this form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its number.
    pub seq: i64,
    /// Why.
    pub code: String,
}

/// The answer to a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Everything up to this number was received for good.
    pub acked_seq: i64,
    /// What was not an answer to this form.
    pub refused: Vec<Refused>,
    /// When it was kept: UTC; empty when nothing was.
    pub saved_at: String,
    /// The same as people read it.
    pub saved_at_local: String,
    /// Until the deadline.
    pub time_left_ms: i64,
    /// What the attempt is now.
    pub state: WireState,
}

/// The answer to asking for the lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// Held: count on from the number.
    Held {
        /// The name to write under.
        writer: String,
        /// Its last number.
        seq: i64,
    },
    /// Another tab or device holds it.
    Asks,
    /// Nothing is left to write.
    Over,
}

/// What an attempt is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Current {
    /// What it is.
    pub state: WireState,
    /// Until the deadline.
    pub time_left_ms: i64,
}

/// Receives a batch of events; acknowledged only after they are durable.
#[server(prefix = "/api", endpoint = "exam/answer", input = Json, output = Json)]
pub async fn answer(
    attempt: String,
    writer: String,
    events: Vec<WireEvent>,
) -> Result<Answered, ServerFnError> {
    use service::exam::Incoming;
    let cx = super::cx()?;
    let (attempt, writer) = (read(&attempt)?, read(&writer)?);
    let batch = events
        .into_iter()
        .map(|event| Incoming {
            seq: event.seq,
            position: u32::try_from(event.position).unwrap_or(0),
            value: event.value,
        })
        .collect();
    let ack = match service::exam::answer(cx.s(), super::actor(&cx)?, attempt, writer, batch).await {
        Ok(ack) => ack,
        Err(domain::refusal::Refusal::Fault(fault)) if fault.is_busy() => return Ok(try_again(&cx)),
        Err(refusal) => return Err(super::refused(&refusal)),
    };
    Ok(Answered {
        acked_seq: ack.acked_seq,
        refused: ack.refused.into_iter().map(|(seq, code)| Refused { seq, code }).collect(),
        saved_at: ack.saved_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        saved_at_local: crate::format::clock(ack.saved_at, cx.s().zone()),
        time_left_ms: ack.time_left_ms,
        state: state(ack.state, ack.lease_lost),
    })
}

/// Takes the lease, or asks whether to.
#[server(prefix = "/api", endpoint = "exam/take-over", input = Json, output = Json)]
pub async fn take_over(
    attempt: String,
    writer: Option<String>,
    confirm: bool,
) -> Result<Taken, ServerFnError> {
    use service::exam::Lease;
    let cx = super::cx()?;
    let known = writer.as_deref().map(read).transpose()?;
    let kind = service::exam::LeaseKind::Island;
    let lease = service::exam::take_over(cx.s(), super::actor(&cx)?, read(&attempt)?, known, kind, confirm)
        .await
        .map_err(|refusal| super::refused(&refusal))?;
    Ok(match lease {
        Lease::Held { writer, seq } => Taken::Held { writer: writer.to_string(), seq },
        Lease::Asks => Taken::Asks,
        Lease::Over => Taken::Over,
    })
}

/// What the attempt is, for a tab that has nothing to send.
#[server(prefix = "/api", endpoint = "exam/state", input = Json, output = Json)]
pub async fn current_state(attempt: String, writer: Option<String>) -> Result<Current, ServerFnError> {
    let cx = super::cx()?;
    let held = service::exam::state(cx.s(), super::actor(&cx)?, read(&attempt)?)
        .await
        .map_err(|refusal| super::refused(&refusal))?;
    let lease_lost = writer.is_some_and(|writer| writer != held.writer.to_string());
    Ok(Current { state: state(held.state, lease_lost), time_left_ms: held.time_left_ms })
}

#[cfg(feature = "ssr")]
fn read<K>(text: &str) -> Result<domain::id::Id<K>, ServerFnError> {
    text.parse().map_err(|_| super::refused(&domain::refusal::Refusal::NotFound))
}

/// Nothing was kept: the browser keeps it and comes again, each at a moment of its own.
#[cfg(feature = "ssr")]
fn try_again(cx: &crate::cx::Cx) -> Answered {
    let after_ms = 500 + u32::from(cx.request_id.bytes().fold(0u8, u8::wrapping_add)) * 8;
    Answered {
        acked_seq: 0,
        refused: Vec::new(),
        saved_at: String::new(),
        saved_at_local: String::new(),
        time_left_ms: 0,
        state: WireState::TryAgain { after_ms },
    }
}

#[cfg(feature = "ssr")]
fn state(state: domain::attempt::State, lease_lost: bool) -> WireState {
    use domain::attempt::State;
    match state {
        State::Finished => WireState::Finished,
        State::TimeUp => WireState::TimeUp,
        State::Open | State::Paused | State::Grace if lease_lost => WireState::LeaseLost,
        State::Paused => WireState::Paused,
        State::Open | State::Grace => WireState::Open,
    }
}
