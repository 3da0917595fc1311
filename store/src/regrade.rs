//! Regrades: what is mended, who prepared and decided it, and what it does to which attempt.

mod effects;
mod runs;

use std::collections::BTreeMap;

use domain::id::{Id, ItemId, ItemVersionId, PersonId, RegradeId};
use domain::page::Page;
use domain::refusal::Fault;
use domain::regrade::{Approved, Change, Changes, State};
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef,
};
use uuid::Uuid;

pub use self::effects::{Counts, Moved, Told, Verdict, among, counts, moved, moved_count, of_person, told};
pub use self::runs::{
    Graded, NewRun, Version, basis, covered, finished_with, highest_numbers, insert_runs, make_current,
    open_with, replaced_count, switch, uncovered, uncovered_count,
};
use crate::db::{Conn, Tx};
use crate::entity::{item, item_version, regrade};
use crate::fault::{Doing, coded, json, number, to_json};
use crate::query::meet;

/// A regrade.
#[derive(Clone, Debug)]
pub struct Regrade {
    /// Its id.
    pub id: RegradeId,
    /// Of which item version.
    pub version: ItemVersionId,
    /// What is mended.
    pub change: Change,
    /// Why: everybody whose score moves reads it.
    pub reason: String,
    /// Who wants it.
    pub prepared_by: PersonId,
    /// When the scores were worked out.
    pub prepared_at: Moment,
    /// Where it stands.
    pub state: State,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<Moment>,
    /// Why it was rejected; empty when it was not.
    pub note: String,
}

pub(crate) fn read(row: regrade::Model) -> Result<Regrade, Fault> {
    Ok(Regrade {
        id: Id::new(row.id),
        version: Id::new(row.item_version_id),
        change: json("regrade", "change", &row.change)?,
        reason: row.reason,
        prepared_by: Id::new(row.prepared_by),
        prepared_at: row.prepared_at,
        state: coded("regrade", "state", &row.state, State::of)?,
        decided_by: row.decided_by.map(Id::new),
        decided_at: row.decided_at,
        note: row.note.unwrap_or_default(),
    })
}

/// Adds a regrade; false when another one of the same item version waits for a decision.
///
/// # Errors
/// A fault of the database.
pub async fn insert(tx: &Tx, new: &Regrade) -> Result<bool, Fault> {
    let row = regrade::Model {
        id: new.id.raw(),
        item_version_id: new.version.raw(),
        change: to_json(&new.change)?,
        reason: new.reason.clone(),
        prepared_by: new.prepared_by.raw(),
        prepared_at: new.prepared_at,
        state: new.state.code().to_owned(),
        decided_by: new.decided_by.map(Id::raw),
        decided_at: new.decided_at,
        note: Some(new.note.clone()).filter(|note| !note.is_empty()),
    };
    let added = regrade::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("adding a regrade")?;
    Ok(added > 0)
}

/// Finds a regrade.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: RegradeId) -> Result<Option<Regrade>, Fault> {
    let row = regrade::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding a regrade")?;
    row.map(read).transpose()
}

/// The regrade of an item version that waits for a decision.
///
/// # Errors
/// A fault of the database.
pub async fn waiting_of(conn: &impl Conn, version: ItemVersionId) -> Result<Option<RegradeId>, Fault> {
    let row = regrade::Entity::find()
        .filter(regrade::Column::ItemVersionId.eq(version.raw()))
        .filter(regrade::Column::State.eq(State::Prepared.code()))
        .one(&conn.on())
        .await
        .doing("looking for a regrade that waits")?;
    Ok(row.map(|row| Id::new(row.id)))
}

/// Decides on a regrade that waits; false when it no longer does.
///
/// # Errors
/// A fault of the database.
pub async fn decide(
    tx: &Tx,
    id: RegradeId,
    state: State,
    by: PersonId,
    note: &str,
    now: Moment,
) -> Result<bool, Fault> {
    let note = Some(note.to_owned()).filter(|note| !note.is_empty());
    let done = regrade::Entity::update_many()
        .col_expr(regrade::Column::State, Expr::value(state.code()))
        .col_expr(regrade::Column::DecidedBy, Expr::value(by.raw()))
        .col_expr(regrade::Column::DecidedAt, Expr::value(now))
        .col_expr(regrade::Column::Note, Expr::value(note))
        .filter(regrade::Column::Id.eq(id.raw()))
        .filter(regrade::Column::State.eq(State::Prepared.code()))
        .exec(&tx.on())
        .await
        .doing("deciding on a regrade")?;
    Ok(done.rows_affected > 0)
}

/// Every change that is in force. There are few: each is a mistake that somebody found in an exam.
///
/// # Errors
/// A fault of the database.
pub async fn approved(conn: &impl Conn) -> Result<Changes, Fault> {
    in_force(conn, Condition::all()).await
}

/// The changes of some item versions that are in force.
///
/// # Errors
/// A fault of the database.
pub async fn approved_for(
    conn: &impl Conn,
    versions: impl IntoIterator<Item = ItemVersionId> + Send,
) -> Result<Changes, Fault> {
    let versions: Vec<Uuid> = versions.into_iter().map(Id::raw).collect();
    in_force(conn, Condition::all().add(regrade::Column::ItemVersionId.is_in(versions))).await
}

async fn in_force(conn: &impl Conn, which: Condition) -> Result<Changes, Fault> {
    let rows = regrade::Entity::find()
        .filter(regrade::Column::State.eq(State::Approved.code()))
        .filter(which)
        .order_by_asc(regrade::Column::DecidedAt)
        .order_by_asc(regrade::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading which changes are in force")?;
    // The last one of each version stays.
    gathered(rows)
}

fn gathered(rows: Vec<regrade::Model>) -> Result<Changes, Fault> {
    rows.into_iter()
        .map(|row| {
            let change = json("regrade", "change", &row.change)?;
            Ok((Id::new(row.item_version_id), Approved { regrade: Id::new(row.id), change }))
        })
        .collect()
}

/// What some regrades change, whatever has become of them: what a kept score was worked out with.
///
/// # Errors
/// A fault of the database.
pub async fn changes_of(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = RegradeId> + Send,
) -> Result<Changes, Fault> {
    let ids: Vec<Uuid> = ids.into_iter().map(Id::raw).collect();
    let rows = regrade::Entity::find()
        .filter(regrade::Column::Id.is_in(ids))
        .all(&conn.on())
        .await
        .doing("reading what regrades change")?;
    gathered(rows)
}

/// Some regrades by their ids.
///
/// # Errors
/// A fault of the database.
pub async fn by_id(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = RegradeId> + Send,
) -> Result<BTreeMap<RegradeId, Regrade>, Fault> {
    let ids: Vec<Uuid> = ids.into_iter().map(Id::raw).collect();
    regrade::Entity::find()
        .filter(regrade::Column::Id.is_in(ids))
        .all(&conn.on())
        .await
        .doing("reading regrades")?
        .into_iter()
        .map(|row| read(row).map(|regrade| (regrade.id, regrade)))
        .collect()
}

/// A regrade in a list, with the item that it mends.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The regrade.
    pub regrade: Regrade,
    /// The item.
    pub item: ItemId,
    /// What people call it.
    pub code: String,
    /// The number of the item version.
    pub number: u32,
}

/// A page of regrades, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn list(conn: &impl Conn, after: Option<&str>, size: u64) -> Result<Page<Listed>, Fault> {
    let mut query = regrade::Entity::find()
        .order_by_desc(regrade::Column::PreparedAt)
        .order_by_desc(regrade::Column::Id)
        .limit(size + 1);
    if let Some((at, id)) = after.and_then(read_mark) {
        let that_moment = Condition::all().add(regrade::Column::PreparedAt.eq(at));
        query = query.filter(
            Condition::any()
                .add(regrade::Column::PreparedAt.lt(at))
                .add(that_moment.add(regrade::Column::Id.lt(id))),
        );
    }
    let rows = query.all(&conn.on()).await.doing("listing regrades")?;
    let page = Page::cut(rows, size, |row| format!("{}~{}", row.prepared_at.timestamp_micros(), row.id));
    let items = items_of(conn, page.rows.iter().map(|row| row.item_version_id).collect()).await?;
    let listed = |row: regrade::Model| {
        let (item, code, number) = items.get(&row.item_version_id)?.clone();
        Some(read(row).map(|regrade| Listed { regrade, item, code, number }))
    };
    let rows = page.rows.into_iter().filter_map(listed).collect::<Result<_, Fault>>()?;
    Ok(Page { rows, next: page.next })
}

fn read_mark(mark: &str) -> Option<(Moment, Uuid)> {
    let (at, id) = mark.split_once('~')?;
    Some((Moment::from_timestamp_micros(at.parse().ok()?)?, id.parse().ok()?))
}

/// By item version: the item, its code, and the number of the version.
async fn items_of(
    conn: &impl Conn,
    versions: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, (ItemId, String, u32)>, Fault> {
    let rows: Vec<(Uuid, Uuid, i32, String)> = item_version::Entity::find()
        .select_only()
        .columns([item_version::Column::Id, item_version::Column::ItemId, item_version::Column::Number])
        .column(item::Column::Code)
        .join(JoinType::InnerJoin, to_item())
        .filter(item_version::Column::Id.is_in(versions))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading which items are mended")?;
    rows.into_iter()
        .map(|(version, item, at, code)| {
            Ok((version, (Id::new(item), code, number("item_version", "number", at)?)))
        })
        .collect()
}

fn to_item() -> RelationDef {
    meet(item_version::Entity, item_version::Column::ItemId, item::Entity, item::Column::Id)
}
