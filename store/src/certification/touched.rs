//! Candidacies of which an attempt crosses the mark by a regrade, with all that says what follows.

use std::collections::{BTreeMap, BTreeSet};

use domain::certification::{Event, Period};
use domain::id::{AttemptId, CandidacyId, Id, RegradeId};
use domain::refusal::Fault;
use domain::regrade::Effect;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    RelationDef, Select,
};
use uuid::Uuid;

use super::Candidacy;
use super::candidacies::read;
use super::periods::{gathered, recorded};
use crate::db::{Conn, Tx};
use crate::entity::{attempt, candidacy, decision, grading_run, period, period_event, regrade_run};
use crate::fault::{Doing, coded};
use crate::query::meet;

/// How a regrade is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// As if it were approved.
    IfApproved,
    /// As things are.
    Now,
}

/// A candidacy that a regrade touches.
#[derive(Clone, Debug)]
pub struct Touched {
    /// The candidacy.
    pub candidacy: Candidacy,
    /// The attempt of it that crosses the mark.
    pub attempt: AttemptId,
    /// Whether any attempt of it passes.
    pub passes: bool,
    /// The period that was opened by the decision on it.
    pub period: Option<Period>,
}

/// An attempt of a touched candidacy, as the regrade leaves it.
struct Left {
    attempt: Uuid,
    effect: Effect,
    passes: bool,
}

/// The candidacies that a regrade touches, in the order of their ids: five queries, however many there are.
///
/// # Errors
/// A fault of the database.
pub async fn touched(conn: &impl Conn, id: RegradeId, seen: Seen) -> Result<Vec<Touched>, Fault> {
    let candidacies = candidacy::Entity::find()
        .filter(candidacy::Column::Id.in_subquery(crossing(id)))
        .order_by_asc(candidacy::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading which candidacies a regrade touches")?;
    if candidacies.is_empty() {
        return Ok(Vec::new());
    }
    let left = left(conn, id).await?;
    let passed = passed(conn, id).await?;
    let mut periods = periods(conn, id).await?;
    let mut found = Vec::with_capacity(candidacies.len());
    for row in candidacies {
        let candidacy = read(row)?;
        let left = left.get(&candidacy.id).map_or(&[][..], Vec::as_slice);
        let Some(attempt) = crossed(left) else { continue };
        let current = passed.get(&candidacy.id);
        let passes = match seen {
            Seen::Now => current.is_some(),
            Seen::IfApproved => {
                let is_left = |attempt: &Uuid| left.iter().any(|left| left.attempt == *attempt);
                left.iter().any(|left| left.passes)
                    || current.is_some_and(|attempts| attempts.iter().any(|attempt| !is_left(attempt)))
            }
        };
        let period = periods.remove(&candidacy.id);
        found.push(Touched { candidacy, attempt: Id::new(attempt), passes, period });
    }
    Ok(found)
}

/// The attempt that crosses the mark; where several do, one that now fails.
fn crossed(left: &[Left]) -> Option<Uuid> {
    let with = |effect: Effect| left.iter().find(|left| left.effect == effect).map(|left| left.attempt);
    with(Effect::NowFails).or_else(|| with(Effect::NowPasses))
}

/// The ids of candidacies of which an attempt crosses the mark.
fn crossing(id: RegradeId) -> SelectStatement {
    regrade_run::Entity::find()
        .select_only()
        .column(attempt::Column::CandidacyId)
        .join(JoinType::InnerJoin, to_attempt())
        .filter(regrade_run::Column::RegradeId.eq(id.raw()))
        .filter(regrade_run::Column::Effect.is_in([Effect::NowPasses.code(), Effect::NowFails.code()]))
        .filter(attempt::Column::CandidacyId.is_not_null())
        .into_query()
}

fn to_attempt() -> RelationDef {
    meet(regrade_run::Entity, regrade_run::Column::AttemptId, attempt::Entity, attempt::Column::Id)
}

async fn left(conn: &impl Conn, id: RegradeId) -> Result<BTreeMap<CandidacyId, Vec<Left>>, Fault> {
    let to_run = meet(
        regrade_run::Entity,
        regrade_run::Column::GradingRunId,
        grading_run::Entity,
        grading_run::Column::Id,
    );
    let rows: Vec<(Uuid, Uuid, String, bool)> = regrade_run::Entity::find()
        .select_only()
        .columns([attempt::Column::CandidacyId, attempt::Column::Id])
        .column(regrade_run::Column::Effect)
        .column(grading_run::Column::Passed)
        .join(JoinType::InnerJoin, to_attempt())
        .join(JoinType::InnerJoin, to_run)
        .filter(regrade_run::Column::RegradeId.eq(id.raw()))
        .filter(attempt::Column::CandidacyId.in_subquery(crossing(id)))
        .order_by_asc(attempt::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading how a regrade leaves attempts")?;
    let mut found: BTreeMap<CandidacyId, Vec<Left>> = BTreeMap::new();
    for (candidacy, attempt, effect, passes) in rows {
        let effect = coded("regrade_run", "effect", &effect, Effect::of)?;
        found.entry(Id::new(candidacy)).or_default().push(Left { attempt, effect, passes });
    }
    Ok(found)
}

/// The attempts of touched candidacies whose current score is a pass.
async fn passed(conn: &impl Conn, id: RegradeId) -> Result<BTreeMap<CandidacyId, BTreeSet<Uuid>>, Fault> {
    let to_pass =
        meet(attempt::Entity, attempt::Column::Id, grading_run::Entity, grading_run::Column::AttemptId)
            .on_condition(|_, run| {
                Condition::all()
                    .add(Expr::col((run.clone(), grading_run::Column::Current)).eq(true))
                    .add(Expr::col((run, grading_run::Column::Passed)).eq(true))
            });
    let rows: Vec<(Uuid, Uuid)> = attempt::Entity::find()
        .select_only()
        .columns([attempt::Column::CandidacyId, attempt::Column::Id])
        .join(JoinType::InnerJoin, to_pass)
        .filter(attempt::Column::CandidacyId.in_subquery(crossing(id)))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading which attempts are passed")?;
    let mut found: BTreeMap<CandidacyId, BTreeSet<Uuid>> = BTreeMap::new();
    for (candidacy, attempt) in rows {
        found.entry(Id::new(candidacy)).or_default().insert(attempt);
    }
    Ok(found)
}

/// The periods that touched candidacies have led to.
fn opened(id: RegradeId) -> Select<period::Entity> {
    period::Entity::find()
        .join(
            JoinType::InnerJoin,
            meet(period::Entity, period::Column::DecisionId, decision::Entity, decision::Column::Id),
        )
        .filter(decision::Column::CandidacyId.in_subquery(crossing(id)))
}

async fn periods(conn: &impl Conn, id: RegradeId) -> Result<BTreeMap<CandidacyId, Period>, Fault> {
    let rows = opened(id)
        .select_also(decision::Entity)
        .all(&conn.on())
        .await
        .doing("reading which periods a regrade touches")?;
    let mut events = events(conn, id).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(period, decision)| {
            let events = events.remove(&period.id).unwrap_or_default();
            Some((Id::new(decision?.candidacy_id), recorded(&period, events).period))
        })
        .collect())
}

async fn events(conn: &impl Conn, id: RegradeId) -> Result<BTreeMap<Uuid, Vec<Event>>, Fault> {
    let periods = opened(id).select_only().column(period::Column::Id).into_query();
    let rows = period_event::Entity::find()
        .filter(period_event::Column::PeriodId.in_subquery(periods))
        .order_by_asc(period_event::Column::EffectiveFrom)
        .order_by_asc(period_event::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading what happened to the periods that a regrade touches")?;
    gathered(rows)
}

/// Of so many at once.
const AT_ONCE: usize = 500;

/// Notes of open candidacies that all requirements are met, as far as that was not known.
///
/// # Errors
/// A fault of the database.
pub async fn mark_all_ready(tx: &Tx, ids: &[CandidacyId], now: Moment) -> Result<(), Fault> {
    for piece in ids.chunks(AT_ONCE) {
        candidacy::Entity::update_many()
            .col_expr(candidacy::Column::ReadyAt, Expr::value(now))
            .filter(candidacy::Column::Id.is_in(piece.iter().map(|id| id.raw())))
            .filter(candidacy::Column::ReadyAt.is_null())
            .filter(candidacy::Column::ClosedAt.is_null())
            .exec(&tx.on())
            .await
            .doing("marking candidates as ready")?;
    }
    Ok(())
}

/// Takes back of open candidacies that all requirements are met: they are not, as far as is known now.
///
/// # Errors
/// A fault of the database.
pub async fn take_back(tx: &Tx, ids: &[CandidacyId]) -> Result<(), Fault> {
    for piece in ids.chunks(AT_ONCE) {
        candidacy::Entity::update_many()
            .col_expr(candidacy::Column::ReadyAt, Expr::value(None::<Moment>))
            .filter(candidacy::Column::Id.is_in(piece.iter().map(|id| id.raw())))
            .filter(candidacy::Column::ReadyAt.is_not_null())
            .filter(candidacy::Column::ClosedAt.is_null())
            .exec(&tx.on())
            .await
            .doing("taking back that candidates are ready")?;
    }
    Ok(())
}
