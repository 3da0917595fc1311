//! Work to be done later. A job may run twice; its effect is that of once.

use std::collections::BTreeSet;

use domain::id::{Id, JobId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::{Conn, Tx};
use crate::entity::job;
use crate::fault::{Doing, number};

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which work.
    pub name: String,
    /// JSON.
    pub payload: String,
    /// queued, running, done or failed.
    pub state: String,
    /// Not before.
    pub run_at: Moment,
    /// How often it was tried since it last came any further.
    pub tries: u32,
    /// Until when it belongs to the worker that claimed it.
    pub lease_until: Option<Moment>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it was done.
    pub finished_at: Option<Moment>,
}

/// Work to ask for.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// Which work.
    pub name: String,
    /// JSON.
    pub payload: String,
    /// What it is for: never asked for twice under the same key.
    pub key: Option<String>,
    /// Not before.
    pub run_at: Moment,
    /// When it is asked for.
    pub created_at: Moment,
}

/// How a worker leaves a job that it holds.
#[derive(Clone, Debug)]
pub enum End {
    /// It is done.
    Done,
    /// It came further and goes on from there: the next payload.
    Further(String),
    /// It failed and is tried again then.
    Again(Moment, String),
    /// It failed for the last time.
    Failed(String),
}

fn read(row: job::Model) -> Result<Job, Fault> {
    Ok(Job {
        id: Id::new(row.id),
        name: row.name,
        payload: row.payload,
        state: row.state,
        run_at: row.run_at,
        tries: number("job", "tries", row.tries)?,
        lease_until: row.lease_until,
        last_error: row.last_error,
        created_at: row.created_at,
        finished_at: row.finished_at,
    })
}

/// Asks for work; false when it was asked for under the same key before.
///
/// # Errors
/// A fault of the database.
pub async fn enqueue(tx: &Tx, new: NewJob) -> Result<bool, Fault> {
    let row = job::ActiveModel {
        id: Set(new.id.raw()),
        name: Set(new.name),
        payload: Set(new.payload),
        state: Set("queued".to_owned()),
        run_at: Set(new.run_at),
        tries: Set(0),
        lease_until: Set(None),
        last_error: Set(None),
        dedup_key: Set(new.key),
        created_at: Set(new.created_at),
        finished_at: Set(None),
    };
    let added = job::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("asking for a job")?;
    Ok(added > 0)
}

/// Which of some keys jobs were asked for under.
///
/// # Errors
/// A fault of the database.
pub async fn known(conn: &impl Conn, keys: Vec<String>) -> Result<BTreeSet<String>, Fault> {
    let found: Vec<String> = job::Entity::find()
        .select_only()
        .column(job::Column::DedupKey)
        .filter(job::Column::DedupKey.is_in(keys))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("looking for jobs by their keys")?;
    Ok(found.into_iter().collect())
}

/// Finds a job.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: JobId) -> Result<Option<Job>, Fault> {
    let row = job::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding a job")?;
    row.map(read).transpose()
}

/// Jobs that are due: queued, or running with a lease that has ended.
///
/// # Errors
/// A fault of the database.
pub async fn due(conn: &impl Conn, now: Moment, limit: u64) -> Result<Vec<Job>, Fault> {
    let queued = Condition::all().add(job::Column::State.eq("queued")).add(job::Column::RunAt.lte(now));
    let dropped = Condition::all().add(job::Column::State.eq("running")).add(job::Column::LeaseUntil.lt(now));
    job::Entity::find()
        .filter(Condition::any().add(queued).add(dropped))
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("looking for jobs")?
        .into_iter()
        .map(read)
        .collect()
}

/// Claims a job as it was found; none when another worker was faster.
///
/// # Errors
/// A fault of the database.
pub async fn claim(tx: &Tx, found: &Job, lease_until: Moment) -> Result<Option<Job>, Fault> {
    let tries = number::<u32, i32>("job", "tries", found.tries)?;
    let done = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value("running"))
        .col_expr(job::Column::Tries, Expr::value(tries.saturating_add(1)))
        .col_expr(job::Column::LeaseUntil, Expr::value(lease_until))
        .filter(as_found(found)?)
        .exec(&tx.on())
        .await
        .doing("claiming a job")?;
    if done.rows_affected == 0 {
        return Ok(None);
    }
    // Another worker may have taken it further since it was found.
    find(tx, found.id).await
}

/// Still as it was read: nobody has claimed it since.
fn as_found(found: &Job) -> Result<Condition, Fault> {
    Ok(Condition::all()
        .add(job::Column::Id.eq(found.id.raw()))
        .add(job::Column::State.eq(found.state.as_str()))
        .add(job::Column::Tries.eq(number::<u32, i32>("job", "tries", found.tries)?))
        .add(job::Column::LeaseUntil.eq(found.lease_until)))
}

/// Leaves a claimed job; false when it was taken over meanwhile, and then nothing is changed.
///
/// # Errors
/// A fault of the database.
pub async fn settle(tx: &Tx, held: &Job, end: End, now: Moment) -> Result<bool, Fault> {
    let (state, run_at, error) = match &end {
        End::Done => ("done", held.run_at, None),
        End::Further(_) => ("queued", now, None),
        End::Again(at, error) => ("queued", *at, Some(error.clone())),
        End::Failed(error) => ("failed", held.run_at, Some(error.clone())),
    };
    let mut update = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(state))
        .col_expr(job::Column::RunAt, Expr::value(run_at))
        .col_expr(job::Column::LastError, Expr::value(error))
        .col_expr(job::Column::LeaseUntil, Expr::value(None::<Moment>));
    update = match end {
        End::Done | End::Failed(_) => update.col_expr(job::Column::FinishedAt, Expr::value(now)),
        End::Further(payload) => update
            .col_expr(job::Column::Payload, Expr::value(payload))
            .col_expr(job::Column::Tries, Expr::value(0)),
        End::Again(..) => update,
    };
    let done = update.filter(as_found(held)?).exec(&tx.on()).await.doing("settling a job")?;
    Ok(done.rows_affected > 0)
}

/// Asks for a job again that was given up; false when it is not given up.
///
/// # Errors
/// A fault of the database.
pub async fn again(tx: &Tx, id: JobId, now: Moment) -> Result<bool, Fault> {
    let done = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value("queued"))
        .col_expr(job::Column::Tries, Expr::value(0))
        .col_expr(job::Column::RunAt, Expr::value(now))
        .col_expr(job::Column::FinishedAt, Expr::value(None::<Moment>))
        .filter(job::Column::Id.eq(id.raw()))
        .filter(job::Column::State.eq("failed"))
        .exec(&tx.on())
        .await
        .doing("asking for a job again")?;
    Ok(done.rows_affected > 0)
}

/// Those that failed, then the others, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn latest(conn: &impl Conn, limit: u64) -> Result<Vec<Job>, Fault> {
    job::Entity::find()
        .order_by(job::Column::State.eq("failed"), Order::Desc)
        .order_by_desc(job::Column::CreatedAt)
        .order_by_desc(job::Column::Id)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("reading jobs")?
        .into_iter()
        .map(read)
        .collect()
}
