//! Org units and positions.

use std::collections::BTreeMap;

use domain::id::{Id, PositionId, UnitId};
use domain::refusal::Fault;
use domain::time::{Day, Moment};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{org_unit, org_unit_parent, position};
use crate::fault::Doing;
use crate::query::insert_all;

/// An org unit with the unit above it today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// A stable code.
    pub code: String,
    /// city, okrug, centre, flagship, academy or site.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// A short name for tables.
    pub short: String,
    /// The unit above.
    pub parent: Option<UnitId>,
}

/// A position on the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its id.
    pub id: PositionId,
    /// A stable code.
    pub code: String,
    /// Its rung.
    pub rank: i32,
    /// Its title.
    pub title: String,
    /// The certification that it asks for.
    pub certification: Option<String>,
}

/// All units, in the order of their names.
///
/// # Errors
/// A fault of the database.
pub async fn units(conn: &impl Conn) -> Result<Vec<Unit>, Fault> {
    let parents: BTreeMap<Uuid, Uuid> = org_unit_parent::Entity::find()
        .filter(org_unit_parent::Column::UntilDay.is_null())
        .all(&conn.on())
        .await
        .doing("reading where units belong")?
        .into_iter()
        .map(|row| (row.unit_id, row.parent_id))
        .collect();
    let rows = org_unit::Entity::find()
        .order_by_asc(org_unit::Column::SearchKey)
        .order_by_asc(org_unit::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading org units")?;
    Ok(rows
        .into_iter()
        .map(|row| Unit {
            parent: parents.get(&row.id).map(|parent| Id::new(*parent)),
            id: Id::new(row.id),
            code: row.code,
            kind: row.kind,
            name: row.name,
            short: row.short,
        })
        .collect())
}

/// All positions, from the lowest rung.
///
/// # Errors
/// A fault of the database.
pub async fn positions(conn: &impl Conn) -> Result<Vec<Position>, Fault> {
    let rows = position::Entity::find()
        .order_by_asc(position::Column::Rank)
        .order_by_asc(position::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading positions")?;
    Ok(rows
        .into_iter()
        .map(|row| Position {
            id: Id::new(row.id),
            code: row.code,
            rank: row.rank,
            title: row.title,
            certification: row.certification_code,
        })
        .collect())
}

/// Adds units, and where they belong from a day on. Each comes with an id for its place in the tree.
///
/// # Errors
/// A fault of the database.
pub async fn insert_units(
    conn: &impl Conn,
    units: Vec<(Unit, Uuid)>,
    from: Day,
    now: Moment,
) -> Result<(), Fault> {
    let parents = units
        .iter()
        .filter_map(|(unit, place)| {
            Some(org_unit_parent::Model {
                id: *place,
                unit_id: unit.id.raw(),
                parent_id: unit.parent?.raw(),
                from_day: from.date(),
                until_day: None,
            })
        })
        .collect();
    let rows = units
        .into_iter()
        .map(|(unit, _)| org_unit::Model {
            id: unit.id.raw(),
            search_key: domain::text::folded(&unit.name),
            code: unit.code,
            kind: unit.kind,
            name: unit.name,
            short: unit.short,
            created_at: now,
        })
        .collect();
    insert_all::<org_unit::Model, org_unit::ActiveModel>(conn, "adding org units", rows).await?;
    insert_all::<org_unit_parent::Model, org_unit_parent::ActiveModel>(conn, "placing org units", parents)
        .await
}

/// Adds positions.
///
/// # Errors
/// A fault of the database.
pub async fn insert_positions(conn: &impl Conn, positions: Vec<Position>) -> Result<(), Fault> {
    let rows = positions
        .into_iter()
        .map(|row| position::Model {
            id: row.id.raw(),
            code: row.code,
            rank: row.rank,
            title: row.title,
            certification_code: row.certification,
        })
        .collect();
    insert_all::<position::Model, position::ActiveModel>(conn, "adding positions", rows).await
}
