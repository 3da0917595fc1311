//! Settings, and facts about this database.

use std::collections::BTreeMap;

use domain::id::{Id, PersonId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{fact, setting};
use crate::fault::Doing;
use crate::query::insert;

/// A setting's newest value.
#[derive(Clone, Debug)]
pub struct Current {
    /// The value.
    pub value: String,
    /// Its version, from 1.
    pub version: i32,
    /// By whom it was set.
    pub set_by: Option<PersonId>,
    /// When.
    pub set_at: Moment,
}

/// The newest value of every setting that was ever set.
///
/// # Errors
/// A fault of the database.
pub async fn all(conn: &impl Conn) -> Result<BTreeMap<String, Current>, Fault> {
    let rows = setting::Entity::find()
        .order_by_asc(setting::Column::Version)
        .all(&conn.on())
        .await
        .doing("reading settings")?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let current = Current {
                value: row.value,
                version: row.version,
                set_by: row.set_by.map(Id::new),
                set_at: row.set_at,
            };
            (row.key, current)
        })
        .collect())
}

/// Sets a value as a new version; the index refuses two with the same number.
///
/// # Errors
/// A fault of the database.
pub async fn set(
    tx: &Tx,
    id: Uuid,
    key: &str,
    value: &str,
    version: i32,
    by: PersonId,
    now: Moment,
) -> Result<(), Fault> {
    let row = setting::Model {
        id,
        key: key.to_owned(),
        value: value.to_owned(),
        version,
        set_by: Some(by.raw()),
        set_at: now,
    };
    insert::<_, setting::ActiveModel>(tx, "changing a setting", row).await
}

/// A fact about this database.
///
/// # Errors
/// A fault of the database.
pub async fn fact(conn: &impl Conn, key: &str) -> Result<Option<String>, Fault> {
    let row = fact::Entity::find()
        .filter(fact::Column::Key.eq(key))
        .one(&conn.on())
        .await
        .doing("reading a fact")?;
    Ok(row.map(|row| row.value))
}

/// Changes a fact if it is still as it was read, or notes it if there was none; false when somebody was faster.
///
/// # Errors
/// A fault of the database.
pub async fn change_fact(
    tx: &Tx,
    id: Uuid,
    key: &str,
    read: Option<&str>,
    value: &str,
) -> Result<bool, Fault> {
    if let Some(read) = read {
        let done = fact::Entity::update_many()
            .col_expr(fact::Column::Value, Expr::value(value))
            .filter(fact::Column::Key.eq(key))
            .filter(fact::Column::Value.eq(read))
            .exec(&tx.on())
            .await
            .doing("changing a fact")?;
        return Ok(done.rows_affected > 0);
    }
    let row = fact::ActiveModel { id: Set(id), key: Set(key.to_owned()), value: Set(value.to_owned()) };
    let added = fact::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("noting a fact")?;
    Ok(added > 0)
}

/// Notes a fact about this database.
///
/// # Errors
/// A fault of the database.
pub async fn set_fact(tx: &Tx, id: Uuid, key: &str, value: &str) -> Result<(), Fault> {
    let row = fact::ActiveModel { id: Set(id), key: Set(key.to_owned()), value: Set(value.to_owned()) };
    fact::Entity::insert(row)
        .on_conflict(OnConflict::column(fact::Column::Key).update_column(fact::Column::Value).to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("noting a fact")?;
    Ok(())
}
