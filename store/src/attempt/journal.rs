//! The journal of an attempt: the answers follow from it.

use std::collections::BTreeMap;

use domain::attempt::Verdict;
use domain::id::{AttemptId, Id, WriterId};
use domain::journal::Link;
use domain::refusal::Fault;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Attempt, Event, bytes, read, stored_code};
use crate::db::{Conn, Tx};
use crate::entity::{answer_event, attempt};
use crate::fault::{Doing, coded, number};
use crate::query::{insert_all, meet};

/// The events of a writer with these numbers, and all after one: has this been received before?
///
/// # Errors
/// A fault of the database.
pub async fn events_of(
    conn: &impl Conn,
    attempt: AttemptId,
    writer: WriterId,
    seqs: &[i64],
    after: i64,
) -> Result<Vec<Event>, Fault> {
    answer_event::Entity::find()
        .filter(answer_event::Column::AttemptId.eq(attempt.raw()))
        .filter(answer_event::Column::Writer.eq(writer.raw()))
        .filter(answer_event::Column::Seq.is_in(seqs.iter().copied()).or(answer_event::Column::Seq.gt(after)))
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

/// To how many questions an answer came too late to count.
///
/// # Errors
/// A fault of the database.
pub async fn late(conn: &impl Conn, attempt: AttemptId) -> Result<u32, Fault> {
    let late = answer_event::Entity::find()
        .filter(answer_event::Column::AttemptId.eq(attempt.raw()))
        .filter(answer_event::Column::Verdict.eq(Verdict::Late.code()))
        // An answer is a list of options; a mark for later is none.
        .filter(answer_event::Column::Value.starts_with("["))
        .select_only()
        .column(answer_event::Column::Position)
        .distinct()
        .into_tuple::<i32>()
        .all(&conn.on())
        .await
        .doing("counting late answers")?;
    number("answer_event", "position", late.len())
}

/// The whole journals of some attempts, each in the order of its chain, in one query. An attempt without an event
/// is left out.
///
/// # Errors
/// A fault of the database.
pub async fn journals(
    conn: &impl Conn,
    attempts: impl IntoIterator<Item = AttemptId> + Send,
) -> Result<BTreeMap<AttemptId, Vec<Event>>, Fault> {
    let ids: Vec<Uuid> = attempts.into_iter().map(Id::raw).collect();
    let rows = answer_event::Entity::find()
        .filter(answer_event::Column::AttemptId.is_in(ids))
        .order_by_asc(answer_event::Column::AttemptId)
        .order_by_asc(answer_event::Column::Ord)
        .all(&conn.on())
        .await
        .doing("reading journals")?;
    let mut found: BTreeMap<AttemptId, Vec<Event>> = BTreeMap::new();
    for row in rows {
        found.entry(Id::new(row.attempt_id)).or_default().push(read_event(row)?);
    }
    Ok(found)
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
        code: row.code.unwrap_or_default(),
        received_at: row.received_at,
        link: bytes("chain_hash", row.chain_hash)?,
    })
}

/// An attempt, and what is already known of a batch: the events of a writer with these numbers, and those that
/// came before others of the holder did. One statement, because every saved answer begins with it.
///
/// # Errors
/// A fault of the database.
pub async fn held(
    conn: &impl Conn,
    id: AttemptId,
    writer: WriterId,
    seqs: &[i64],
) -> Result<Option<(Attempt, Vec<Event>)>, Fault> {
    let (writer, seqs) = (writer.raw(), seqs.to_vec());
    let known =
        meet(attempt::Entity, attempt::Column::Id, answer_event::Entity, answer_event::Column::AttemptId)
            .on_condition(move |attempt, event| {
                let seq = || Expr::col((event.clone(), answer_event::Column::Seq));
                Condition::all().add(Expr::col((event.clone(), answer_event::Column::Writer)).eq(writer)).add(
                    seq()
                        .is_in(seqs.iter().copied())
                        .or(seq().gt(Expr::col((attempt, attempt::Column::WriterSeq)))),
                )
            });
    let rows = attempt::Entity::find_by_id(id.raw())
        .join(JoinType::LeftJoin, known)
        .select_also(answer_event::Entity)
        .all(&conn.on())
        .await
        .doing("finding an attempt and its newest events")?;
    let mut events = Vec::new();
    let mut found = None;
    for (attempt, event) in rows {
        found.get_or_insert(attempt);
        events.extend(event.map(read_event).transpose()?);
    }
    found.map(|attempt| Ok((read(attempt)?, events))).transpose()
}

/// Where a journal goes on.
#[derive(Clone, Copy, Debug)]
pub struct Advance {
    /// The number of its last event.
    pub last_ord: i64,
    /// The hash of its last event.
    pub journal_hash: Link,
    /// Up to where the holder of the lease has been received.
    pub writer_seq: i64,
}

/// Takes the next places in the journal, if it is still as it was read; false when somebody was faster.
///
/// # Errors
/// A fault of the database.
pub async fn advance(tx: &Tx, attempt: &Attempt, to: Advance) -> Result<bool, Fault> {
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::LastOrd, Expr::value(to.last_ord))
        .col_expr(attempt::Column::JournalHash, Expr::value(to.journal_hash.to_vec()))
        .col_expr(attempt::Column::WriterSeq, Expr::value(to.writer_seq))
        .filter(attempt::Column::Id.eq(attempt.id.raw()))
        .filter(attempt::Column::LastOrd.eq(attempt.last_ord))
        .filter(attempt::Column::Writer.eq(attempt.writer.raw()))
        // The verdicts follow from these: nothing is entered as in time that was closed or moved meanwhile.
        .filter(attempt::Column::State.eq(stored_code(attempt.state)))
        .filter(attempt::Column::DeadlineAt.eq(attempt.deadline_at))
        .filter(match attempt.paused_at {
            Some(at) => attempt::Column::PausedAt.eq(at),
            None => attempt::Column::PausedAt.is_null(),
        })
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
                code: Some(event.code).filter(|code| !code.is_empty()),
                conflict: event.verdict == Verdict::Conflict,
                received_at: event.received_at,
                chain_hash: event.link.to_vec(),
            })
        })
        .collect::<Result<_, Fault>>()?;
    insert_all::<answer_event::Model, answer_event::ActiveModel>(tx, "adding to a journal", rows).await
}
