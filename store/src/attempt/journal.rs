//! The journal of an attempt, and the answers that follow from it.

use domain::attempt::Verdict;
use domain::id::{AttemptId, Id, WriterId};
use domain::journal::Link;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Attempt, Event, bytes};
use crate::db::{Conn, Tx};
use crate::entity::{answer_event, attempt, attempt_item};
use crate::fault::{Doing, coded, number, to_json};
use crate::query::insert_all;

/// The events of a writer with these numbers: has this been received before?
///
/// # Errors
/// A fault of the database.
pub async fn events_of(
    conn: &impl Conn,
    attempt: AttemptId,
    writer: WriterId,
    seqs: &[i64],
) -> Result<Vec<Event>, Fault> {
    answer_event::Entity::find()
        .filter(answer_event::Column::AttemptId.eq(attempt.raw()))
        .filter(answer_event::Column::Writer.eq(writer.raw()))
        .filter(answer_event::Column::Conflict.eq(false))
        .filter(answer_event::Column::Seq.is_in(seqs.iter().copied()))
        .all(&conn.on())
        .await
        .doing("looking for an event")?
        .into_iter()
        .map(read_event)
        .collect()
}

/// The whole journal, in the order of the chain.
///
/// # Errors
/// A fault of the database.
pub async fn journal(conn: &impl Conn, attempt: AttemptId) -> Result<Vec<Event>, Fault> {
    answer_event::Entity::find()
        .filter(answer_event::Column::AttemptId.eq(attempt.raw()))
        .order_by_asc(answer_event::Column::Ord)
        .all(&conn.on())
        .await
        .doing("reading a journal")?
        .into_iter()
        .map(read_event)
        .collect()
}

fn read_event(row: answer_event::Model) -> Result<Event, Fault> {
    Ok(Event {
        id: row.id,
        writer: Id::new(row.writer),
        seq: row.seq,
        ord: row.ord,
        position: number("answer_event", "position", row.position)?,
        value: row.value,
        verdict: coded("answer_event", "verdict", &row.verdict, Verdict::of)?,
        received_at: row.received_at,
        link: bytes("chain_hash", row.chain_hash)?,
    })
}

/// Takes the next places in the journal, if it is still as it was read; false when somebody was faster.
///
/// # Errors
/// A fault of the database.
pub async fn advance(
    tx: &Tx,
    attempt: &Attempt,
    last_ord: i64,
    journal_hash: Link,
    writer_seq: i64,
) -> Result<bool, Fault> {
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::LastOrd, Expr::value(last_ord))
        .col_expr(attempt::Column::JournalHash, Expr::value(journal_hash.to_vec()))
        .col_expr(attempt::Column::WriterSeq, Expr::value(writer_seq))
        .filter(attempt::Column::Id.eq(attempt.id.raw()))
        .filter(attempt::Column::LastOrd.eq(attempt.last_ord))
        .filter(attempt::Column::Writer.eq(attempt.writer.raw()))
        .exec(&tx.on())
        .await
        .doing("advancing a journal")?;
    Ok(done.rows_affected > 0)
}

/// Adds events to the journal.
///
/// # Errors
/// A fault of the database.
pub async fn insert_events(tx: &Tx, attempt: AttemptId, events: Vec<Event>) -> Result<(), Fault> {
    let rows = events
        .into_iter()
        .map(|event| {
            Ok(answer_event::Model {
                id: event.id,
                attempt_id: attempt.raw(),
                writer: event.writer.raw(),
                seq: event.seq,
                ord: event.ord,
                position: number("answer_event", "position", event.position)?,
                value: event.value,
                verdict: event.verdict.code().to_owned(),
                conflict: event.verdict == Verdict::Conflict,
                received_at: event.received_at,
                chain_hash: event.link.to_vec(),
            })
        })
        .collect::<Result<_, Fault>>()?;
    insert_all::<answer_event::Model, answer_event::ActiveModel>(tx, "adding to a journal", rows).await
}

/// Sets the answer that counts.
///
/// # Errors
/// A fault of the database.
pub async fn set_answer(
    tx: &Tx,
    slot: Uuid,
    answer: &[u8],
    ord: i64,
    writer: WriterId,
    now: Moment,
) -> Result<(), Fault> {
    // Taking an answer back leaves none.
    let stored = if answer.is_empty() { None } else { Some(to_json(&answer)?) };
    attempt_item::Entity::update_many()
        .col_expr(attempt_item::Column::Answer, Expr::value(stored))
        .col_expr(attempt_item::Column::AnswerOrd, Expr::value(ord))
        .col_expr(attempt_item::Column::AnswerWriter, Expr::value(writer.raw()))
        .col_expr(attempt_item::Column::AnsweredAt, Expr::value(now))
        .filter(attempt_item::Column::Id.eq(slot))
        .exec(&tx.on())
        .await
        .doing("setting an answer")?;
    Ok(())
}

/// Marks a question to look at again, or not.
///
/// # Errors
/// A fault of the database.
pub async fn set_mark(tx: &Tx, slot: Uuid, marked: bool) -> Result<(), Fault> {
    attempt_item::Entity::update_many()
        .col_expr(attempt_item::Column::Marked, Expr::value(marked))
        .filter(attempt_item::Column::Id.eq(slot))
        .exec(&tx.on())
        .await
        .doing("marking a question")?;
    Ok(())
}
