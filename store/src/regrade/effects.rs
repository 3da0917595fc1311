//! What regrades do to attempts and people.

use std::collections::BTreeMap;

use domain::access::Reach;
use domain::id::{AttemptId, CandidacyId, Id, PersonId, RegradeId};
use domain::page::Page;
use domain::refusal::Fault;
use domain::regrade::{Effect, State};
use domain::time::Moment;
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef, Select,
};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{attempt, grading_run, regrade, regrade_run};
use crate::fault::{Doing, coded, number};
use crate::people;
use crate::query::meet;

/// How many attempts a regrade does what to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The score stays.
    pub unchanged: u64,
    /// Other points, the same verdict.
    pub moved: u64,
    /// Crosses the mark upwards.
    pub now_passes: u64,
    /// Crosses the mark downwards.
    pub now_fails: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.unchanged + self.concerned()
    }

    /// Those whose score is another one.
    #[must_use]
    pub const fn concerned(&self) -> u64 {
        self.moved + self.now_passes + self.now_fails
    }
}

/// Counts what a regrade does.
///
/// # Errors
/// A fault of the database.
pub async fn counts(conn: &impl Conn, id: RegradeId) -> Result<Counts, Fault> {
    let rows: Vec<(String, i64)> = regrade_run::Entity::find()
        .select_only()
        .column(regrade_run::Column::Effect)
        .column_as(regrade_run::Column::Id.count(), "attempts")
        .filter(regrade_run::Column::RegradeId.eq(id.raw()))
        .group_by(regrade_run::Column::Effect)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting what a regrade does")?;
    let mut counts = Counts::default();
    for (effect, found) in rows {
        let found = number("regrade_run", "count", found)?;
        match coded("regrade_run", "effect", &effect, Effect::of)? {
            Effect::Unchanged => counts.unchanged = found,
            Effect::Moved => counts.moved = found,
            Effect::NowPasses => counts.now_passes = found,
            Effect::NowFails => counts.now_fails = found,
        }
    }
    Ok(counts)
}

/// Points, points that were possible, and whether it was passed.
pub type Verdict = (u32, u32, bool);

/// An attempt whose score a regrade moves.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// The attempt.
    pub attempt: AttemptId,
    /// Whose.
    pub person: PersonId,
    /// For which candidacy.
    pub candidacy: Option<CandidacyId>,
    /// Its number within the candidacy.
    pub number: u32,
    /// What happens.
    pub effect: Effect,
    /// The score before.
    pub was: Verdict,
    /// The score after.
    pub now: Verdict,
}

type MovedRow = (Uuid, Uuid, Uuid, String, Uuid, Option<Uuid>, i32);

/// A page of the attempts that a regrade moves, of people within reach, in the order of their ids. Without a reach:
/// of everybody.
///
/// # Errors
/// A fault of the database.
pub async fn moved(
    conn: &impl Conn,
    id: RegradeId,
    reach: Option<&Reach>,
    after: Option<AttemptId>,
    size: u64,
) -> Result<Page<Moved>, Fault> {
    let mut query = with_attempts()
        .filter(regrade_run::Column::RegradeId.eq(id.raw()))
        .order_by_asc(regrade_run::Column::AttemptId)
        .limit(size + 1);
    if let Some(reach) = reach {
        query = query.filter(attempt::Column::PersonId.in_subquery(people::reached(reach)));
    }
    if let Some(after) = after {
        query = query.filter(regrade_run::Column::AttemptId.gt(after.raw()));
    }
    let rows: Vec<MovedRow> =
        query.into_tuple().all(&conn.on()).await.doing("reading what a regrade moves")?;
    let page = Page::cut(rows, size, |row| row.0.to_string());
    Ok(Page { rows: scored(conn, page.rows).await?, next: page.next })
}

/// How many attempts of people within reach a regrade moves.
///
/// # Errors
/// A fault of the database.
pub async fn moved_count(conn: &impl Conn, id: RegradeId, reach: &Reach) -> Result<u64, Fault> {
    let counted: Option<i64> = regrade_run::Entity::find()
        .select_only()
        .column_as(regrade_run::Column::Id.count(), "moved")
        .join(JoinType::InnerJoin, to_attempt())
        .filter(regrade_run::Column::RegradeId.eq(id.raw()))
        .filter(regrade_run::Column::Effect.ne(Effect::Unchanged.code()))
        .filter(attempt::Column::PersonId.in_subquery(people::reached(reach)))
        .into_tuple()
        .one(&conn.on())
        .await
        .doing("counting what a regrade moves")?;
    number("regrade_run", "count", counted.unwrap_or(0))
}

fn with_attempts() -> Select<regrade_run::Entity> {
    regrade_run::Entity::find()
        .select_only()
        .columns([
            regrade_run::Column::AttemptId,
            regrade_run::Column::GradingRunId,
            regrade_run::Column::ReplacedRunId,
            regrade_run::Column::Effect,
        ])
        .columns([attempt::Column::PersonId, attempt::Column::CandidacyId, attempt::Column::Number])
        .join(JoinType::InnerJoin, to_attempt())
        .filter(regrade_run::Column::Effect.ne(Effect::Unchanged.code()))
}

fn to_attempt() -> RelationDef {
    meet(regrade_run::Entity, regrade_run::Column::AttemptId, attempt::Entity, attempt::Column::Id)
}

async fn scored(conn: &impl Conn, rows: Vec<MovedRow>) -> Result<Vec<Moved>, Fault> {
    let runs = rows.iter().flat_map(|row| [row.1, row.2]).collect();
    let verdicts = verdicts(conn, runs).await?;
    let moved = |(attempt, run, replaced, effect, person, candidacy, at): MovedRow| {
        let (now, was) = (*verdicts.get(&run)?, *verdicts.get(&replaced)?);
        Some(coded("regrade_run", "effect", &effect, Effect::of).and_then(|effect| {
            Ok(Moved {
                attempt: Id::new(attempt),
                person: Id::new(person),
                candidacy: candidacy.map(Id::new),
                number: number("attempt", "number", at)?,
                effect,
                was,
                now,
            })
        }))
    };
    rows.into_iter().filter_map(moved).collect()
}

async fn verdicts(conn: &impl Conn, runs: Vec<Uuid>) -> Result<BTreeMap<Uuid, Verdict>, Fault> {
    let rows: Vec<(Uuid, i32, i32, bool)> = grading_run::Entity::find()
        .select_only()
        .columns([
            grading_run::Column::Id,
            grading_run::Column::Points,
            grading_run::Column::PointsMax,
            grading_run::Column::Passed,
        ])
        .filter(grading_run::Column::Id.is_in(runs))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading scores")?;
    let at = |column, value: i32| number("grading_run", column, value);
    rows.into_iter()
        .map(|(id, points, max, passed)| Ok((id, (at("points", points)?, at("points_max", max)?, passed))))
        .collect()
}

/// What a regrade that was approved did to an attempt.
#[derive(Clone, Debug)]
pub struct Told {
    /// Which regrade.
    pub regrade: RegradeId,
    /// When it was approved.
    pub at: Moment,
    /// Why.
    pub reason: String,
    /// What it did.
    pub moved: Moved,
}

/// The latest regrade that moved an attempt.
///
/// # Errors
/// A fault of the database.
pub async fn told(conn: &impl Conn, attempt: AttemptId) -> Result<Option<Told>, Fault> {
    let of_attempt = with_attempts()
        .column(regrade_run::Column::RegradeId)
        .filter(regrade_run::Column::AttemptId.eq(attempt.raw()));
    Ok(approved(conn, of_attempt).await?.pop())
}

/// All regrades that moved an attempt of a person within a candidacy, the first first.
///
/// # Errors
/// A fault of the database.
pub async fn of_person(conn: &impl Conn, person: PersonId) -> Result<Vec<Told>, Fault> {
    let of_person = with_attempts()
        .column(regrade_run::Column::RegradeId)
        .filter(attempt::Column::PersonId.eq(person.raw()))
        .filter(attempt::Column::CandidacyId.is_not_null());
    approved(conn, of_person).await
}

/// What some approved regrades did to some attempts.
///
/// # Errors
/// A fault of the database.
pub async fn among(
    conn: &impl Conn,
    regrades: impl IntoIterator<Item = RegradeId> + Send,
    attempts: impl IntoIterator<Item = AttemptId> + Send,
) -> Result<Vec<Told>, Fault> {
    let regrades: Vec<Uuid> = regrades.into_iter().map(Id::raw).collect();
    let attempts: Vec<Uuid> = attempts.into_iter().map(Id::raw).collect();
    let these = with_attempts()
        .column(regrade_run::Column::RegradeId)
        .filter(regrade_run::Column::RegradeId.is_in(regrades))
        .filter(regrade_run::Column::AttemptId.is_in(attempts));
    approved(conn, these).await
}

type ToldRow = (Uuid, Uuid, Uuid, String, Uuid, Option<Uuid>, i32, Uuid);

/// Those of regrades that were approved, in the order in which they were. An attempt is regraded a few times at
/// most.
async fn approved(conn: &impl Conn, which: Select<regrade_run::Entity>) -> Result<Vec<Told>, Fault> {
    let rows: Vec<ToldRow> = which
        .join(
            JoinType::InnerJoin,
            meet(regrade_run::Entity, regrade_run::Column::RegradeId, regrade::Entity, regrade::Column::Id),
        )
        .filter(regrade::Column::State.eq(State::Approved.code()))
        .order_by_asc(regrade::Column::DecidedAt)
        .order_by_asc(regrade::Column::Id)
        .order_by_asc(regrade_run::Column::AttemptId)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading what regrades moved")?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let regrades = super::by_id(conn, rows.iter().map(|row| Id::new(row.7))).await?;
    let by = rows.iter().map(|row| Id::new(row.7)).collect::<Vec<RegradeId>>();
    let rows = rows.into_iter().map(|row| (row.0, row.1, row.2, row.3, row.4, row.5, row.6)).collect();
    let moved = scored(conn, rows).await?;
    let told = |(regrade, moved): (RegradeId, Moved)| {
        let known = regrades.get(&regrade)?;
        Some(Told { regrade, at: known.decided_at?, reason: known.reason.clone(), moved })
    };
    Ok(by.into_iter().zip(moved).filter_map(told).collect())
}
