//! Work to be done later. A job may run twice; its effect is that of once.

use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::job;
use crate::fault::{Doing, number};

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// Which work.
    pub name: String,
    /// JSON.
    pub payload: String,
    /// queued, running, done or failed.
    pub state: String,
    /// Not before.
    pub run_at: Moment,
    /// How often it was tried.
    pub tries: u32,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it was done.
    pub finished_at: Option<Moment>,
}

fn read(row: job::Model) -> Result<Job, Fault> {
    Ok(Job {
        id: row.id,
        name: row.name,
        payload: row.payload,
        state: row.state,
        run_at: row.run_at,
        tries: number("job", "tries", row.tries)?,
        last_error: row.last_error,
        created_at: row.created_at,
        finished_at: row.finished_at,
    })
}

/// Asks for work; one with the same key that is still queued is enough.
///
/// # Errors
/// A fault of the database.
pub async fn enqueue(
    tx: &Tx,
    id: Uuid,
    name: &str,
    payload: String,
    dedup_key: Option<String>,
    run_at: Moment,
) -> Result<(), Fault> {
    let row = job::ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        payload: Set(payload),
        state: Set("queued".to_owned()),
        run_at: Set(run_at),
        tries: Set(0),
        lease_until: Set(None),
        last_error: Set(None),
        dedup_key: Set(dedup_key),
        created_at: Set(run_at),
        finished_at: Set(None),
    };
    job::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("enqueueing a job")?;
    Ok(())
}

/// Jobs that are due: queued, or running with a lease that has ended.
///
/// # Errors
/// A fault of the database.
pub async fn due(conn: &impl Conn, now: Moment, limit: u64) -> Result<Vec<Job>, Fault> {
    job::Entity::find()
        .filter(
            Condition::any()
                .add(Condition::all().add(job::Column::State.eq("queued")).add(job::Column::RunAt.lte(now)))
                .add(
                    Condition::all()
                        .add(job::Column::State.eq("running"))
                        .add(job::Column::LeaseUntil.lt(now)),
                ),
        )
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

/// Claims a job; false when another worker was faster.
///
/// # Errors
/// A fault of the database.
pub async fn claim(tx: &Tx, job: &Job, lease_until: Moment) -> Result<bool, Fault> {
    let tries = number::<u32, i32>("job", "tries", job.tries)?;
    let done = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value("running"))
        .col_expr(job::Column::Tries, Expr::value(tries + 1))
        .col_expr(job::Column::LeaseUntil, Expr::value(lease_until))
        .filter(job::Column::Id.eq(job.id))
        .filter(job::Column::State.eq(job.state.clone()))
        .filter(job::Column::Tries.eq(tries))
        .exec(&tx.on())
        .await
        .doing("claiming a job")?;
    Ok(done.rows_affected > 0)
}

/// Ends a job, or puts it back for another try.
///
/// # Errors
/// A fault of the database.
pub async fn settle(
    tx: &Tx,
    id: Uuid,
    state: &str,
    error: Option<String>,
    run_at: Option<Moment>,
    now: Moment,
) -> Result<(), Fault> {
    let mut update = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(state))
        .col_expr(job::Column::LastError, Expr::value(error))
        .col_expr(job::Column::LeaseUntil, Expr::value(None::<Moment>));
    update = match run_at {
        Some(at) => update.col_expr(job::Column::RunAt, Expr::value(at)),
        None => update.col_expr(job::Column::FinishedAt, Expr::value(now)),
    };
    update.filter(job::Column::Id.eq(id)).exec(&tx.on()).await.doing("settling a job")?;
    Ok(())
}

/// The latest jobs, those that failed first.
///
/// # Errors
/// A fault of the database.
pub async fn latest(conn: &impl Conn, limit: u64) -> Result<Vec<Job>, Fault> {
    let mut jobs: Vec<Job> = job::Entity::find()
        .order_by_desc(job::Column::CreatedAt)
        .order_by_desc(job::Column::Id)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("reading jobs")?
        .into_iter()
        .map(read)
        .collect::<Result<_, Fault>>()?;
    jobs.sort_by_key(|job| job.state != "failed");
    Ok(jobs)
}
