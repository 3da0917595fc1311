//! What a person's earlier attempts add up to: counted by the database, however many there are.

use std::collections::BTreeMap;

use domain::id::{AttemptId, CandidacyId, Id, PersonId, TestId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef,
};
use uuid::Uuid;

use super::{Attempt, read};
use crate::db::Conn;
use crate::entity::{attempt, grading_run};
use crate::fault::{Doing, number};
use crate::query::meet;

/// Which attempts are meant: of a person at a test, within a candidacy when one is named.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Whose.
    pub person: PersonId,
    /// At which test.
    pub test: TestId,
    /// Only those for this candidacy.
    pub candidacy: Option<CandidacyId>,
}

impl Scope {
    fn condition(self) -> Condition {
        Condition::all()
            .add(attempt::Column::PersonId.eq(self.person.raw()))
            .add(attempt::Column::TestId.eq(self.test.raw()))
            .add_option(self.candidacy.map(|id| attempt::Column::CandidacyId.eq(id.raw())))
    }
}

/// The open attempt of a scope.
///
/// # Errors
/// A fault of the database.
pub async fn open_within(conn: &impl Conn, scope: Scope) -> Result<Option<Attempt>, Fault> {
    attempt::Entity::find()
        .filter(scope.condition())
        .filter(attempt::Column::State.eq("open"))
        .one(&conn.on())
        .await
        .doing("finding an open attempt")?
        .map(read)
        .transpose()
}

/// What the attempts of a scope add up to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// How many were started.
    pub started: u32,
    /// How many were passed.
    pub passed: u32,
    /// When the last one that is closed ended.
    pub last_finished: Option<Moment>,
}

#[derive(FromQueryResult)]
struct TallyRow {
    started: i64,
    passed: i64,
    last_finished: Option<Moment>,
}

/// Adds the attempts of a scope up, in one query.
///
/// # Errors
/// A fault of the database.
pub async fn tally(conn: &impl Conn, scope: Scope) -> Result<Tally, Fault> {
    let row = attempt::Entity::find()
        .select_only()
        .column_as(attempt::Column::Id.count(), "started")
        .column_as(grading_run::Column::Id.count(), "passed")
        .column_as(attempt::Column::FinishedAt.max(), "last_finished")
        .join(JoinType::LeftJoin, to_pass())
        .filter(scope.condition())
        .into_model::<TallyRow>()
        .one(&conn.on())
        .await
        .doing("adding up attempts")?;
    let Some(row) = row else { return Ok(Tally::default()) };
    Ok(Tally {
        started: number("attempt", "count", row.started)?,
        passed: number("grading_run", "count", row.passed)?,
        last_finished: row.last_finished,
    })
}

/// An attempt meets its current result where that is a pass: at most one.
fn to_pass() -> RelationDef {
    meet(attempt::Entity, attempt::Column::Id, grading_run::Entity, grading_run::Column::AttemptId)
        .on_condition(|_, run| {
            Condition::all()
                .add(Expr::col((run.clone(), grading_run::Column::Current)).eq(true))
                .add(Expr::col((run, grading_run::Column::Passed)).eq(true))
        })
}

/// The attempt by which each of some candidacies was passed: the first, where there are several.
///
/// # Errors
/// A fault of the database.
pub async fn passed_in(
    conn: &impl Conn,
    candidacies: impl IntoIterator<Item = CandidacyId> + Send,
) -> Result<BTreeMap<CandidacyId, AttemptId>, Fault> {
    let ids: Vec<Uuid> = candidacies.into_iter().map(Id::raw).collect();
    let rows: Vec<(Uuid, Uuid)> = attempt::Entity::find()
        .select_only()
        .columns([attempt::Column::CandidacyId, attempt::Column::Id])
        .join(JoinType::InnerJoin, to_pass())
        .filter(attempt::Column::CandidacyId.is_in(ids))
        .order_by_desc(attempt::Column::StartedAt)
        .order_by_desc(attempt::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("looking for attempts that were passed")?;
    // The latest first, so that the earliest one stays.
    Ok(rows.into_iter().map(|(candidacy, attempt)| (Id::new(candidacy), Id::new(attempt))).collect())
}
