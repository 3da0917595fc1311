//! Beginning an attempt.

use domain::attempt::Timing;
use domain::id::{CandidacyId, Id};
use domain::refusal::Fault;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, OnConflict, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, Iterable,
    QueryTrait,
};

use super::history::Scope;
use super::{Attempt, number};
use crate::db::{Conn, Tx};
use crate::entity::{attempt, candidacy};
use crate::fault::Doing;

/// Adds an attempt; false when the person has an open one at this test already.
///
/// # Errors
/// A fault of the database.
pub async fn insert_attempt(tx: &Tx, new: &Attempt, timing: &Timing) -> Result<bool, Fault> {
    let added = attempt::Entity::insert(row(new, timing)?)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("adding an attempt")?;
    Ok(added > 0)
}

/// The same if nothing has changed since it was judged that the attempt may begin: the person has begun as many in this
/// scope as before, and the candidacy waits for a test as it did. False when anything is otherwise; then it has to be
/// judged again. One statement, because a room that starts at once stands in line for this.
///
/// # Errors
/// A fault of the database.
pub async fn insert_attempt_as_judged(tx: &Tx, new: &Attempt, timing: &Timing) -> Result<bool, Fault> {
    let scope = Scope { person: new.person, test: new.test, candidacy: new.candidacy };
    let before = i64::from(new.number) - 1;
    let as_judged = Condition::all()
        .add(Expr::expr(count(scope)).eq(before))
        .add_option(new.candidacy.map(|id| Expr::exists(still_waits(id))));
    let row = row(new, timing)?;
    let mut columns = Vec::new();
    let mut values = Query::select();
    for column in attempt::Column::iter() {
        if let ActiveValue::Set(value) = row.get(column) {
            columns.push(column);
            values.expr(Expr::val(value));
        }
    }
    values.cond_where(as_judged);
    let insert = Query::insert()
        .into_table(attempt::Entity)
        .columns(columns)
        .select_from(values)
        .map_err(|error| Fault::new("adding an attempt as judged", error))?
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .to_owned();
    let statement = tx.0.get_database_backend().build(&insert);
    let done = tx.0.execute_raw(statement).await.doing("adding an attempt as judged")?;
    Ok(done.rows_affected() > 0)
}

fn count(scope: Scope) -> SelectStatement {
    let mut count = attempt::Entity::find().into_query();
    count.clear_selects().expr(Func::count(Expr::col(attempt::Column::Id))).cond_where(scope.condition());
    count
}

fn still_waits(id: CandidacyId) -> SelectStatement {
    let mut found = candidacy::Entity::find().into_query();
    found
        .clear_selects()
        .expr(Expr::val(1))
        .and_where(candidacy::Column::Id.eq(id.raw()))
        .and_where(candidacy::Column::ClosedAt.is_null())
        .and_where(candidacy::Column::AdmittedAt.is_not_null())
        .and_where(candidacy::Column::ReadyAt.is_null());
    found
}

fn row(new: &Attempt, timing: &Timing) -> Result<attempt::ActiveModel, Fault> {
    Ok(attempt::ActiveModel {
        id: Set(new.id.raw()),
        test_id: Set(new.test.raw()),
        test_version_id: Set(new.version.raw()),
        person_id: Set(new.person.raw()),
        candidacy_id: Set(new.candidacy.map(Id::raw)),
        number: Set(number("attempt", "number", new.number)?),
        seed: Set(new.seed.to_vec()),
        draw_pool_id: Set(new.pool),
        state: Set("open".to_owned()),
        started_at: Set(new.started_at),
        deadline_at: Set(new.deadline_at),
        grace_seconds: Set(number("attempt", "grace_seconds", new.grace_seconds)?),
        extra_percent: Set(number("attempt", "extra_percent", timing.extra_percent)?),
        extension_ms: Set(timing.extension_ms),
        paused_ms: Set(timing.paused_ms),
        paused_at: Set(None),
        aside_until: Set(None),
        aside_why: Set(None),
        finished_at: Set(None),
        finish_cause: Set(None),
        consent_at: Set(new.started_at),
        last_ord: Set(0),
        journal_hash: Set(new.journal_hash.to_vec()),
        writer: Set(new.writer.raw()),
        writer_seq: Set(0),
        lease_kind: Set(new.lease_kind.code().to_owned()),
        lease_session: Set(new.lease_session.raw()),
        lease_since: Set(new.started_at),
        name_as_was: Set(new.as_was.name.clone()),
        position_as_was: Set(new.as_was.position.clone()),
        unit_as_was: Set(new.as_was.unit.clone()),
        unit_id: Set(new.as_was.unit_id.map(Id::raw)),
        exam_session_id: Set(new.session.map(Id::raw)),
    })
}
