//! Closing and results.

use domain::id::{AttemptId, Id};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Attempt, read};
use crate::db::{Conn, Tx};
use crate::entity::attempt;
use crate::fault::{Doing, json, number, to_json};
use crate::query::insert;

/// Closes an attempt if it is still as it was read, its journal included: what is graded is what was closed.
/// False when it was closed, or went on, meanwhile.
///
/// # Errors
/// A fault of the database.
pub async fn close(tx: &Tx, held: &Attempt, cause: &str, at: Moment) -> Result<bool, Fault> {
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::State, Expr::value("finished"))
        .col_expr(attempt::Column::FinishedAt, Expr::value(at))
        .col_expr(attempt::Column::FinishCause, Expr::value(cause))
        .filter(attempt::Column::Id.eq(held.id.raw()))
        .filter(attempt::Column::State.eq("open"))
        .filter(attempt::Column::LastOrd.eq(held.last_ord))
        .filter(match held.paused_at {
            Some(at) => attempt::Column::PausedAt.eq(at),
            None => attempt::Column::PausedAt.is_null(),
        })
        .filter(attempt::Column::DeadlineAt.eq(held.deadline_at))
        .exec(&tx.on())
        .await
        .doing("closing an attempt")?;
    Ok(done.rows_affected > 0)
}

/// Open attempts whose deadline has passed, the oldest first; the caller adds each one's grace. Those that
/// stand still or were set aside are left out.
///
/// # Errors
/// A fault of the database.
pub async fn overdue(conn: &impl Conn, now: Moment, limit: u64) -> Result<Vec<Attempt>, Fault> {
    attempt::Entity::find()
        .filter(attempt::Column::State.eq("open"))
        .filter(attempt::Column::DeadlineAt.lt(now))
        .filter(attempt::Column::PausedAt.is_null())
        .filter(attempt::Column::AsideUntil.is_null().or(attempt::Column::AsideUntil.lt(now)))
        .order_by_asc(attempt::Column::DeadlineAt)
        .order_by_asc(attempt::Column::Id)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("looking for overdue attempts")?
        .into_iter()
        .map(read)
        .collect()
}

/// Sets an attempt aside that could not be closed: it is tried again later, and does not hold up the others.
///
/// # Errors
/// A fault of the database.
pub async fn set_aside(tx: &Tx, id: AttemptId, until: Moment, why: &str) -> Result<(), Fault> {
    attempt::Entity::update_many()
        .col_expr(attempt::Column::AsideUntil, Expr::value(until))
        .col_expr(attempt::Column::AsideWhy, Expr::value(why))
        .filter(attempt::Column::Id.eq(id.raw()))
        .exec(&tx.on())
        .await
        .doing("setting an attempt aside")?;
    Ok(())
}

/// Adds a grading run as the current one.
///
/// # Errors
/// A fault of the database.
pub async fn insert_grading(
    tx: &Tx,
    id: Uuid,
    attempt: AttemptId,
    score: &domain::grading::Score,
    computed_from: String,
    now: Moment,
) -> Result<(), Fault> {
    use crate::entity::grading_run;
    let row = grading_run::Model {
        id,
        attempt_id: attempt.raw(),
        number: 1,
        cause: "finish".to_owned(),
        points: number("grading_run", "points", score.points)?,
        points_max: number("grading_run", "points_max", score.max)?,
        passed: score.passed,
        per_rule: to_json(&score.per_rule)?,
        per_item: to_json(&score.per_item)?,
        computed_from,
        current: true,
        created_at: now,
    };
    insert::<_, grading_run::ActiveModel>(tx, "recording a result", row).await
}

/// The current scores of some attempts.
///
/// # Errors
/// A fault of the database.
pub async fn scores(
    conn: &impl Conn,
    attempts: impl IntoIterator<Item = AttemptId> + Send,
) -> Result<std::collections::BTreeMap<AttemptId, domain::grading::Score>, Fault> {
    use crate::entity::grading_run;
    let ids: Vec<Uuid> = attempts.into_iter().map(Id::raw).collect();
    grading_run::Entity::find()
        .filter(grading_run::Column::AttemptId.is_in(ids))
        .filter(grading_run::Column::Current.eq(true))
        .all(&conn.on())
        .await
        .doing("reading results")?
        .into_iter()
        .map(|row| Ok((Id::new(row.attempt_id), read_score(&row)?)))
        .collect()
}

/// The score that a grading run holds.
pub(crate) fn read_score(row: &crate::entity::grading_run::Model) -> Result<domain::grading::Score, Fault> {
    Ok(domain::grading::Score {
        points: number("grading_run", "points", row.points)?,
        max: number("grading_run", "points_max", row.points_max)?,
        passed: row.passed,
        per_rule: json("grading_run", "per_rule", &row.per_rule)?,
        per_item: json("grading_run", "per_item", &row.per_item)?,
    })
}
