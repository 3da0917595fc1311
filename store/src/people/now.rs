//! A person as they are now, with the job that they have, in one query.

use domain::id::{Id, PersonId, UnitId};
use domain::people::FullName;
use domain::refusal::Fault;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Person, to_position, to_unit};
use crate::db::Conn;
use crate::entity::{employment, org_unit, person, position};
use crate::fault::{Doing, number};
use crate::query::meet;

/// The job that somebody has, or had last.
#[derive(Clone, Debug)]
pub struct Job {
    /// Title of the position.
    pub position_title: String,
    /// Name of the unit.
    pub unit_name: String,
    /// The unit.
    pub unit: UnitId,
}

#[derive(FromQueryResult)]
struct Row {
    surname: String,
    given: String,
    patronymic: Option<String>,
    extra_time_percent: i32,
    position_title: Option<String>,
    unit_name: Option<String>,
    unit_id: Option<Uuid>,
}

/// A person with the job that they have; with the last one, where they have none.
///
/// # Errors
/// A fault of the database.
pub async fn at_their_job(conn: &impl Conn, id: PersonId) -> Result<Option<(Person, Option<Job>)>, Fault> {
    let jobs = meet(person::Entity, person::Column::Id, employment::Entity, employment::Column::PersonId);
    let row = person::Entity::find()
        .select_only()
        .columns([
            person::Column::Surname,
            person::Column::Given,
            person::Column::Patronymic,
            person::Column::ExtraTimePercent,
        ])
        .column_as(position::Column::Title, "position_title")
        .column_as(org_unit::Column::Name, "unit_name")
        .column_as(employment::Column::UnitId, "unit_id")
        .join(JoinType::LeftJoin, jobs)
        .join(JoinType::LeftJoin, to_unit())
        .join(JoinType::LeftJoin, to_position())
        .filter(person::Column::Id.eq(id.raw()))
        .order_by(employment::Column::UntilDay.is_not_null(), Order::Asc)
        .order_by_desc(employment::Column::FromDay)
        .order_by_desc(employment::Column::Id)
        .limit(1)
        .into_model::<Row>()
        .one(&conn.on())
        .await
        .doing("reading a person and their job")?;
    let Some(row) = row else { return Ok(None) };
    let person = Person {
        id,
        name: FullName { surname: row.surname, given: row.given, patronymic: row.patronymic },
        extra_time_percent: number("person", "extra_time_percent", row.extra_time_percent)?,
    };
    let job = match (row.position_title, row.unit_name, row.unit_id) {
        (Some(position_title), Some(unit_name), Some(unit)) => {
            Some(Job { position_title, unit_name, unit: Id::new(unit) })
        }
        (None, _, _) | (_, None, _) | (_, _, None) => None,
    };
    Ok(Some((person, job)))
}
