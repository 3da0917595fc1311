//! People and their employments.

mod listing;
mod now;
mod subject;

use std::collections::BTreeMap;

use domain::id::{EmploymentId, Id, PersonId, PositionId, UnitId};
use domain::people::FullName;
use domain::refusal::Fault;
use domain::text::folded;
use domain::time::{Day, Moment};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

pub(crate) use self::listing::{ListedRow, at_work, list_of, narrowed, reached, within};
pub use self::listing::{list, placed};
pub use self::now::{Job, at_their_job};
pub use self::subject::{groups_kept_by, subject_of, subjects_of};
use crate::db::{Conn, Tx};
use crate::entity::{employment, org_unit, person, person_name, position};
use crate::fault::{Doing, number};
use crate::query::{insert, insert_all, meet};

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name today.
    pub name: FullName,
    /// Extra time in tests, percent.
    pub extra_time_percent: u32,
}

/// An employment with the names of its unit and position.
#[derive(Clone, Debug)]
pub struct Employment {
    /// Its id.
    pub id: EmploymentId,
    /// Табельный номер.
    pub personnel_number: String,
    /// The unit.
    pub unit: UnitId,
    /// The unit's name.
    pub unit_name: String,
    /// The position.
    pub position: PositionId,
    /// The position's title.
    pub position_title: String,
    /// The first day.
    pub from: Day,
    /// The last day, when it has ended.
    pub until: Option<Day>,
}

/// A person to add, with a first employment.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The person.
    pub id: PersonId,
    /// An id for the record of the name.
    pub name_id: Uuid,
    /// The employment.
    pub employment: EmploymentId,
    /// The name.
    pub name: FullName,
    /// Табельный номер.
    pub personnel_number: String,
    /// The unit.
    pub unit: UnitId,
    /// The position.
    pub position: PositionId,
    /// The first day of work.
    pub from: Day,
}

/// A row of a list of people.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The person.
    pub id: PersonId,
    /// Their name.
    pub name: FullName,
    /// Табельный номер.
    pub personnel_number: String,
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The position's title.
    pub position_title: String,
}

/// What a list of people is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Typed words, each of which must occur in a name or number.
    pub search: String,
    /// Only these units.
    pub units: Option<Vec<UnitId>>,
    /// Only this position.
    pub position: Option<PositionId>,
    /// Only these people.
    pub people: Option<Vec<PersonId>>,
    /// Continue after this mark.
    pub after: Option<String>,
}

/// Finds a person.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: PersonId) -> Result<Option<Person>, Fault> {
    let row = person::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding a person")?;
    row.map(read).transpose()
}

fn read(row: person::Model) -> Result<Person, Fault> {
    Ok(Person {
        id: Id::new(row.id),
        name: FullName { surname: row.surname, given: row.given, patronymic: row.patronymic },
        extra_time_percent: number("person", "extra_time_percent", row.extra_time_percent)?,
    })
}

/// The names of some people, for lists that hold their ids.
///
/// # Errors
/// A fault of the database.
pub async fn names(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = Uuid> + Send,
) -> Result<BTreeMap<Uuid, FullName>, Fault> {
    let mut ids: Vec<Uuid> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(&conn.on())
        .await
        .doing("reading names")?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, FullName { surname: row.surname, given: row.given, patronymic: row.patronymic }))
        .collect())
}

#[derive(FromQueryResult)]
struct EmploymentRow {
    id: Uuid,
    personnel_number: String,
    unit_id: Uuid,
    unit_name: String,
    position_id: Uuid,
    position_title: String,
    from_day: chrono::NaiveDate,
    until_day: Option<chrono::NaiveDate>,
}

/// All employments of a person, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn employments(conn: &impl Conn, id: PersonId) -> Result<Vec<Employment>, Fault> {
    let rows = employment::Entity::find()
        .select_only()
        .columns([
            employment::Column::Id,
            employment::Column::PersonnelNumber,
            employment::Column::UnitId,
            employment::Column::PositionId,
            employment::Column::FromDay,
            employment::Column::UntilDay,
        ])
        .column_as(org_unit::Column::Name, "unit_name")
        .column_as(position::Column::Title, "position_title")
        .join(JoinType::InnerJoin, to_unit())
        .join(JoinType::InnerJoin, to_position())
        .filter(employment::Column::PersonId.eq(id.raw()))
        .order_by_desc(employment::Column::FromDay)
        .order_by_desc(employment::Column::Id)
        .into_model::<EmploymentRow>()
        .all(&conn.on())
        .await
        .doing("reading employments")?;
    Ok(rows
        .into_iter()
        .map(|row| Employment {
            id: Id::new(row.id),
            personnel_number: row.personnel_number,
            unit: Id::new(row.unit_id),
            unit_name: row.unit_name,
            position: Id::new(row.position_id),
            position_title: row.position_title,
            from: Day::new(row.from_day),
            until: row.until_day.map(Day::new),
        })
        .collect())
}

fn to_unit() -> sea_orm::RelationDef {
    meet(employment::Entity, employment::Column::UnitId, org_unit::Entity, org_unit::Column::Id)
}

fn to_position() -> sea_orm::RelationDef {
    meet(employment::Entity, employment::Column::PositionId, position::Entity, position::Column::Id)
}

/// Adds people with their first employments.
///
/// # Errors
/// A fault of the database; also when a personnel number is taken by an open employment.
pub async fn insert_people(conn: &impl Conn, people: Vec<NewPerson>, now: Moment) -> Result<(), Fault> {
    let mut persons = Vec::with_capacity(people.len());
    let mut names = Vec::with_capacity(people.len());
    let mut jobs = Vec::with_capacity(people.len());
    for new in people {
        names.push(name_row(new.name_id, new.id, &new.name, new.from, now));
        jobs.push(employment::Model {
            id: new.employment.raw(),
            person_id: new.id.raw(),
            personnel_number: new.personnel_number.clone(),
            unit_id: new.unit.raw(),
            position_id: new.position.raw(),
            from_day: new.from.date(),
            until_day: None,
            recorded_at: now,
        });
        persons.push(person::Model {
            id: new.id.raw(),
            sort_key: new.name.sort_key(),
            search_key: search_key(&new.name, &new.personnel_number),
            surname: new.name.surname,
            given: new.name.given,
            patronymic: new.name.patronymic,
            extra_time_percent: 0,
            created_at: now,
        });
    }
    insert_all::<person::Model, person::ActiveModel>(conn, "adding people", persons).await?;
    insert_all::<person_name::Model, person_name::ActiveModel>(conn, "recording names", names).await?;
    insert_all::<employment::Model, employment::ActiveModel>(conn, "adding employments", jobs).await
}

fn name_row(id: Uuid, person: PersonId, name: &FullName, from: Day, now: Moment) -> person_name::Model {
    person_name::Model {
        id,
        person_id: person.raw(),
        surname: name.surname.clone(),
        given: name.given.clone(),
        patronymic: name.patronymic.clone(),
        from_day: from.date(),
        recorded_at: now,
    }
}

fn search_key(name: &FullName, number: &str) -> String {
    format!("{} {}", name.sort_key(), folded(number))
}

/// Whether a personnel number belongs to an open employment.
///
/// # Errors
/// A fault of the database.
pub async fn number_holder(conn: &impl Conn, personnel_number: &str) -> Result<Option<PersonId>, Fault> {
    let row = employment::Entity::find()
        .filter(employment::Column::PersonnelNumber.eq(personnel_number))
        .filter(employment::Column::UntilDay.is_null())
        .one(&conn.on())
        .await
        .doing("finding a personnel number")?;
    Ok(row.map(|row| Id::new(row.person_id)))
}

/// Changes a person's name from a day on, and their extra time.
///
/// # Errors
/// A fault of the database.
pub async fn change(
    tx: &Tx,
    changed: &Person,
    personnel_number: &str,
    name_id: Option<Uuid>,
    from: Day,
    now: Moment,
) -> Result<(), Fault> {
    if let Some(name_id) = name_id {
        let row = name_row(name_id, changed.id, &changed.name, from, now);
        insert::<_, person_name::ActiveModel>(tx, "recording a name", row).await?;
    }
    person::ActiveModel {
        id: Set(changed.id.raw()),
        surname: Set(changed.name.surname.clone()),
        given: Set(changed.name.given.clone()),
        patronymic: Set(changed.name.patronymic.clone()),
        sort_key: Set(changed.name.sort_key()),
        search_key: Set(search_key(&changed.name, personnel_number)),
        extra_time_percent: Set(number("person", "extra_time_percent", changed.extra_time_percent)?),
        ..Default::default()
    }
    .update(&tx.on())
    .await
    .doing("changing a person")?;
    Ok(())
}

/// Ends an employment after a day; false when it has already ended.
///
/// # Errors
/// A fault of the database.
pub async fn end_employment(tx: &Tx, id: EmploymentId, last_day: Day) -> Result<bool, Fault> {
    let done = employment::Entity::update_many()
        .col_expr(employment::Column::UntilDay, Expr::value(last_day.date()))
        .filter(employment::Column::Id.eq(id.raw()))
        .filter(employment::Column::UntilDay.is_null())
        .exec(&tx.on())
        .await
        .doing("ending an employment")?;
    Ok(done.rows_affected > 0)
}

/// Adds an employment to a person who is already known.
///
/// # Errors
/// A fault of the database.
pub async fn insert_employment(
    tx: &Tx,
    person: PersonId,
    job: &Employment,
    now: Moment,
) -> Result<(), Fault> {
    let row = employment::Model {
        id: job.id.raw(),
        person_id: person.raw(),
        personnel_number: job.personnel_number.clone(),
        unit_id: job.unit.raw(),
        position_id: job.position.raw(),
        from_day: job.from.date(),
        until_day: None,
        recorded_at: now,
    };
    insert::<_, employment::ActiveModel>(tx, "adding an employment", row).await
}
