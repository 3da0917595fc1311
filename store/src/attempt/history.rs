//! What a person's earlier attempts add up to: counted by the database, however many there are.

use std::collections::BTreeMap;

use domain::attempt::{Clockwork, Stored};
use domain::id::{AttemptId, CandidacyId, Id, PersonId, TestId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{CaseStatement, Condition, Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    RelationDef,
};
use uuid::Uuid;

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
    pub(super) fn condition(self) -> Condition {
        Condition::all()
            .add(attempt::Column::PersonId.eq(self.person.raw()))
            .add(attempt::Column::TestId.eq(self.test.raw()))
            .add_option(self.candidacy.map(|id| attempt::Column::CandidacyId.eq(id.raw())))
    }
}

/// The attempt of a scope that is not closed yet, by the clock or not: at most one.
#[derive(Clone, Copy, Debug)]
pub struct Unclosed {
    /// The attempt.
    pub id: AttemptId,
    /// What it is at a moment follows from this.
    pub clockwork: Clockwork,
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
    /// The one that is not closed.
    pub open: Option<Unclosed>,
}

#[derive(FromQueryResult)]
struct TallyRow {
    started: i64,
    passed: i64,
    last_finished: Option<Moment>,
    open_id: Option<Uuid>,
    open_deadline: Option<Moment>,
    open_paused: Option<Moment>,
    open_grace: Option<i32>,
}

impl TallyRow {
    fn open(&self) -> Result<Option<Unclosed>, Fault> {
        let (Some(id), Some(deadline)) = (self.open_id, self.open_deadline) else { return Ok(None) };
        let grace_seconds = number("attempt", "grace_seconds", self.open_grace.unwrap_or_default())?;
        let clockwork =
            Clockwork { stored: Stored::Open, deadline, paused_at: self.open_paused, grace_seconds };
        Ok(Some(Unclosed { id: Id::new(id), clockwork }))
    }
}

/// A column of the open attempt, among all of a scope: of at most one the greatest is the one.
fn of_open(column: attempt::Column) -> SimpleExpr {
    let is_open = attempt::Column::State.eq("open");
    Func::max(CaseStatement::new().case(is_open, column.into_expr())).into()
}

/// PostgreSQL knows no greatest among ids.
fn open_id(scope: Scope) -> SimpleExpr {
    let open = attempt::Entity::find()
        .select_only()
        .column(attempt::Column::Id)
        .filter(scope.condition())
        .filter(attempt::Column::State.eq("open"))
        .limit(1)
        .into_query();
    SimpleExpr::SubQuery(None, Box::new(open.into()))
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
        .column_as(open_id(scope), "open_id")
        .column_as(of_open(attempt::Column::DeadlineAt), "open_deadline")
        .column_as(of_open(attempt::Column::PausedAt), "open_paused")
        .column_as(of_open(attempt::Column::GraceSeconds), "open_grace")
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
        open: row.open()?,
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
