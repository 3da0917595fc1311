//! Candidacies.

use domain::certification::Cycle;
use domain::id::{CandidacyId, CertificationId, Id, PersonId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::Candidacy;
use crate::db::{Conn, Tx};
use crate::entity::candidacy;
use crate::fault::{Doing, coded};

pub(super) fn read(row: candidacy::Model) -> Result<Candidacy, Fault> {
    Ok(Candidacy {
        id: Id::new(row.id),
        person: Id::new(row.person_id),
        certification: Id::new(row.certification_id),
        version: Id::new(row.certification_version_id),
        cycle: coded("candidacy", "kind", &row.kind, Cycle::of)?,
        opened_at: row.opened_at,
        opened_by: row.opened_by.map(Id::new),
        admitted_at: row.admitted_at,
        ready_at: row.ready_at,
        closed_at: row.closed_at,
        outcome: row.outcome,
    })
}

/// Finds a candidacy.
///
/// # Errors
/// A fault of the database.
pub async fn candidacy(conn: &impl Conn, id: CandidacyId) -> Result<Option<Candidacy>, Fault> {
    candidacy::Entity::find_by_id(id.raw())
        .one(&conn.on())
        .await
        .doing("finding a candidacy")?
        .map(read)
        .transpose()
}

/// All candidacies of a person, the latest first; an open one, if any, comes first.
///
/// # Errors
/// A fault of the database.
pub async fn candidacies_of(conn: &impl Conn, person: PersonId) -> Result<Vec<Candidacy>, Fault> {
    let mut found: Vec<Candidacy> = candidacy::Entity::find()
        .filter(candidacy::Column::PersonId.eq(person.raw()))
        .order_by_desc(candidacy::Column::OpenedAt)
        .order_by_desc(candidacy::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading candidacies")?
        .into_iter()
        .map(read)
        .collect::<Result<_, Fault>>()?;
    found.sort_by_key(|candidacy| candidacy.closed_at.is_some());
    Ok(found)
}

/// The open candidacy of a person for a certification.
///
/// # Errors
/// A fault of the database.
pub async fn open_candidacy(
    conn: &impl Conn,
    person: PersonId,
    certification: CertificationId,
) -> Result<Option<Candidacy>, Fault> {
    candidacy::Entity::find()
        .filter(candidacy::Column::PersonId.eq(person.raw()))
        .filter(candidacy::Column::CertificationId.eq(certification.raw()))
        .filter(candidacy::Column::ClosedAt.is_null())
        .one(&conn.on())
        .await
        .doing("finding an open candidacy")?
        .map(read)
        .transpose()
}

/// Opens a candidacy; false when the person has an open one.
///
/// # Errors
/// A fault of the database.
pub async fn open(conn: &impl Conn, new: &Candidacy) -> Result<bool, Fault> {
    let row = candidacy::ActiveModel {
        id: Set(new.id.raw()),
        person_id: Set(new.person.raw()),
        certification_id: Set(new.certification.raw()),
        certification_version_id: Set(new.version.raw()),
        kind: Set(new.cycle.code().to_owned()),
        opened_at: Set(new.opened_at),
        opened_by: Set(new.opened_by.map(Id::raw)),
        admitted_at: Set(new.admitted_at),
        ready_at: Set(None),
        closed_at: Set(None),
        outcome: Set(None),
    };
    let added = candidacy::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&conn.on())
        .await
        .doing("opening a candidacy")?;
    Ok(added > 0)
}

/// Notes that the programme is finished; false when that was known.
///
/// # Errors
/// A fault of the database.
pub async fn admit(tx: &Tx, id: CandidacyId, now: Moment) -> Result<bool, Fault> {
    let done = candidacy::Entity::update_many()
        .col_expr(candidacy::Column::AdmittedAt, Expr::value(now))
        .filter(candidacy::Column::Id.eq(id.raw()))
        .filter(candidacy::Column::AdmittedAt.is_null())
        .filter(candidacy::Column::ClosedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("admitting a candidate")?;
    Ok(done.rows_affected > 0)
}

/// Notes that all requirements are met; false when that was known.
///
/// # Errors
/// A fault of the database.
pub async fn mark_ready(tx: &Tx, id: CandidacyId, now: Moment) -> Result<bool, Fault> {
    let done = candidacy::Entity::update_many()
        .col_expr(candidacy::Column::ReadyAt, Expr::value(now))
        .filter(candidacy::Column::Id.eq(id.raw()))
        .filter(candidacy::Column::ReadyAt.is_null())
        .filter(candidacy::Column::ClosedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("marking a candidate as ready")?;
    Ok(done.rows_affected > 0)
}

/// Closes a candidacy that is ready; false when somebody has decided already.
///
/// # Errors
/// A fault of the database.
pub async fn close(tx: &Tx, id: CandidacyId, outcome: &str, now: Moment) -> Result<bool, Fault> {
    let done = candidacy::Entity::update_many()
        .col_expr(candidacy::Column::ClosedAt, Expr::value(now))
        .col_expr(candidacy::Column::Outcome, Expr::value(outcome))
        .filter(candidacy::Column::Id.eq(id.raw()))
        .filter(candidacy::Column::ReadyAt.is_not_null())
        .filter(candidacy::Column::ClosedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("closing a candidacy")?;
    Ok(done.rows_affected > 0)
}
