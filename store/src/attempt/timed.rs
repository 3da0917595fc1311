//! Changing the time of attempts that are under way, and what was changed.

use domain::id::{AttemptId, ExamSessionId, Id, PersonId, UnitId};
use domain::refusal::Fault;
use domain::time::Moment;
use domain::timing::{Changed, Kind, Scope};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Attempt, read};
use crate::db::{Conn, Tx};
use crate::entity::{attempt, exam_session, time_change};
use crate::fault::{Doing, coded};
use crate::query::insert_all;

/// The most attempts that one change concerns.
const MOST: u64 = 2_000;

/// A change of an attempt's time.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its row.
    pub id: Uuid,
    /// Whose time.
    pub attempt: AttemptId,
    /// How.
    pub kind: Kind,
    /// How much time it gave; 0 for the beginning of a pause.
    pub ms: i64,
    /// Why.
    pub reason: String,
    /// Who else was concerned.
    pub scope: Scope,
    /// Who changed it.
    pub by: PersonId,
    /// When.
    pub at: Moment,
}

/// The attempts that a change concerns, open or not, in the order of their starts: one person's in a session, all
/// of a session, or all of the open sessions of a unit.
///
/// # Errors
/// A fault of the database.
pub async fn in_scope(
    conn: &impl Conn,
    session: ExamSessionId,
    unit: Option<UnitId>,
    person: Option<PersonId>,
) -> Result<Vec<Attempt>, Fault> {
    let mut query = attempt::Entity::find();
    query = match unit {
        None => query.filter(attempt::Column::ExamSessionId.eq(session.raw())),
        Some(unit) => query.filter(
            attempt::Column::ExamSessionId.in_subquery(
                Query::select()
                    .column(exam_session::Column::Id)
                    .from(exam_session::Entity)
                    .and_where(exam_session::Column::UnitId.eq(unit.raw()))
                    .and_where(exam_session::Column::State.eq(domain::exam_session::State::Open.code()))
                    .to_owned(),
            ),
        ),
    };
    if let Some(person) = person {
        query = query.filter(attempt::Column::PersonId.eq(person.raw()));
    }
    query
        .order_by_asc(attempt::Column::StartedAt)
        .order_by_asc(attempt::Column::Id)
        .limit(MOST)
        .all(&conn.on())
        .await
        .doing("reading whose time is changed")?
        .into_iter()
        .map(read)
        .collect()
}

/// Changes the time of an attempt, if it is open and its time is still as it was read; false when it is not.
///
/// # Errors
/// A fault of the database.
pub async fn retime(tx: &Tx, held: &Attempt, to: Changed) -> Result<bool, Fault> {
    let as_read = match held.paused_at {
        Some(since) => attempt::Column::PausedAt.eq(since),
        None => attempt::Column::PausedAt.is_null(),
    };
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::ExtensionMs, Expr::value(to.extension_ms))
        .col_expr(attempt::Column::PausedMs, Expr::value(to.paused_ms))
        .col_expr(attempt::Column::PausedAt, Expr::value(to.paused_at))
        .col_expr(attempt::Column::DeadlineAt, Expr::value(to.deadline))
        .filter(attempt::Column::Id.eq(held.id.raw()))
        .filter(attempt::Column::State.eq("open"))
        .filter(attempt::Column::ExtensionMs.eq(held.extension_ms))
        .filter(attempt::Column::PausedMs.eq(held.paused_ms))
        .filter(attempt::Column::DeadlineAt.eq(held.deadline_at))
        .filter(as_read)
        .exec(&tx.on())
        .await
        .doing("changing the time of an attempt")?;
    Ok(done.rows_affected > 0)
}

/// Records changes.
///
/// # Errors
/// A fault of the database.
pub async fn insert_changes(tx: &Tx, changes: Vec<Change>) -> Result<(), Fault> {
    let rows = changes
        .into_iter()
        .map(|change| time_change::Model {
            id: change.id,
            attempt_id: change.attempt.raw(),
            kind: change.kind.code().to_owned(),
            ms: change.ms,
            reason: change.reason,
            scope: change.scope.code().to_owned(),
            by: change.by.raw(),
            at: change.at,
        })
        .collect();
    insert_all::<time_change::Model, time_change::ActiveModel>(tx, "recording changes of time", rows).await
}

/// What was changed in some attempts, in the order in which it was.
///
/// # Errors
/// A fault of the database.
pub async fn changes_of(
    conn: &impl Conn,
    attempts: impl IntoIterator<Item = AttemptId> + Send,
) -> Result<Vec<Change>, Fault> {
    let ids: Vec<Uuid> = attempts.into_iter().map(Id::raw).collect();
    time_change::Entity::find()
        .filter(time_change::Column::AttemptId.is_in(ids))
        .order_by_asc(time_change::Column::At)
        .order_by_asc(time_change::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading changes of time")?
        .into_iter()
        .map(|row| {
            Ok(Change {
                id: row.id,
                attempt: Id::new(row.attempt_id),
                kind: coded("time_change", "kind", &row.kind, Kind::of)?,
                ms: row.ms,
                reason: row.reason,
                scope: coded("time_change", "scope", &row.scope, Scope::of)?,
                by: Id::new(row.by),
                at: row.at,
            })
        })
        .collect()
}

/// Takes the lease from the web session that holds it, so that the next tab that asks gets it; false when the
/// attempt is over, or another writer holds it by now.
///
/// # Errors
/// A fault of the database.
pub async fn free_lease(tx: &Tx, held: &Attempt) -> Result<bool, Fault> {
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::LeaseSession, Expr::value(Uuid::nil()))
        .col_expr(attempt::Column::LeaseKind, Expr::value(super::LeaseKind::Island.code()))
        .filter(attempt::Column::Id.eq(held.id.raw()))
        .filter(attempt::Column::State.eq("open"))
        .filter(attempt::Column::Writer.eq(held.writer.raw()))
        .exec(&tx.on())
        .await
        .doing("freeing a lease")?;
    Ok(done.rows_affected > 0)
}
