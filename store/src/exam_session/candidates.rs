//! Who could be given a seat, and who has one.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Reach;
use domain::exam_session::{State, Window};
use domain::id::{CandidacyId, CertificationId, ExamSessionId, Id, PersonId, UnitId};
use domain::page::Page;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{candidacy, employment, exam_seat, exam_session, person};
use crate::fault::Doing;
use crate::people;
use crate::query::meet;

/// People at work by their personnel numbers; a number that nobody has is left out.
///
/// # Errors
/// A fault of the database.
pub async fn by_numbers(conn: &impl Conn, numbers: Vec<String>) -> Result<BTreeMap<String, PersonId>, Fault> {
    let rows: Vec<(String, Uuid)> = employment::Entity::find()
        .select_only()
        .columns([employment::Column::PersonnelNumber, employment::Column::PersonId])
        .filter(employment::Column::PersonnelNumber.is_in(numbers))
        .filter(employment::Column::UntilDay.is_null())
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("finding people by their numbers")?;
    Ok(rows.into_iter().map(|(number, person)| (number, Id::new(person))).collect())
}

/// Who has a seat in a session.
///
/// # Errors
/// A fault of the database.
pub async fn people_in(conn: &impl Conn, session: ExamSessionId) -> Result<Vec<PersonId>, Fault> {
    let rows: Vec<Uuid> = exam_seat::Entity::find()
        .select_only()
        .column(exam_seat::Column::PersonId)
        .filter(exam_seat::Column::SessionId.eq(session.raw()))
        .order_by_asc(exam_seat::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading who has a seat")?;
    Ok(rows.into_iter().map(Id::new).collect())
}

/// People who work in a unit, are admitted to a certification, and have not passed yet; those who have waited
/// longest first.
///
/// # Errors
/// A fault of the database.
pub async fn admitted_in(
    conn: &impl Conn,
    unit: UnitId,
    certification: CertificationId,
    size: u64,
) -> Result<Vec<PersonId>, Fault> {
    let rows: Vec<Uuid> = candidacy::Entity::find()
        .select_only()
        .column(candidacy::Column::PersonId)
        .join(
            JoinType::InnerJoin,
            meet(
                candidacy::Entity,
                candidacy::Column::PersonId,
                employment::Entity,
                employment::Column::PersonId,
            ),
        )
        .filter(waits_for_the_test(certification))
        .filter(employment::Column::UnitId.eq(unit.raw()))
        .filter(employment::Column::UntilDay.is_null())
        .order_by_asc(candidacy::Column::AdmittedAt)
        .order_by_asc(candidacy::Column::Id)
        .limit(size)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("looking for admitted people")?;
    Ok(rows.into_iter().map(Id::new).collect())
}

/// Admitted to a certification, and not passed yet: a condition on `candidacy`.
fn waits_for_the_test(certification: CertificationId) -> Condition {
    Condition::all()
        .add(candidacy::Column::CertificationId.eq(certification.raw()))
        .add(candidacy::Column::ClosedAt.is_null())
        .add(candidacy::Column::AdmittedAt.is_not_null())
        .add(candidacy::Column::ReadyAt.is_null())
}

/// For whom seats of a session are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Seating {
    /// The session.
    pub session: ExamSessionId,
    /// What a candidate has to be admitted to.
    pub certification: CertificationId,
    /// Whoever gives the seats: they have none themselves.
    pub proctor: PersonId,
}

/// Who may be given a seat: a condition on `person`.
fn without_a_seat(seating: Seating) -> Condition {
    let admitted = candidacy::Entity::find()
        .select_only()
        .column(candidacy::Column::PersonId)
        .filter(waits_for_the_test(seating.certification))
        .into_query();
    let seated = exam_seat::Entity::find()
        .select_only()
        .column(exam_seat::Column::PersonId)
        .filter(exam_seat::Column::SessionId.eq(seating.session.raw()))
        .into_query();
    Condition::all()
        .add(person::Column::Id.in_subquery(admitted))
        .add(person::Column::Id.not_in_subquery(seated))
        .add(person::Column::Id.ne(seating.proctor.raw()))
}

/// People at work within reach who are admitted, have not passed yet and have no seat in the session, in the order of
/// their names: one row for each place of work.
///
/// # Errors
/// A fault of the database.
pub async fn admitted(
    conn: &impl Conn,
    reach: &Reach,
    seating: Seating,
    filter: &people::Filter,
    size: u64,
) -> Result<Page<people::Listed>, Fault> {
    people::list_of(conn, reach, filter, without_a_seat(seating), size).await
}

/// Of some people those whom [`admitted`] would list.
///
/// # Errors
/// A fault of the database.
pub async fn still_admitted(
    conn: &impl Conn,
    reach: &Reach,
    seating: Seating,
    people: impl IntoIterator<Item = PersonId> + Send,
) -> Result<BTreeSet<PersonId>, Fault> {
    let ids: Vec<Uuid> = people.into_iter().map(Id::raw).collect();
    let rows: Vec<Uuid> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.is_in(ids))
        .filter(person::Column::Id.in_subquery(people::reached(reach)))
        .filter(without_a_seat(seating))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("looking for people who are still admitted")?;
    Ok(rows.into_iter().map(Id::new).collect())
}

/// When some people sit in other sessions that are not over; of several sessions, the earliest.
///
/// # Errors
/// A fault of the database.
pub async fn seated_elsewhere(
    conn: &impl Conn,
    session: ExamSessionId,
    people: impl IntoIterator<Item = PersonId> + Send,
    now: Moment,
) -> Result<BTreeMap<PersonId, Window>, Fault> {
    let ids: Vec<Uuid> = people.into_iter().map(Id::raw).collect();
    let rows: Vec<(Uuid, Moment, Moment)> = exam_seat::Entity::find()
        .select_only()
        .column(exam_seat::Column::PersonId)
        .columns([exam_session::Column::OpensAt, exam_session::Column::ClosesAt])
        .join(
            JoinType::InnerJoin,
            meet(
                exam_seat::Entity,
                exam_seat::Column::SessionId,
                exam_session::Entity,
                exam_session::Column::Id,
            ),
        )
        .filter(exam_seat::Column::PersonId.is_in(ids))
        .filter(exam_session::Column::Id.ne(session.raw()))
        .filter(exam_session::Column::State.ne(State::Closed.code()))
        .filter(exam_session::Column::ClosesAt.gt(now))
        .order_by_asc(exam_session::Column::OpensAt)
        .order_by_asc(exam_session::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading who has a seat in another session")?;
    let mut windows = BTreeMap::new();
    for (person, opens_at, closes_at) in rows {
        windows.entry(Id::new(person)).or_insert(Window { opens_at, closes_at });
    }
    Ok(windows)
}

/// The open candidacies of some people for a certification.
///
/// # Errors
/// A fault of the database.
pub async fn candidacies_of(
    conn: &impl Conn,
    certification: CertificationId,
    people: impl IntoIterator<Item = PersonId> + Send,
) -> Result<BTreeMap<PersonId, CandidacyId>, Fault> {
    let people: Vec<Uuid> = people.into_iter().map(Id::raw).collect();
    let rows: Vec<(Uuid, Uuid)> = candidacy::Entity::find()
        .select_only()
        .columns([candidacy::Column::PersonId, candidacy::Column::Id])
        .filter(candidacy::Column::CertificationId.eq(certification.raw()))
        .filter(candidacy::Column::ClosedAt.is_null())
        .filter(candidacy::Column::PersonId.is_in(people))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading the candidacies of people")?;
    Ok(rows.into_iter().map(|(person, id)| (Id::new(person), Id::new(id))).collect())
}

/// When some sessions are held.
///
/// # Errors
/// A fault of the database.
pub async fn windows(
    conn: &impl Conn,
    sessions: impl IntoIterator<Item = ExamSessionId> + Send,
) -> Result<BTreeMap<ExamSessionId, Window>, Fault> {
    let ids: Vec<Uuid> = sessions.into_iter().map(Id::raw).collect();
    let rows = exam_session::Entity::find()
        .filter(exam_session::Column::Id.is_in(ids))
        .all(&conn.on())
        .await
        .doing("reading when sessions are held")?;
    Ok(rows
        .into_iter()
        .map(|row| (Id::new(row.id), Window { opens_at: row.opens_at, closes_at: row.closes_at }))
        .collect())
}
