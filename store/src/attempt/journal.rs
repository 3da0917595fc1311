//! The journal of an attempt: the answers follow from it.

use std::collections::BTreeMap;

use domain::attempt::Verdict;
use domain::id::{AttemptId, Id, WriterId};
use domain::journal::Link;
use domain::refusal::Fault;
use sea_orm::sea_query::{Alias, BinOper, Expr, ExprTrait, IntoIden, Query, TableRef, ValueTuple};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef,
};
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
    let known = journal_of().on_condition(move |attempt, event| {
        let seq = || Expr::col((event.clone(), answer_event::Column::Seq));
        Condition::all().add(Expr::col((event.clone(), answer_event::Column::Writer)).eq(writer)).add(
            seq().is_in(seqs.iter().copied()).or(seq().gt(Expr::col((attempt, attempt::Column::WriterSeq)))),
        )
    });
    let mut found = with_events(conn, known, vec![id]).await?;
    found.remove(&id).transpose()
}

/// Some attempts, each with those events of the holder of its lease that came before others did. One statement. A
/// row that cannot be read is a fault of that attempt alone.
///
/// # Errors
/// A fault of the database.
pub async fn held_all(
    conn: &impl Conn,
    ids: Vec<AttemptId>,
) -> Result<BTreeMap<AttemptId, Result<(Attempt, Vec<Event>), Fault>>, Fault> {
    let known = journal_of().on_condition(|attempt, event| {
        let holder = |column| Expr::col((attempt.clone(), column));
        let of = |column| Expr::col((event.clone(), column));
        Condition::all()
            .add(of(answer_event::Column::Writer).eq(holder(attempt::Column::Writer)))
            .add(of(answer_event::Column::Seq).gt(holder(attempt::Column::WriterSeq)))
    });
    with_events(conn, known, ids).await
}

fn journal_of() -> RelationDef {
    meet(attempt::Entity, attempt::Column::Id, answer_event::Entity, answer_event::Column::AttemptId)
}

async fn with_events(
    conn: &impl Conn,
    known: RelationDef,
    ids: Vec<AttemptId>,
) -> Result<BTreeMap<AttemptId, Result<(Attempt, Vec<Event>), Fault>>, Fault> {
    let rows = attempt::Entity::find()
        .join(JoinType::LeftJoin, known)
        .select_also(answer_event::Entity)
        .filter(attempt::Column::Id.is_in(ids.into_iter().map(Id::raw)))
        .all(&conn.on())
        .await
        .doing("finding attempts and their newest events")?;
    let mut found = BTreeMap::new();
    for (attempt, event) in rows {
        let one = found
            .entry(Id::new(attempt.id))
            .or_insert_with(|| read(attempt).map(|attempt| (attempt, Vec::new())));
        match (event.map(read_event).transpose(), one.as_mut()) {
            (Ok(event), Ok((_, events))) => events.extend(event),
            (Err(fault), _) => *one = Err(fault),
            (Ok(_), Err(_)) => {}
        }
    }
    Ok(found)
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
    Ok(advance_all(tx, &[(attempt, to)]).await? == 1)
}

/// Takes the next places in some journals, each if it is still as it was read, in one statement; how many were.
///
/// # Errors
/// A fault of the database.
pub async fn advance_all(tx: &Tx, journals: &[(&Attempt, Advance)]) -> Result<u64, Fault> {
    let rows = journals.iter().map(|(attempt, to)| {
        ValueTuple::Many(vec![
            attempt.id.raw().into(),
            attempt.last_ord.into(),
            attempt.writer.raw().into(),
            // The verdicts follow from these: nothing is entered as in time that was closed or moved meanwhile.
            stored_code(attempt.state).into(),
            attempt.deadline_at.into(),
            attempt.paused_at.into(),
            to.last_ord.into(),
            to.journal_hash.to_vec().into(),
            to.writer_seq.into(),
        ])
    });
    // Both engines name the columns of a list of values so.
    let read = |number: u8| Expr::col((READ, Alias::new(format!("column{number}"))));
    let held = |column: attempt::Column| Expr::col((attempt::Entity, column));
    let statement = Query::update()
        .table(attempt::Entity)
        .from(TableRef::ValuesList(rows.collect(), READ.into_iden()))
        .value(attempt::Column::LastOrd, read(7))
        .value(attempt::Column::JournalHash, read(8))
        .value(attempt::Column::WriterSeq, read(9))
        .and_where(held(attempt::Column::Id).eq(read(1)))
        .and_where(held(attempt::Column::LastOrd).eq(read(2)))
        .and_where(held(attempt::Column::Writer).eq(read(3)))
        .and_where(held(attempt::Column::State).eq(read(4)))
        .and_where(held(attempt::Column::DeadlineAt).eq(read(5)))
        .and_where(held(attempt::Column::PausedAt).binary(BinOper::Custom("IS NOT DISTINCT FROM"), read(6)))
        .to_owned();
    let done = tx.on().execute(&statement).await.doing("advancing journals")?;
    Ok(done.rows_affected())
}

/// What a journal is called while it is as it was read.
const READ: &str = "as_read";

/// Adds events to journals.
///
/// # Errors
/// A fault of the database.
pub async fn insert_events(tx: &Tx, events: Vec<(AttemptId, Event)>) -> Result<(), Fault> {
    let rows = events
        .into_iter()
        .map(|(attempt, event)| {
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
