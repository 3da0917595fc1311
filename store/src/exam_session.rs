//! Exam sessions, their seats, and what a proctor sees of them.

mod board;
mod candidates;
mod seat;

use domain::access::Reach;
use domain::exam_session::{State, Window};
use domain::id::{ExamSessionId, Id, PersonId, TestId, TestVersionId, UnitId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

pub use self::board::{Row, Sitting, answered, rows};
pub use self::candidates::{
    Seating, admitted, admitted_in, by_numbers, candidacies_of, people_in, seated_elsewhere, still_admitted,
    windows,
};
pub use self::seat::{
    Seat, check_identity, claim_try, forgive_try, hold_seats, insert_seats, seat, seats_of, take_seat,
    uncheck_identity, unlock,
};
use crate::db::{Conn, Tx};
use crate::entity::{attempt, exam_session};
use crate::fault::{Doing, coded};
use crate::query::insert;

/// An exam session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: ExamSessionId,
    /// What it is called.
    pub title: String,
    /// Which test is sat.
    pub test: TestId,
    /// In which version: the current one until the session opens, and fixed from then on.
    pub version: TestVersionId,
    /// Which unit holds it.
    pub unit: UnitId,
    /// Where it is held.
    pub place: String,
    /// When it is held.
    pub window: Window,
    /// Where it stands.
    pub state: State,
    /// Who planned it.
    pub created_by: PersonId,
    /// When it was planned.
    pub created_at: Moment,
    /// Who closed it.
    pub closed_by: Option<PersonId>,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// A note for the protocol.
    pub note: String,
}

fn read(row: exam_session::Model) -> Result<Session, Fault> {
    Ok(Session {
        id: Id::new(row.id),
        title: row.title,
        test: Id::new(row.test_id),
        version: Id::new(row.test_version_id),
        unit: Id::new(row.unit_id),
        place: row.place,
        window: Window { opens_at: row.opens_at, closes_at: row.closes_at },
        state: coded("exam_session", "state", &row.state, State::of)?,
        created_by: Id::new(row.created_by),
        created_at: row.created_at,
        closed_by: row.closed_by.map(Id::new),
        closed_at: row.closed_at,
        note: row.note,
    })
}

/// Finds a session.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: ExamSessionId) -> Result<Option<Session>, Fault> {
    exam_session::Entity::find_by_id(id.raw())
        .one(&conn.on())
        .await
        .doing("finding an exam session")?
        .map(read)
        .transpose()
}

/// The latest sessions of the units that a reach covers.
///
/// # Errors
/// A fault of the database.
pub async fn list(conn: &impl Conn, reach: &Reach, size: u64) -> Result<Vec<Session>, Fault> {
    let within = match reach {
        Reach::All => Condition::all(),
        Reach::Units(units) => {
            Condition::all().add(exam_session::Column::UnitId.is_in(units.iter().map(|unit| unit.raw())))
        }
        Reach::Groups(_) | Reach::Own(_) | Reach::Nothing => return Ok(Vec::new()),
    };
    exam_session::Entity::find()
        .filter(within)
        .order_by_desc(exam_session::Column::OpensAt)
        .order_by_desc(exam_session::Column::Id)
        .limit(size)
        .all(&conn.on())
        .await
        .doing("listing exam sessions")?
        .into_iter()
        .map(read)
        .collect()
}

/// The sessions of a test that are open now.
///
/// # Errors
/// A fault of the database.
pub async fn open_of(conn: &impl Conn, test: TestId, now: Moment) -> Result<Vec<Session>, Fault> {
    exam_session::Entity::find()
        .filter(exam_session::Column::TestId.eq(test.raw()))
        .filter(exam_session::Column::State.eq(State::Open.code()))
        .filter(exam_session::Column::ClosesAt.gt(now))
        .order_by_asc(exam_session::Column::OpensAt)
        .order_by_asc(exam_session::Column::Id)
        .limit(20)
        .all(&conn.on())
        .await
        .doing("looking for open exam sessions")?
        .into_iter()
        .map(read)
        .collect()
}

/// The sessions that are open now, of whatever test: within their window, or with somebody who still sits in them.
///
/// # Errors
/// A fault of the database.
pub async fn open_now(conn: &impl Conn, now: Moment) -> Result<Vec<Session>, Fault> {
    let sat_in = Query::select()
        .column(attempt::Column::ExamSessionId)
        .from(attempt::Entity)
        .and_where(attempt::Column::State.eq("open"))
        .and_where(attempt::Column::ExamSessionId.is_not_null())
        .to_owned();
    let is_held = Condition::any()
        .add(exam_session::Column::ClosesAt.gt(now))
        .add(exam_session::Column::Id.in_subquery(sat_in));
    exam_session::Entity::find()
        .filter(exam_session::Column::State.eq(State::Open.code()))
        .filter(is_held)
        .order_by_asc(exam_session::Column::OpensAt)
        .order_by_asc(exam_session::Column::Id)
        .limit(20)
        .all(&conn.on())
        .await
        .doing("looking for open exam sessions")?
        .into_iter()
        .map(read)
        .collect()
}

/// Adds a session.
///
/// # Errors
/// A fault of the database.
pub async fn insert_session(tx: &Tx, new: &Session) -> Result<(), Fault> {
    let row = exam_session::Model {
        id: new.id.raw(),
        title: new.title.clone(),
        test_id: new.test.raw(),
        test_version_id: new.version.raw(),
        unit_id: new.unit.raw(),
        place: new.place.clone(),
        opens_at: new.window.opens_at,
        closes_at: new.window.closes_at,
        state: new.state.code().to_owned(),
        created_by: new.created_by.raw(),
        created_at: new.created_at,
        closed_by: None,
        closed_at: None,
        note: new.note.clone(),
    };
    insert::<_, exam_session::ActiveModel>(tx, "adding an exam session", row).await
}

/// Holds a session at another time, if it is still as it was read; false when it is not.
///
/// # Errors
/// A fault of the database.
pub async fn reschedule(tx: &Tx, read: &Session, to: Window) -> Result<bool, Fault> {
    let done = exam_session::Entity::update_many()
        .col_expr(exam_session::Column::OpensAt, Expr::value(to.opens_at))
        .col_expr(exam_session::Column::ClosesAt, Expr::value(to.closes_at))
        .filter(exam_session::Column::Id.eq(read.id.raw()))
        .filter(exam_session::Column::State.eq(read.state.code()))
        .filter(exam_session::Column::OpensAt.eq(read.window.opens_at))
        .filter(exam_session::Column::ClosesAt.eq(read.window.closes_at))
        .exec(&tx.on())
        .await
        .doing("changing when an exam session is held")?;
    Ok(done.rows_affected > 0)
}

/// Opens a planned session with the version that is sat in it; false when it is not planned any more.
///
/// # Errors
/// A fault of the database.
pub async fn open(tx: &Tx, id: ExamSessionId, version: TestVersionId) -> Result<bool, Fault> {
    let done = exam_session::Entity::update_many()
        .col_expr(exam_session::Column::State, Expr::value(State::Open.code()))
        .col_expr(exam_session::Column::TestVersionId, Expr::value(version.raw()))
        .filter(exam_session::Column::Id.eq(id.raw()))
        .filter(exam_session::Column::State.eq(State::Planned.code()))
        .exec(&tx.on())
        .await
        .doing("opening an exam session")?;
    Ok(done.rows_affected > 0)
}

/// Closes a session; false when it was closed already.
///
/// # Errors
/// A fault of the database.
pub async fn close(tx: &Tx, id: ExamSessionId, note: &str, by: PersonId, now: Moment) -> Result<bool, Fault> {
    let done = exam_session::Entity::update_many()
        .col_expr(exam_session::Column::State, Expr::value(State::Closed.code()))
        .col_expr(exam_session::Column::Note, Expr::value(note))
        .col_expr(exam_session::Column::ClosedBy, Expr::value(by.raw()))
        .col_expr(exam_session::Column::ClosedAt, Expr::value(now))
        .filter(exam_session::Column::Id.eq(id.raw()))
        .filter(exam_session::Column::State.ne(State::Closed.code()))
        .exec(&tx.on())
        .await
        .doing("closing an exam session")?;
    Ok(done.rows_affected > 0)
}
