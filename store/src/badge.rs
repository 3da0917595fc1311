//! Awards of badges.

use domain::badge::Serial;
use domain::id::{AwardId, DecisionId, Id, PeriodId, PersonId};
use domain::people::FullName;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{Conn, Tx};
use crate::entity::award;
use crate::fault::{Doing, corrupt, number};
use crate::query::insert;

/// An award.
#[derive(Clone, Debug)]
pub struct Award {
    /// Its id.
    pub id: AwardId,
    /// The serial that a stranger checks.
    pub serial: Serial,
    /// The ceremonial number.
    pub number: u32,
    /// Whose.
    pub person: PersonId,
    /// The period that it stands for.
    pub period: PeriodId,
    /// The decision that it rests on.
    pub decision: DecisionId,
    /// When it was awarded.
    pub awarded_at: Moment,
    /// The holder's name, as it was.
    pub name: FullName,
    /// The position, as it was.
    pub position: String,
    /// The unit, as it was.
    pub unit: String,
    /// Whether with distinction.
    pub with_distinction: bool,
    /// When it was handed over.
    pub handed_over_at: Option<Moment>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Moment>,
}

fn read(row: award::Model) -> Result<Award, Fault> {
    Ok(Award {
        id: Id::new(row.id),
        serial: Serial::parse(&row.serial).ok_or_else(|| corrupt("award", "serial", &row.serial))?,
        number: number("award", "number", row.number)?,
        person: Id::new(row.person_id),
        period: Id::new(row.period_id),
        decision: Id::new(row.decision_id),
        awarded_at: row.awarded_at,
        name: FullName {
            surname: row.surname_as_was,
            given: row.given_as_was,
            patronymic: row.patronymic_as_was,
        },
        position: row.position_as_was,
        unit: row.unit_as_was,
        with_distinction: row.with_distinction,
        handed_over_at: row.handed_over_at,
        withdrawn_at: row.withdrawn_at,
    })
}

/// Finds an award by its serial.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, serial: &Serial) -> Result<Option<Award>, Fault> {
    award::Entity::find()
        .filter(award::Column::Serial.eq(serial.as_str()))
        .one(&conn.on())
        .await
        .doing("finding a badge")?
        .map(read)
        .transpose()
}

/// All awards of a person, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn of_person(conn: &impl Conn, person: PersonId) -> Result<Vec<Award>, Fault> {
    award::Entity::find()
        .filter(award::Column::PersonId.eq(person.raw()))
        .order_by_desc(award::Column::AwardedAt)
        .order_by_desc(award::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading badges")?
        .into_iter()
        .map(read)
        .collect()
}

/// The next ceremonial number. Two that take the same one at once: the index refuses the second.
///
/// # Errors
/// A fault of the database.
pub async fn next_number(tx: &Tx) -> Result<u32, Fault> {
    let highest: Option<Option<i32>> = award::Entity::find()
        .select_only()
        .column_as(award::Column::Number.max(), "highest")
        .into_tuple()
        .one(&tx.on())
        .await
        .doing("finding the next number of a badge")?;
    number("award", "number", highest.flatten().unwrap_or(0) + 1)
}

/// Records an award.
///
/// # Errors
/// A fault of the database.
pub async fn insert_award(tx: &Tx, new: &Award, awarded_by: Option<PersonId>) -> Result<(), Fault> {
    let row = award::Model {
        id: new.id.raw(),
        serial: new.serial.as_str().to_owned(),
        number: number("award", "number", new.number)?,
        person_id: new.person.raw(),
        period_id: new.period.raw(),
        decision_id: new.decision.raw(),
        awarded_at: new.awarded_at,
        awarded_by: awarded_by.map(Id::raw),
        given_as_was: new.name.given.clone(),
        patronymic_as_was: new.name.patronymic.clone(),
        surname_as_was: new.name.surname.clone(),
        position_as_was: new.position.clone(),
        unit_as_was: new.unit.clone(),
        with_distinction: new.with_distinction,
        handed_over_at: None,
        handed_over_by: None,
        withdrawn_at: None,
    };
    insert::<_, award::ActiveModel>(tx, "recording a badge", row).await
}

/// Notes that a badge was handed over; false when that was known.
///
/// # Errors
/// A fault of the database.
pub async fn hand_over(tx: &Tx, id: AwardId, by: PersonId, now: Moment) -> Result<bool, Fault> {
    let done = award::Entity::update_many()
        .col_expr(award::Column::HandedOverAt, Expr::value(now))
        .col_expr(award::Column::HandedOverBy, Expr::value(by.raw()))
        .filter(award::Column::Id.eq(id.raw()))
        .filter(award::Column::HandedOverAt.is_null())
        .exec(&tx.on())
        .await
        .doing("noting that a badge was handed over")?;
    Ok(done.rows_affected > 0)
}
