//! Who could be given a seat, and who has one.

use std::collections::BTreeMap;

use domain::exam_session::Window;
use domain::id::{CandidacyId, CertificationId, ExamSessionId, Id, PersonId, UnitId};
use domain::refusal::Fault;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{candidacy, employment, exam_seat, exam_session};
use crate::fault::Doing;
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
        .filter(candidacy::Column::CertificationId.eq(certification.raw()))
        .filter(candidacy::Column::ClosedAt.is_null())
        .filter(candidacy::Column::AdmittedAt.is_not_null())
        .filter(candidacy::Column::ReadyAt.is_null())
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
