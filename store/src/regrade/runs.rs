//! The scores that a regrade prepares, and which of them are current.

use std::collections::BTreeMap;

use domain::grading::Score;
use domain::id::{AttemptId, Id, ItemId, ItemVersionId, RegradeId};
use domain::refusal::Fault;
use domain::regrade::Effect;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, RelationDef, Select,
};
use uuid::Uuid;

use crate::attempt::{Attempt, read, read_score};
use crate::db::{Conn, Tx};
use crate::entity::{attempt, attempt_item, grading_run, regrade_run};
use crate::fault::{Doing, number, to_json};
use crate::query::{insert_all, meet};

/// An item version, as forms hold it.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    /// The item.
    pub item: ItemId,
    /// In this version.
    pub version: ItemVersionId,
}

/// A finished attempt with its current score.
#[derive(Clone, Debug)]
pub struct Graded {
    /// The attempt.
    pub attempt: Attempt,
    /// The grading run that is current.
    pub run: Uuid,
    /// Its score.
    pub score: Score,
    /// What it was worked out from: JSON.
    pub computed_from: String,
}

/// A score that a regrade prepares.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The id of the grading run.
    pub id: Uuid,
    /// The id of the row that says what it does.
    pub row: Uuid,
    /// Of which attempt.
    pub attempt: AttemptId,
    /// The grading runs of an attempt are counted from 1.
    pub number: u32,
    /// The grading run that it would replace.
    pub replaced: Uuid,
    /// The score.
    pub score: Score,
    /// What it does to the attempt.
    pub effect: Effect,
    /// What it was worked out from: JSON.
    pub computed_from: String,
}

/// Finished attempts with an item version in their form for which a regrade has prepared nothing, in the order of
/// their ids, after one of them.
///
/// # Errors
/// A fault of the database.
pub async fn uncovered(
    conn: &impl Conn,
    regrade: RegradeId,
    of: Version,
    after: Option<AttemptId>,
    size: u64,
) -> Result<Vec<Graded>, Fault> {
    let mut query = lacking(regrade, of).order_by_asc(attempt::Column::Id).limit(size);
    if let Some(after) = after {
        query = query.filter(attempt::Column::Id.gt(after.raw()));
    }
    let rows = query
        .select_also(grading_run::Entity)
        .all(&conn.on())
        .await
        .doing("looking for attempts to regrade")?;
    rows.into_iter()
        .filter_map(|(attempt, run)| Some((attempt, run?)))
        .map(|(attempt, run)| {
            let score = read_score(&run)?;
            Ok(Graded { attempt: read(attempt)?, run: run.id, score, computed_from: run.computed_from })
        })
        .collect()
}

/// How many finished attempts with an item version a regrade has prepared nothing for.
///
/// # Errors
/// A fault of the database.
pub async fn uncovered_count(conn: &impl Conn, regrade: RegradeId, of: Version) -> Result<u64, Fault> {
    lacking(regrade, of).count(&conn.on()).await.doing("counting attempts to regrade")
}

fn lacking(regrade: RegradeId, of: Version) -> Select<attempt::Entity> {
    let prepared = regrade_run::Entity::find()
        .select_only()
        .column(regrade_run::Column::AttemptId)
        .filter(regrade_run::Column::RegradeId.eq(regrade.raw()))
        .into_query();
    attempt::Entity::find()
        .join(JoinType::InnerJoin, to_current())
        .filter(attempt::Column::State.eq("finished"))
        .filter(attempt::Column::Id.in_subquery(forms_with(of)))
        .filter(attempt::Column::Id.not_in_subquery(prepared))
}

/// An attempt meets its current result: at most one.
fn to_current() -> RelationDef {
    meet(attempt::Entity, attempt::Column::Id, grading_run::Entity, grading_run::Column::AttemptId)
        .on_condition(|_, run| Condition::all().add(Expr::col((run, grading_run::Column::Current)).eq(true)))
}

fn forms_with(of: Version) -> SelectStatement {
    // The item too: that is what the index knows.
    attempt_item::Entity::find()
        .select_only()
        .column(attempt_item::Column::AttemptId)
        .filter(attempt_item::Column::ItemId.eq(of.item.raw()))
        .filter(attempt_item::Column::ItemVersionId.eq(of.version.raw()))
        .into_query()
}

/// How many attempts with an item version in their form are open.
///
/// # Errors
/// A fault of the database.
pub async fn open_with(conn: &impl Conn, of: Version) -> Result<u64, Fault> {
    count_with(conn, of, "open").await
}

/// How many attempts with an item version in their form are finished.
///
/// # Errors
/// A fault of the database.
pub async fn finished_with(conn: &impl Conn, of: Version) -> Result<u64, Fault> {
    count_with(conn, of, "finished").await
}

async fn count_with(conn: &impl Conn, of: Version, state: &str) -> Result<u64, Fault> {
    attempt::Entity::find()
        .filter(attempt::Column::State.eq(state))
        .filter(attempt::Column::Id.in_subquery(forms_with(of)))
        .count(&conn.on())
        .await
        .doing("counting attempts with an item")
}

/// What the current score of an attempt was worked out from: JSON.
///
/// # Errors
/// A fault of the database.
pub async fn basis(conn: &impl Conn, attempt: AttemptId) -> Result<Option<String>, Fault> {
    grading_run::Entity::find()
        .select_only()
        .column(grading_run::Column::ComputedFrom)
        .filter(grading_run::Column::AttemptId.eq(attempt.raw()))
        .filter(grading_run::Column::Current.eq(true))
        .into_tuple()
        .one(&conn.on())
        .await
        .doing("reading what a score was worked out from")
}

/// For how many attempts a regrade has prepared a score.
///
/// # Errors
/// A fault of the database.
pub async fn covered(conn: &impl Conn, regrade: RegradeId) -> Result<u64, Fault> {
    regrade_run::Entity::find()
        .filter(regrade_run::Column::RegradeId.eq(regrade.raw()))
        .count(&conn.on())
        .await
        .doing("counting prepared scores")
}

/// How many of the scores that a regrade would replace are no longer current: another one was approved since.
///
/// # Errors
/// A fault of the database.
pub async fn replaced_count(conn: &impl Conn, regrade: RegradeId) -> Result<u64, Fault> {
    regrade_run::Entity::find()
        .join(
            JoinType::InnerJoin,
            meet(
                regrade_run::Entity,
                regrade_run::Column::ReplacedRunId,
                grading_run::Entity,
                grading_run::Column::Id,
            ),
        )
        .filter(regrade_run::Column::RegradeId.eq(regrade.raw()))
        .filter(grading_run::Column::Current.eq(false))
        .count(&conn.on())
        .await
        .doing("counting scores that were replaced meanwhile")
}

/// The highest number of a grading run, by attempt.
///
/// # Errors
/// A fault of the database.
pub async fn highest_numbers(
    conn: &impl Conn,
    attempts: impl IntoIterator<Item = AttemptId> + Send,
) -> Result<BTreeMap<AttemptId, u32>, Fault> {
    let ids: Vec<Uuid> = attempts.into_iter().map(Id::raw).collect();
    let rows: Vec<(Uuid, Option<i32>)> = grading_run::Entity::find()
        .select_only()
        .column(grading_run::Column::AttemptId)
        .column_as(grading_run::Column::Number.max(), "highest")
        .filter(grading_run::Column::AttemptId.is_in(ids))
        .group_by(grading_run::Column::AttemptId)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting grading runs")?;
    rows.into_iter()
        .map(|(attempt, highest)| {
            Ok((Id::new(attempt), number("grading_run", "number", highest.unwrap_or(0))?))
        })
        .collect()
}

/// Adds scores that nobody sees yet, with what each does.
///
/// # Errors
/// A fault of the database; also when the number of one is taken.
pub async fn insert_runs(
    tx: &Tx,
    regrade: RegradeId,
    new: Vec<NewRun>,
    is_current: bool,
    now: Moment,
) -> Result<(), Fault> {
    let mut runs = Vec::with_capacity(new.len());
    let mut rows = Vec::with_capacity(new.len());
    for new in new {
        rows.push(regrade_run::Model {
            id: new.row,
            regrade_id: regrade.raw(),
            attempt_id: new.attempt.raw(),
            grading_run_id: new.id,
            replaced_run_id: new.replaced,
            effect: new.effect.code().to_owned(),
        });
        runs.push(grading_run::Model {
            id: new.id,
            attempt_id: new.attempt.raw(),
            number: number("grading_run", "number", new.number)?,
            cause: format!("regrade:{regrade}"),
            points: number("grading_run", "points", new.score.points)?,
            points_max: number("grading_run", "points_max", new.score.max)?,
            passed: new.score.passed,
            per_rule: to_json(&new.score.per_rule)?,
            per_item: to_json(&new.score.per_item)?,
            computed_from: new.computed_from,
            current: is_current,
            created_at: now,
        });
    }
    insert_all::<grading_run::Model, grading_run::ActiveModel>(tx, "adding scores", runs).await?;
    insert_all::<regrade_run::Model, regrade_run::ActiveModel>(tx, "adding what scores do", rows).await
}

/// Makes the scores that a regrade has prepared the current ones; false when the scores they were to replace are
/// not all current any more: somebody was faster, and the write has to be given up.
///
/// # Errors
/// A fault of the database.
pub async fn switch(tx: &Tx, regrade: RegradeId, prepared: u64) -> Result<bool, Fault> {
    let runs_of = |column: regrade_run::Column| {
        regrade_run::Entity::find()
            .select_only()
            .column(column)
            .filter(regrade_run::Column::RegradeId.eq(regrade.raw()))
            .into_query()
    };
    // The old ones first: an attempt never has two.
    let replaced = grading_run::Column::Id.in_subquery(runs_of(regrade_run::Column::ReplacedRunId));
    let off = set_current(tx, Condition::all().add(replaced), false).await?;
    if off != prepared {
        return Ok(false);
    }
    let new = grading_run::Column::Id.in_subquery(runs_of(regrade_run::Column::GradingRunId));
    Ok(set_current(tx, Condition::all().add(new), true).await? == prepared)
}

/// Puts some new scores into the place of those that are current; false when one of these no longer is, and then
/// the write has to be given up.
///
/// # Errors
/// A fault of the database.
pub async fn make_current(tx: &Tx, regrade: RegradeId, new: Vec<NewRun>, now: Moment) -> Result<bool, Fault> {
    let replaced: Vec<Uuid> = new.iter().map(|new| new.replaced).collect();
    let expected: u64 = number("regrade_run", "count", replaced.len())?;
    let which = Condition::all().add(grading_run::Column::Id.is_in(replaced));
    if set_current(tx, which, false).await? != expected {
        return Ok(false);
    }
    insert_runs(tx, regrade, new, true, now).await?;
    Ok(true)
}

async fn set_current(tx: &Tx, which: Condition, is_current: bool) -> Result<u64, Fault> {
    let done = grading_run::Entity::update_many()
        .col_expr(grading_run::Column::Current, Expr::value(is_current))
        .filter(which)
        .filter(grading_run::Column::Current.eq(!is_current))
        .exec(&tx.on())
        .await
        .doing("changing which scores are current")?;
    Ok(done.rows_affected)
}
