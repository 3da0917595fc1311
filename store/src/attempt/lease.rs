//! Who may write: the lease of an attempt, and the names that were ever given to write under.

use domain::id::{AttemptId, Id, WebSessionId, WriterId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Attempt;
use crate::db::{Conn, Tx};
use crate::entity::{attempt, attempt_writer};
use crate::fault::{Doing, number};
use crate::query::{insert, insert_at_end};

/// What holds the lease of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseKind {
    /// Forms of pages, from any tab of the web session.
    Page,
    /// One tab with scripts.
    Island,
}

impl LeaseKind {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Island => "island",
        }
    }

    pub(super) fn of(code: &str) -> Option<Self> {
        match code {
            "page" => Some(Self::Page),
            "island" => Some(Self::Island),
            _ => None,
        }
    }
}

/// A name to write answers under.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    /// The name.
    pub id: WriterId,
    /// From 1: a later writer is a newer one.
    pub number: u32,
    /// Everything of it has been received up to this number, as of when it lost the lease.
    pub acked_seq: i64,
}

/// The writers of an attempt, the first first.
///
/// # Errors
/// A fault of the database.
pub async fn writers(conn: &impl Conn, attempt: AttemptId) -> Result<Vec<Writer>, Fault> {
    attempt_writer::Entity::find()
        .filter(attempt_writer::Column::AttemptId.eq(attempt.raw()))
        .order_by_asc(attempt_writer::Column::Number)
        .all(&conn.on())
        .await
        .doing("reading the writers of an attempt")?
        .into_iter()
        .map(|row| {
            Ok(Writer {
                id: Id::new(row.id),
                number: number("attempt_writer", "number", row.number)?,
                acked_seq: row.acked_seq,
            })
        })
        .collect()
}

/// How many writers an attempt has, and whether a name is anybody's already, of this attempt or of another.
///
/// # Errors
/// A fault of the database.
pub async fn count_writers(
    conn: &impl Conn,
    attempt: AttemptId,
    name: Option<WriterId>,
) -> Result<(u32, bool), Fault> {
    let mut of_either = Condition::any().add(attempt_writer::Column::AttemptId.eq(attempt.raw()));
    if let Some(name) = name {
        of_either = of_either.add(attempt_writer::Column::Id.eq(name.raw()));
    }
    let found: Vec<(Uuid, Uuid)> = attempt_writer::Entity::find()
        .select_only()
        .columns([attempt_writer::Column::Id, attempt_writer::Column::AttemptId])
        .filter(of_either)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting the writers of an attempt")?;
    let count = found.iter().filter(|(_, of)| *of == attempt.raw()).count();
    let is_known = name.is_some_and(|name| found.iter().any(|(id, _)| *id == name.raw()));
    Ok((u32::try_from(count).unwrap_or(u32::MAX), is_known))
}

/// Gives a name to write under.
///
/// # Errors
/// A fault of the database.
pub async fn insert_writer(
    tx: &Tx,
    attempt: AttemptId,
    writer: WriterId,
    place: u32,
    by: (LeaseKind, WebSessionId),
    now: Moment,
) -> Result<(), Fault> {
    let row = row(attempt, writer, place, by, now)?;
    insert::<_, attempt_writer::ActiveModel>(tx, "naming a writer", row).await
}

/// The same in a write that does not ask for it again.
///
/// # Errors
/// A number that is too large.
pub fn insert_writer_at_end(
    tx: &Tx,
    attempt: AttemptId,
    writer: WriterId,
    place: u32,
    by: (LeaseKind, WebSessionId),
    now: Moment,
) -> Result<(), Fault> {
    let row = row(attempt, writer, place, by, now)?;
    insert_at_end::<_, attempt_writer::ActiveModel>(tx, "naming a writer", row);
    Ok(())
}

fn row(
    attempt: AttemptId,
    writer: WriterId,
    place: u32,
    (kind, session): (LeaseKind, WebSessionId),
    now: Moment,
) -> Result<attempt_writer::Model, Fault> {
    Ok(attempt_writer::Model {
        id: writer.raw(),
        attempt_id: attempt.raw(),
        number: number("attempt_writer", "number", place)?,
        kind: kind.code().to_owned(),
        web_session_id: session.raw(),
        since: now,
        acked_seq: 0,
    })
}

/// Notes up to where a writer without the lease has been received.
///
/// # Errors
/// A fault of the database.
pub async fn acknowledge(tx: &Tx, writer: WriterId, acked: i64) -> Result<(), Fault> {
    attempt_writer::Entity::update_many()
        .col_expr(attempt_writer::Column::AckedSeq, Expr::value(acked))
        .filter(attempt_writer::Column::Id.eq(writer.raw()))
        .exec(&tx.on())
        .await
        .doing("acknowledging a writer")?;
    Ok(())
}

/// Gives the lease to a writer and a web session, if it is still where it was read.
///
/// # Errors
/// A fault of the database.
pub async fn take_lease(
    tx: &Tx,
    attempt: &Attempt,
    writer: WriterId,
    kind: LeaseKind,
    session: WebSessionId,
    now: Moment,
) -> Result<bool, Fault> {
    // A writer that keeps its name goes on counting; a new one starts at 0.
    let seq = if writer == attempt.writer { attempt.writer_seq } else { 0 };
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::Writer, Expr::value(writer.raw()))
        .col_expr(attempt::Column::WriterSeq, Expr::value(seq))
        .col_expr(attempt::Column::LeaseKind, Expr::value(kind.code()))
        .col_expr(attempt::Column::LeaseSession, Expr::value(session.raw()))
        .col_expr(attempt::Column::LeaseSince, Expr::value(now))
        .filter(attempt::Column::Id.eq(attempt.id.raw()))
        .filter(attempt::Column::Writer.eq(attempt.writer.raw()))
        .filter(attempt::Column::LastOrd.eq(attempt.last_ord))
        .filter(attempt::Column::State.eq("open"))
        .exec(&tx.on())
        .await
        .doing("taking a lease")?;
    if done.rows_affected == 0 {
        return Ok(false);
    }
    // A writer that never wrote has nothing to note.
    if writer != attempt.writer && attempt.writer_seq > 0 {
        acknowledge(tx, attempt.writer, attempt.writer_seq).await?;
    }
    Ok(true)
}
