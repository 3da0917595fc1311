//! Certificates that a regrade has put in doubt, until a person decides.

use domain::access::Reach;
use domain::id::{AttemptId, DoubtId, Id, PeriodId, PersonId, RegradeId};
use domain::page::Page;
use domain::refusal::Fault;
use domain::regrade::DoubtState;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::doubt;
use crate::fault::{Doing, coded, number};
use crate::people;

/// A doubt.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// Its id.
    pub id: DoubtId,
    /// Which regrade raised it.
    pub regrade: RegradeId,
    /// About which period.
    pub period: PeriodId,
    /// The attempt that no longer passes.
    pub attempt: AttemptId,
    /// Whose.
    pub person: PersonId,
    /// Where it stands.
    pub state: DoubtState,
    /// When it was raised.
    pub raised_at: Moment,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When it was decided or settled.
    pub decided_at: Option<Moment>,
    /// Why it was decided so; empty before.
    pub reason: String,
}

fn read(row: doubt::Model) -> Result<Doubt, Fault> {
    Ok(Doubt {
        id: Id::new(row.id),
        regrade: Id::new(row.regrade_id),
        period: Id::new(row.period_id),
        attempt: Id::new(row.attempt_id),
        person: Id::new(row.person_id),
        state: coded("doubt", "state", &row.state, DoubtState::of)?,
        raised_at: row.raised_at,
        decided_by: row.decided_by.map(Id::new),
        decided_at: row.decided_at,
        reason: row.reason.unwrap_or_default(),
    })
}

/// Of so many at once.
const AT_ONCE: usize = 500;

/// Raises doubts; those about a period that is in doubt already, or was by the same regrade, are left out. How many
/// were raised.
///
/// # Errors
/// A fault of the database.
pub async fn raise(tx: &Tx, new: Vec<Doubt>) -> Result<u64, Fault> {
    let mut raised = 0;
    for piece in new.chunks(AT_ONCE) {
        let rows = piece.iter().map(|new| {
            doubt::Model {
                id: new.id.raw(),
                regrade_id: new.regrade.raw(),
                period_id: new.period.raw(),
                attempt_id: new.attempt.raw(),
                person_id: new.person.raw(),
                state: new.state.code().to_owned(),
                raised_at: new.raised_at,
                decided_by: None,
                decided_at: None,
                reason: None,
            }
            .into_active_model()
        });
        raised += doubt::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&tx.on())
            .await
            .doing("raising doubts")?;
    }
    Ok(raised)
}

/// Settles what is open about some periods: their passes are back.
///
/// # Errors
/// A fault of the database.
pub async fn settle(tx: &Tx, periods: &[PeriodId], now: Moment) -> Result<(), Fault> {
    for piece in periods.chunks(AT_ONCE) {
        doubt::Entity::update_many()
            .col_expr(doubt::Column::State, Expr::value(DoubtState::Settled.code()))
            .col_expr(doubt::Column::DecidedAt, Expr::value(now))
            .filter(doubt::Column::PeriodId.is_in(piece.iter().map(|id| id.raw())))
            .filter(doubt::Column::State.eq(DoubtState::Open.code()))
            .exec(&tx.on())
            .await
            .doing("settling doubts")?;
    }
    Ok(())
}

/// Decides a doubt; false when somebody has decided it already.
///
/// # Errors
/// A fault of the database.
pub async fn decide(
    tx: &Tx,
    id: DoubtId,
    state: DoubtState,
    by: PersonId,
    reason: &str,
    now: Moment,
) -> Result<bool, Fault> {
    let done = doubt::Entity::update_many()
        .col_expr(doubt::Column::State, Expr::value(state.code()))
        .col_expr(doubt::Column::DecidedBy, Expr::value(by.raw()))
        .col_expr(doubt::Column::DecidedAt, Expr::value(now))
        .col_expr(doubt::Column::Reason, Expr::value(reason))
        .filter(doubt::Column::Id.eq(id.raw()))
        .filter(doubt::Column::State.eq(DoubtState::Open.code()))
        .exec(&tx.on())
        .await
        .doing("deciding a doubt")?;
    Ok(done.rows_affected > 0)
}

/// Finds a doubt.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: DoubtId) -> Result<Option<Doubt>, Fault> {
    doubt::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding a doubt")?.map(read).transpose()
}

/// The open doubt that rests on an attempt.
///
/// # Errors
/// A fault of the database.
pub async fn open_about(conn: &impl Conn, attempt: AttemptId) -> Result<Option<Doubt>, Fault> {
    doubt::Entity::find()
        .filter(doubt::Column::AttemptId.eq(attempt.raw()))
        .filter(doubt::Column::State.eq(DoubtState::Open.code()))
        .one(&conn.on())
        .await
        .doing("looking for a doubt")?
        .map(read)
        .transpose()
}

/// All doubts about certificates of a person, the first first. There are hardly ever two.
///
/// # Errors
/// A fault of the database.
pub async fn of_person(conn: &impl Conn, person: PersonId) -> Result<Vec<Doubt>, Fault> {
    doubt::Entity::find()
        .filter(doubt::Column::PersonId.eq(person.raw()))
        .order_by_asc(doubt::Column::RaisedAt)
        .order_by_asc(doubt::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading doubts about a person")?
        .into_iter()
        .map(read)
        .collect()
}

/// The people whose certificates a regrade has put in doubt.
///
/// # Errors
/// A fault of the database.
pub async fn people_of(conn: &impl Conn, regrade: RegradeId) -> Result<Vec<PersonId>, Fault> {
    let people: Vec<Uuid> = doubt::Entity::find()
        .select_only()
        .column(doubt::Column::PersonId)
        .filter(doubt::Column::RegradeId.eq(regrade.raw()))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading whom a regrade concerns")?;
    Ok(people.into_iter().map(Id::new).collect())
}

/// Open doubts about people within reach, the longest waiting first.
///
/// # Errors
/// A fault of the database.
pub async fn open(
    conn: &impl Conn,
    reach: &Reach,
    after: Option<&str>,
    size: u64,
) -> Result<Page<Doubt>, Fault> {
    let mut query = doubt::Entity::find()
        .filter(waiting(reach))
        .order_by_asc(doubt::Column::RaisedAt)
        .order_by_asc(doubt::Column::Id)
        .limit(size + 1);
    if let Some((at, id)) = after.and_then(read_mark) {
        let that_moment = Condition::all().add(doubt::Column::RaisedAt.eq(at));
        query = query.filter(
            Condition::any()
                .add(doubt::Column::RaisedAt.gt(at))
                .add(that_moment.add(doubt::Column::Id.gt(id))),
        );
    }
    let rows = query.all(&conn.on()).await.doing("listing doubts")?;
    let page = Page::cut(rows, size, |row| format!("{}~{}", row.raised_at.timestamp_micros(), row.id));
    let rows = page.rows.into_iter().map(read).collect::<Result<_, Fault>>()?;
    Ok(Page { rows, next: page.next })
}

fn read_mark(mark: &str) -> Option<(Moment, Uuid)> {
    let (at, id) = mark.split_once('~')?;
    Some((Moment::from_timestamp_micros(at.parse().ok()?)?, id.parse().ok()?))
}

fn waiting(reach: &Reach) -> Condition {
    Condition::all()
        .add(doubt::Column::State.eq(DoubtState::Open.code()))
        .add(doubt::Column::PersonId.in_subquery(people::reached(reach)))
}

/// How many doubts about people within reach are open.
///
/// # Errors
/// A fault of the database.
pub async fn open_count(conn: &impl Conn, reach: &Reach) -> Result<u64, Fault> {
    let counted: Option<i64> = doubt::Entity::find()
        .select_only()
        .column_as(doubt::Column::Id.count(), "waiting")
        .filter(waiting(reach))
        .into_tuple()
        .one(&conn.on())
        .await
        .doing("counting doubts")?;
    number("doubt", "count", counted.unwrap_or(0))
}
