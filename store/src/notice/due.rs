//! Whom reminders may concern. Dates only narrow what is read here: who is reminded is judged by
//! `domain::notice`.

use chrono::NaiveDate;
use domain::access::Role;
use domain::id::{CertificationId, EnrolmentId, Id, PeriodId, PersonId, UnitId};
use domain::refusal::Fault;
use domain::time::{Day, Moment};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{candidacy, employment, enrolment, notice, period, role_grant};
use crate::fault::Doing;
use crate::query::meet;

/// A period that ends, of somebody at work.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// The period.
    pub period: PeriodId,
    /// Whose.
    pub person: PersonId,
    /// Of which certification.
    pub certification: CertificationId,
}

/// An enrolment that is due, of somebody at work who has not finished.
#[derive(Clone, Copy, Debug)]
pub struct Unfinished {
    /// The enrolment.
    pub enrolment: EnrolmentId,
    /// Whose.
    pub person: PersonId,
    /// The day by which it has to be finished.
    pub due: Day,
}

/// Periods of people at work that end from a day until a day, in the order of their ids, after one of them.
///
/// # Errors
/// A fault of the database.
pub async fn ending(
    conn: &impl Conn,
    from: Day,
    until: Day,
    after: Option<PeriodId>,
    limit: u64,
) -> Result<Vec<Ending>, Fault> {
    let mut query = period::Entity::find()
        .select_only()
        .columns([period::Column::Id, period::Column::PersonId, period::Column::CertificationId])
        .filter(period::Column::UntilDay.gte(from.date()))
        .filter(period::Column::UntilDay.lte(until.date()))
        .filter(period::Column::PersonId.in_subquery(at_work()))
        .order_by_asc(period::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(period::Column::Id.gt(after.raw()));
    }
    let rows: Vec<(Uuid, Uuid, Uuid)> =
        query.into_tuple().all(&conn.on()).await.doing("looking for periods that end")?;
    Ok(rows
        .into_iter()
        .map(|(period, person, certification)| Ending {
            period: Id::new(period),
            person: Id::new(person),
            certification: Id::new(certification),
        })
        .collect())
}

/// Everybody at work.
fn at_work() -> SelectStatement {
    Query::select()
        .column(employment::Column::PersonId)
        .from(employment::Entity)
        .and_where(employment::Column::UntilDay.is_null())
        .to_owned()
}

/// Enrolments of people at work that are due from a day until a day and not finished, in the order of their
/// ids, after one of them.
///
/// # Errors
/// A fault of the database.
pub async fn unfinished(
    conn: &impl Conn,
    from: Day,
    until: Day,
    after: Option<EnrolmentId>,
    limit: u64,
) -> Result<Vec<Unfinished>, Fault> {
    let mut query = enrolment::Entity::find()
        .select_only()
        .columns([enrolment::Column::Id, enrolment::Column::PersonId, enrolment::Column::DueDay])
        .join(
            JoinType::InnerJoin,
            meet(enrolment::Entity, enrolment::Column::CandidacyId, candidacy::Entity, candidacy::Column::Id),
        )
        .filter(candidacy::Column::AdmittedAt.is_null())
        .filter(candidacy::Column::ClosedAt.is_null())
        .filter(enrolment::Column::DueDay.gte(from.date()))
        .filter(enrolment::Column::DueDay.lte(until.date()))
        .filter(enrolment::Column::PersonId.in_subquery(at_work()))
        .order_by_asc(enrolment::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(enrolment::Column::Id.gt(after.raw()));
    }
    let rows: Vec<(Uuid, Uuid, NaiveDate)> =
        query.into_tuple().all(&conn.on()).await.doing("looking for training that is due")?;
    Ok(rows
        .into_iter()
        .map(|(enrolment, person, due)| Unfinished {
            enrolment: Id::new(enrolment),
            person: Id::new(person),
            due: Day::new(due),
        })
        .collect())
}

/// Who at work was told of something at a moment, with every unit they work in. There are no more of them
/// than people at work.
///
/// # Errors
/// A fault of the database.
pub async fn told(conn: &impl Conn, kind: &str, at: Moment) -> Result<Vec<(PersonId, UnitId)>, Fault> {
    let rows: Vec<(Uuid, Uuid)> = notice::Entity::find()
        .select_only()
        .column(notice::Column::PersonId)
        .column(employment::Column::UnitId)
        .join(
            JoinType::InnerJoin,
            meet(notice::Entity, notice::Column::PersonId, employment::Entity, employment::Column::PersonId),
        )
        .filter(notice::Column::CreatedAt.eq(at))
        .filter(notice::Column::Kind.eq(kind))
        .filter(employment::Column::UntilDay.is_null())
        .order_by_asc(notice::Column::Id)
        .order_by_asc(employment::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading who was told")?;
    Ok(rows.into_iter().map(|(person, unit)| (Id::new(person), Id::new(unit))).collect())
}

/// Who holds a role, and over which unit; none is the whole city. Somebody may hold it over several.
///
/// # Errors
/// A fault of the database.
pub async fn holders(conn: &impl Conn, role: Role) -> Result<Vec<(PersonId, Option<UnitId>)>, Fault> {
    let rows: Vec<(Uuid, Option<Uuid>)> = role_grant::Entity::find()
        .select_only()
        .columns([role_grant::Column::PersonId, role_grant::Column::UnitId])
        .filter(role_grant::Column::Role.eq(role.code()))
        .filter(role_grant::Column::RevokedAt.is_null())
        .filter(role_grant::Column::PersonId.in_subquery(at_work()))
        .order_by_asc(role_grant::Column::PersonId)
        .order_by_asc(role_grant::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading who holds a role")?;
    Ok(rows.into_iter().map(|(person, unit)| (Id::new(person), unit.map(Id::new))).collect())
}
