//! Items that never meet in one form: pairs, the same from either side.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{Id, ItemId, PersonId};
use domain::item::Pool;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{item, item_enemy};
use crate::fault::Doing;

/// The enemies of an item with their codes, by code.
///
/// # Errors
/// A fault of the database.
pub async fn enemies(conn: &impl Conn, id: ItemId) -> Result<Vec<(ItemId, String)>, Fault> {
    let side = |own: item_enemy::Column, other: item_enemy::Column| {
        Query::select()
            .column(other)
            .from(item_enemy::Entity)
            .and_where(own.eq(id.raw()))
            .and_where(item_enemy::Column::EndedAt.is_null())
            .to_owned()
    };
    let either = Condition::any()
        .add(item::Column::Id.in_subquery(side(item_enemy::Column::ItemA, item_enemy::Column::ItemB)))
        .add(item::Column::Id.in_subquery(side(item_enemy::Column::ItemB, item_enemy::Column::ItemA)));
    let rows: Vec<(Uuid, String)> = item::Entity::find()
        .select_only()
        .columns([item::Column::Id, item::Column::Code])
        .filter(either)
        .order_by_asc(item::Column::Code)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading the enemies of an item")?;
    Ok(rows.into_iter().map(|(id, code)| (Id::new(id), code)).collect())
}

/// The enemies of each of some items of a pool, as far as they are among them.
///
/// # Errors
/// A fault of the database.
pub(super) async fn among(
    conn: &impl Conn,
    pool: Pool,
    items: &BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, Vec<Uuid>>, Fault> {
    let of_pool = Query::select()
        .column(item::Column::Id)
        .from(item::Entity)
        .and_where(item::Column::Pool.eq(pool.code()))
        .to_owned();
    let pairs: Vec<(Uuid, Uuid)> = item_enemy::Entity::find()
        .select_only()
        .columns([item_enemy::Column::ItemA, item_enemy::Column::ItemB])
        .filter(item_enemy::Column::EndedAt.is_null())
        .filter(item_enemy::Column::ItemA.in_subquery(of_pool))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading which items are enemies")?;
    let mut enemies: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (one, other) in pairs.into_iter().filter(|(one, other)| items.contains(one) && items.contains(other))
    {
        enemies.entry(one).or_default().push(other);
        enemies.entry(other).or_default().push(one);
    }
    for of in enemies.values_mut() {
        of.sort_unstable();
    }
    Ok(enemies)
}

/// The items of a pool that go by some codes.
///
/// # Errors
/// A fault of the database.
pub async fn by_codes(
    conn: &impl Conn,
    pool: Pool,
    codes: &[String],
) -> Result<BTreeMap<String, ItemId>, Fault> {
    let rows: Vec<(String, Uuid)> = item::Entity::find()
        .select_only()
        .columns([item::Column::Code, item::Column::Id])
        .filter(item::Column::Pool.eq(pool.code()))
        .filter(item::Column::Code.is_in(codes.iter().map(String::as_str)))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("finding items by their codes")?;
    Ok(rows.into_iter().map(|(code, id)| (code, Id::new(id))).collect())
}

/// What some items are called.
///
/// # Errors
/// A fault of the database.
pub async fn codes(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = Uuid> + Send,
) -> Result<BTreeMap<Uuid, String>, Fault> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows: Vec<(Uuid, String)> = item::Entity::find()
        .select_only()
        .columns([item::Column::Id, item::Column::Code])
        .filter(item::Column::Id.is_in(ids))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading codes of items")?;
    Ok(rows.into_iter().collect())
}

/// Makes two items enemies; nothing changes where they are.
///
/// # Errors
/// A fault of the database.
pub async fn part(
    tx: &Tx,
    id: Uuid,
    (one, other): (ItemId, ItemId),
    by: PersonId,
    now: Moment,
) -> Result<(), Fault> {
    let (first, second) = in_order(one, other);
    let row = item_enemy::ActiveModel {
        id: Set(id),
        item_a: Set(first),
        item_b: Set(second),
        created_at: Set(now),
        created_by: Set(Some(by.raw())),
        ended_at: Set(None),
        ended_by: Set(None),
    };
    item_enemy::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("keeping two items apart")?;
    Ok(())
}

/// Lets two items meet again; nothing changes where they may.
///
/// # Errors
/// A fault of the database.
pub async fn let_meet(
    tx: &Tx,
    (one, other): (ItemId, ItemId),
    by: PersonId,
    now: Moment,
) -> Result<(), Fault> {
    let (first, second) = in_order(one, other);
    item_enemy::Entity::update_many()
        .col_expr(item_enemy::Column::EndedAt, Expr::value(now))
        .col_expr(item_enemy::Column::EndedBy, Expr::value(by.raw()))
        .filter(item_enemy::Column::ItemA.eq(first))
        .filter(item_enemy::Column::ItemB.eq(second))
        .filter(item_enemy::Column::EndedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("letting two items meet")?;
    Ok(())
}

/// A pair is kept once, the smaller id first.
fn in_order(one: ItemId, other: ItemId) -> (Uuid, Uuid) {
    let (one, other) = (one.raw(), other.raw());
    if one < other { (one, other) } else { (other, one) }
}

/// How many pairs there ever were, and how many have ended.
pub(super) async fn counted(conn: &impl Conn) -> Result<(i64, i64), Fault> {
    let row: Option<(i64, i64)> = item_enemy::Entity::find()
        .select_only()
        .column_as(item_enemy::Column::ItemA.count(), "pairs")
        .column_as(item_enemy::Column::EndedAt.count(), "ended")
        .into_tuple()
        .one(&conn.on())
        .await
        .doing("counting items that are kept apart")?;
    Ok(row.unwrap_or_default())
}
