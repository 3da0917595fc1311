//! Seats: who is expected, whom the proctor knows, how many wrong codes were typed.

use domain::exam_session::State;
use domain::id::{AttemptId, CandidacyId, ExamSessionId, Id, PersonId, SeatId, TestId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Session, read as read_session};
use crate::db::{Conn, Tx};
use crate::entity::{exam_seat, exam_session};
use crate::fault::{Doing, number};
use crate::query::meet;

/// A seat.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Its id.
    pub id: SeatId,
    /// Of which session.
    pub session: ExamSessionId,
    /// Whose.
    pub person: PersonId,
    /// For which candidacy, as it was open when the seat was given.
    pub candidacy: Option<CandidacyId>,
    /// When the proctor checked who they are.
    pub identity_checked_at: Option<Moment>,
    /// Since the last unlocking.
    pub wrong_codes: u32,
    /// The attempt that was begun here.
    pub attempt: Option<AttemptId>,
}

fn read(row: exam_seat::Model) -> Result<Seat, Fault> {
    Ok(Seat {
        id: Id::new(row.id),
        session: Id::new(row.session_id),
        person: Id::new(row.person_id),
        candidacy: row.candidacy_id.map(Id::new),
        identity_checked_at: row.identity_checked_at,
        wrong_codes: number("exam_seat", "wrong_codes", row.wrong_codes)?,
        attempt: row.attempt_id.map(Id::new),
    })
}

/// The seat of a person in a session.
///
/// # Errors
/// A fault of the database.
pub async fn seat(conn: &impl Conn, session: ExamSessionId, person: PersonId) -> Result<Option<Seat>, Fault> {
    exam_seat::Entity::find()
        .filter(exam_seat::Column::SessionId.eq(session.raw()))
        .filter(exam_seat::Column::PersonId.eq(person.raw()))
        .one(&conn.on())
        .await
        .doing("finding a seat")?
        .map(read)
        .transpose()
}

/// The seats of a person in sessions of a test that are not over, the earliest session first.
///
/// # Errors
/// A fault of the database.
pub async fn seats_of(
    conn: &impl Conn,
    person: PersonId,
    test: TestId,
    now: Moment,
) -> Result<Vec<(Session, Seat)>, Fault> {
    let rows = exam_seat::Entity::find()
        .join(
            JoinType::InnerJoin,
            meet(
                exam_seat::Entity,
                exam_seat::Column::SessionId,
                exam_session::Entity,
                exam_session::Column::Id,
            ),
        )
        .select_also(exam_session::Entity)
        .filter(exam_seat::Column::PersonId.eq(person.raw()))
        .filter(exam_session::Column::TestId.eq(test.raw()))
        .filter(exam_session::Column::State.ne(State::Closed.code()))
        .filter(exam_session::Column::ClosesAt.gt(now))
        .order_by_asc(exam_session::Column::OpensAt)
        .order_by_asc(exam_session::Column::Id)
        .limit(20)
        .all(&conn.on())
        .await
        .doing("looking for the seats of a person")?;
    rows.into_iter()
        .filter_map(|(seat, session)| session.map(|session| Ok((read_session(session)?, read(seat)?))))
        .collect()
}

/// Gives seats; how many were new: who has one keeps it.
///
/// # Errors
/// A fault of the database.
pub async fn insert_seats(tx: &Tx, seats: Vec<Seat>, by: PersonId, now: Moment) -> Result<u64, Fault> {
    let mut added = 0;
    for piece in seats.chunks(100) {
        let rows: Vec<_> = piece
            .iter()
            .map(|seat| exam_seat::ActiveModel {
                id: Set(seat.id.raw()),
                session_id: Set(seat.session.raw()),
                person_id: Set(seat.person.raw()),
                candidacy_id: Set(seat.candidacy.map(Id::raw)),
                added_at: Set(now),
                added_by: Set(by.raw()),
                identity_checked_at: Set(None),
                identity_checked_by: Set(None),
                wrong_codes: Set(0),
                unlocked_at: Set(None),
                unlocked_by: Set(None),
                attempt_id: Set(None),
            })
            .collect();
        added += exam_seat::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&tx.on())
            .await
            .doing("giving seats")?;
    }
    Ok(added)
}

/// Notes that the proctor knows who somebody is; false when it was noted already.
///
/// # Errors
/// A fault of the database.
pub async fn check_identity(tx: &Tx, seat: SeatId, by: PersonId, now: Moment) -> Result<bool, Fault> {
    let done = exam_seat::Entity::update_many()
        .col_expr(exam_seat::Column::IdentityCheckedAt, Expr::value(now))
        .col_expr(exam_seat::Column::IdentityCheckedBy, Expr::value(by.raw()))
        .filter(exam_seat::Column::Id.eq(seat.raw()))
        .filter(exam_seat::Column::IdentityCheckedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("noting who somebody is")?;
    Ok(done.rows_affected > 0)
}

/// Takes back that the proctor knows who somebody is, if it is as it was read and they have not begun; false when it is
/// not.
///
/// # Errors
/// A fault of the database.
pub async fn uncheck_identity(tx: &Tx, seat: SeatId, checked_at: Moment) -> Result<bool, Fault> {
    let done = exam_seat::Entity::update_many()
        .col_expr(exam_seat::Column::IdentityCheckedAt, Expr::value(None::<Moment>))
        .col_expr(exam_seat::Column::IdentityCheckedBy, Expr::value(None::<Uuid>))
        .filter(exam_seat::Column::Id.eq(seat.raw()))
        .filter(exam_seat::Column::IdentityCheckedAt.eq(checked_at))
        .filter(exam_seat::Column::AttemptId.is_null())
        .exec(&tx.on())
        .await
        .doing("taking back who somebody is")?;
    Ok(done.rows_affected > 0)
}

/// Counts a try before it is looked at, so that many at once are no more than few in turn; false when the seat is
/// locked.
///
/// # Errors
/// A fault of the database.
pub async fn claim_try(tx: &Tx, seat: SeatId, most: u32) -> Result<bool, Fault> {
    let most: i32 = number("exam_seat", "wrong_codes", most)?;
    let done = exam_seat::Entity::update_many()
        .col_expr(exam_seat::Column::WrongCodes, Expr::col(exam_seat::Column::WrongCodes).add(1))
        .filter(exam_seat::Column::Id.eq(seat.raw()))
        .filter(exam_seat::Column::WrongCodes.lt(most))
        .exec(&tx.on())
        .await
        .doing("counting a start code")?;
    Ok(done.rows_affected > 0)
}

/// Takes the count of a try back: its code was right.
///
/// # Errors
/// A fault of the database.
pub async fn forgive_try(tx: &Tx, seat: SeatId) -> Result<(), Fault> {
    exam_seat::Entity::update_many()
        .col_expr(exam_seat::Column::WrongCodes, Expr::col(exam_seat::Column::WrongCodes).sub(1))
        .filter(exam_seat::Column::Id.eq(seat.raw()))
        .filter(exam_seat::Column::WrongCodes.gt(0))
        .exec(&tx.on())
        .await
        .doing("taking back the count of a start code")?;
    Ok(())
}

/// Unlocks a seat; false when no wrong code was counted.
///
/// # Errors
/// A fault of the database.
pub async fn unlock(tx: &Tx, seat: SeatId, by: PersonId, now: Moment) -> Result<bool, Fault> {
    let done = exam_seat::Entity::update_many()
        .col_expr(exam_seat::Column::WrongCodes, Expr::value(0))
        .col_expr(exam_seat::Column::UnlockedAt, Expr::value(now))
        .col_expr(exam_seat::Column::UnlockedBy, Expr::value(by.raw()))
        .filter(exam_seat::Column::Id.eq(seat.raw()))
        .filter(exam_seat::Column::WrongCodes.gt(0))
        .exec(&tx.on())
        .await
        .doing("unlocking a seat")?;
    Ok(done.rows_affected > 0)
}

/// Holds all seats of a session until the write is over: whoever is just beginning is waited for, and whoever comes
/// later waits.
///
/// # Errors
/// A fault of the database.
pub async fn hold_seats(tx: &Tx, session: ExamSessionId) -> Result<(), Fault> {
    // Nothing changes but who holds the rows: engines have no lock in common but that of a write.
    exam_seat::Entity::update_many()
        .col_expr(exam_seat::Column::WrongCodes, Expr::col(exam_seat::Column::WrongCodes))
        .filter(exam_seat::Column::SessionId.eq(session.raw()))
        .exec(&tx.on())
        .await
        .doing("holding the seats of an exam session")?;
    Ok(())
}

/// Notes the attempt that was begun on a seat; false when one was begun before, or when it is not known any more whose
/// seat it is.
///
/// # Errors
/// A fault of the database.
pub async fn take_seat(tx: &Tx, seat: SeatId, attempt: AttemptId) -> Result<bool, Fault> {
    let done = exam_seat::Entity::update_many()
        .col_expr(exam_seat::Column::AttemptId, Expr::value(attempt.raw()))
        .filter(exam_seat::Column::Id.eq(seat.raw()))
        .filter(exam_seat::Column::AttemptId.is_null())
        .filter(exam_seat::Column::IdentityCheckedAt.is_not_null())
        .exec(&tx.on())
        .await
        .doing("taking a seat")?;
    Ok(done.rows_affected > 0)
}
