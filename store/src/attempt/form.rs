//! The items of a form, and what they were drawn from.

use std::collections::BTreeMap;

use domain::id::{AttemptId, Id};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Slot;
use crate::db::{Conn, Tx};
use crate::entity::{attempt_item, draw_pool};
use crate::fault::{Doing, coded, json, number, to_json};
use crate::query::insert_all_at_end;

/// The items of a form, in the order shown.
///
/// # Errors
/// A fault of the database.
pub async fn slots(conn: &impl Conn, id: AttemptId) -> Result<Vec<Slot>, Fault> {
    attempt_item::Entity::find()
        .filter(attempt_item::Column::AttemptId.eq(id.raw()))
        .order_by_asc(attempt_item::Column::Position)
        .all(&conn.on())
        .await
        .doing("reading a form")?
        .into_iter()
        .map(read_slot)
        .collect()
}

/// The items of some forms, each in the order shown, in one query.
///
/// # Errors
/// A fault of the database.
pub async fn slots_of(
    conn: &impl Conn,
    attempts: impl IntoIterator<Item = AttemptId> + Send,
) -> Result<BTreeMap<AttemptId, Vec<Slot>>, Fault> {
    let ids: Vec<Uuid> = attempts.into_iter().map(Id::raw).collect();
    let rows = attempt_item::Entity::find()
        .filter(attempt_item::Column::AttemptId.is_in(ids))
        .order_by_asc(attempt_item::Column::AttemptId)
        .order_by_asc(attempt_item::Column::Position)
        .all(&conn.on())
        .await
        .doing("reading forms")?;
    let mut found: BTreeMap<AttemptId, Vec<Slot>> = BTreeMap::new();
    for row in rows {
        found.entry(Id::new(row.attempt_id)).or_default().push(read_slot(row)?);
    }
    Ok(found)
}

fn read_slot(row: attempt_item::Model) -> Result<Slot, Fault> {
    Ok(Slot {
        id: row.id,
        position: number("attempt_item", "position", row.position)?,
        item: Id::new(row.item_id),
        version: Id::new(row.item_version_id),
        rule: row.rule_code,
        kind: coded("attempt_item", "kind", &row.kind, domain::item::Kind::of)?,
        order: json("attempt_item", "option_order", &row.option_order)?,
    })
}

/// Under which id a pool is kept; none when it is not.
///
/// # Errors
/// A fault of the database.
pub async fn kept_pool(conn: &impl Conn, digest: &[u8]) -> Result<Option<Uuid>, Fault> {
    draw_pool::Entity::find()
        .select_only()
        .column(draw_pool::Column::Id)
        .filter(draw_pool::Column::Digest.eq(digest))
        .into_tuple::<Uuid>()
        .one(&conn.on())
        .await
        .doing("finding a pool")
}

/// Keeps what could be drawn, once for all attempts that drew from it.
///
/// # Errors
/// A fault of the database.
pub async fn keep_pool(
    tx: &Tx,
    id: Uuid,
    digest: Vec<u8>,
    content: impl FnOnce() -> Result<String, Fault> + Send,
    now: Moment,
) -> Result<Uuid, Fault> {
    if let Some(known) = kept_pool(tx, &digest).await? {
        return Ok(known);
    }
    let row = draw_pool::ActiveModel {
        id: Set(id),
        digest: Set(digest.clone()),
        content: Set(content()?),
        created_at: Set(now),
    };
    draw_pool::Entity::insert(row)
        .on_conflict(OnConflict::column(draw_pool::Column::Digest).do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("keeping a pool")?;
    kept_pool(tx, &digest).await?.ok_or_else(|| Fault::new("keeping a pool", "it is not there"))
}

/// The candidates that a draw had.
///
/// # Errors
/// A fault of the database.
pub async fn pool(conn: &impl Conn, id: Uuid) -> Result<Option<Vec<domain::draw::Candidate>>, Fault> {
    let row = draw_pool::Entity::find_by_id(id).one(&conn.on()).await.doing("reading a pool")?;
    row.map(|row| json("draw_pool", "content", &row.content)).transpose()
}

/// Adds the items of a form, at the end of the write.
///
/// # Errors
/// A fault, when a number is too large to be kept.
pub fn insert_slots(tx: &Tx, attempt: AttemptId, slots: Vec<Slot>) -> Result<(), Fault> {
    let rows = slots
        .into_iter()
        .map(|slot| {
            Ok(attempt_item::Model {
                id: slot.id,
                attempt_id: attempt.raw(),
                position: number("attempt_item", "position", slot.position)?,
                item_id: slot.item.raw(),
                item_version_id: slot.version.raw(),
                rule_code: slot.rule,
                kind: slot.kind.code().to_owned(),
                option_order: to_json(&slot.order)?,
            })
        })
        .collect::<Result<_, Fault>>()?;
    insert_all_at_end::<attempt_item::Model, attempt_item::ActiveModel>(tx, "adding a form", rows);
    Ok(())
}
