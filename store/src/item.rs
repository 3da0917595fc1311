//! The item bank.

mod bank;
mod enemies;

use std::collections::BTreeMap;

use domain::id::{Id, ItemId, ItemVersionId, PersonId};
use domain::item::{Content, Kind, Origin, Pool, State, Venue};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

pub use self::bank::{Listed, Stamp, Used, count, depth, drawable, list, seen_by, stamp, used_before};
pub use self::enemies::{by_codes, codes, enemies, let_meet, part};
use crate::db::{Conn, Tx};
use crate::entity::{attempt_item, item, item_version};
use crate::fault::{Doing, coded, json, number, to_json};
use crate::query::insert_all;

/// An item without its text.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What people call it.
    pub code: String,
    /// The rule that it tests.
    pub rule: String,
    /// A slug of the competency.
    pub competency: String,
    /// 1 to 3.
    pub difficulty: u8,
    /// Where it takes place.
    pub venue: Venue,
    /// Items of one set never meet in one form.
    pub enemy_set: Option<String>,
    /// Who wrote it.
    pub origin: Origin,
    /// Practice or exam, never both.
    pub pool: Pool,
    /// Where it stands.
    pub state: State,
    /// The version that is drawn.
    pub current: Option<ItemVersionId>,
    /// Counts changes: who changes the item names the one that they have read.
    pub revision: u32,
}

/// A version of an item.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its id.
    pub id: ItemVersionId,
    /// Which item.
    pub item: ItemId,
    /// From 1.
    pub number: u32,
    /// What it says.
    pub content: Content,
    /// What changed.
    pub note: String,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// Who approved it.
    pub reviewer: Option<PersonId>,
    /// When.
    pub created_at: Moment,
}

/// What a list of items is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Typed words, each of which must occur.
    pub search: String,
    /// Only these pools; the reach of the actor.
    pub pools: Vec<Pool>,
    /// Only this rule.
    pub rule: Option<String>,
    /// Only this difficulty.
    pub difficulty: Option<u8>,
    /// Only items that have a version of this kind.
    pub kind: Option<Kind>,
    /// Only this state.
    pub state: Option<State>,
    /// Continue after this code.
    pub after: Option<String>,
}

fn read(row: item::Model) -> Result<Item, Fault> {
    Ok(Item {
        id: Id::new(row.id),
        code: row.code,
        rule: row.rule_code,
        competency: row.competency,
        difficulty: number("item", "difficulty", row.difficulty)?,
        venue: coded("item", "venue", &row.venue, Venue::of)?,
        enemy_set: row.enemy_set,
        origin: coded("item", "origin", &row.origin, Origin::of)?,
        pool: coded("item", "pool", &row.pool, Pool::of)?,
        state: coded("item", "state", &row.state, State::of)?,
        current: row.current_version_id.map(Id::new),
        revision: number("item", "revision", row.revision)?,
    })
}

fn read_version(row: item_version::Model) -> Result<Version, Fault> {
    Ok(Version {
        id: Id::new(row.id),
        item: Id::new(row.item_id),
        number: number("item_version", "number", row.number)?,
        content: Content {
            kind: coded("item_version", "kind", &row.kind, Kind::of)?,
            stem: row.stem,
            options: json("item_version", "options", &row.options)?,
            key: json("item_version", "answer_key", &row.answer_key)?,
            rationale: row.rationale,
        },
        note: row.note,
        author: row.author_id.map(Id::new),
        reviewer: row.reviewer_id.map(Id::new),
        created_at: row.created_at,
    })
}

/// Finds an item.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: ItemId) -> Result<Option<Item>, Fault> {
    item::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding an item")?.map(read).transpose()
}

/// All versions of an item, the newest first.
///
/// # Errors
/// A fault of the database.
pub async fn versions(conn: &impl Conn, id: ItemId) -> Result<Vec<Version>, Fault> {
    item_version::Entity::find()
        .filter(item_version::Column::ItemId.eq(id.raw()))
        .order_by_desc(item_version::Column::Number)
        .all(&conn.on())
        .await
        .doing("reading versions of an item")?
        .into_iter()
        .map(read_version)
        .collect()
}

/// Some versions by their ids.
///
/// # Errors
/// A fault of the database.
pub async fn versions_by_id(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = ItemVersionId> + Send,
) -> Result<BTreeMap<ItemVersionId, Version>, Fault> {
    let ids: Vec<Uuid> = ids.into_iter().map(Id::raw).collect();
    item_version::Entity::find()
        .filter(item_version::Column::Id.is_in(ids))
        .all(&conn.on())
        .await
        .doing("reading item versions")?
        .into_iter()
        .map(|row| read_version(row).map(|version| (version.id, version)))
        .collect()
}

/// Adds items with their first versions.
///
/// # Errors
/// A fault of the database; also when a code is taken.
pub async fn insert_items(
    conn: &impl Conn,
    items: Vec<(Item, Version)>,
    by: Option<PersonId>,
    now: Moment,
) -> Result<(), Fault> {
    let mut heads = Vec::with_capacity(items.len());
    let mut versions = Vec::with_capacity(items.len());
    for (new, version) in items {
        heads.push(item::Model {
            id: new.id.raw(),
            search_key: search_key(&new.code, &version.content),
            code: new.code,
            rule_code: new.rule,
            competency: new.competency,
            difficulty: i32::from(new.difficulty),
            venue: new.venue.code().to_owned(),
            enemy_set: new.enemy_set,
            origin: new.origin.code().to_owned(),
            pool: new.pool.code().to_owned(),
            state: new.state.code().to_owned(),
            current_version_id: new.current.map(Id::raw),
            revision: number("item", "revision", new.revision)?,
            created_at: now,
            created_by: by.map(Id::raw),
        });
        versions.push(version_row(version)?);
    }
    insert_all::<item::Model, item::ActiveModel>(conn, "adding items", heads).await?;
    insert_all::<item_version::Model, item_version::ActiveModel>(conn, "adding item versions", versions).await
}

fn search_key(code: &str, content: &Content) -> String {
    domain::text::folded(&format!("{code} {} {}", content.stem, content.options.join(" ")))
}

fn version_row(new: Version) -> Result<item_version::Model, Fault> {
    Ok(item_version::Model {
        id: new.id.raw(),
        item_id: new.item.raw(),
        number: number("item_version", "number", new.number)?,
        kind: new.content.kind.code().to_owned(),
        options: to_json(&new.content.options)?,
        answer_key: to_json(&new.content.key)?,
        stem: new.content.stem,
        rationale: new.content.rationale,
        scoring: "all_or_nothing".to_owned(),
        note: new.note,
        author_id: new.author.map(Id::raw),
        reviewer_id: new.reviewer.map(Id::raw),
        created_at: new.created_at,
    })
}

/// Adds a version to an item and changes its head with it, if the head is still as it was read; false when
/// somebody was faster. The head says which version is drawn.
///
/// # Errors
/// A fault of the database.
pub async fn add_version(tx: &Tx, head: &Item, version: Version) -> Result<bool, Fault> {
    let key = search_key(&head.code, &version.content);
    let row = version_row(version)?;
    // The head first: whoever moves it on is the only one who takes the next number.
    if !claim(tx, head, Some(key)).await? {
        return Ok(false);
    }
    insert_all::<item_version::Model, item_version::ActiveModel>(tx, "adding an item version", vec![row])
        .await?;
    Ok(true)
}

/// Changes an item's head, if it is still as it was read; false when somebody was faster.
///
/// # Errors
/// A fault of the database.
pub async fn change(tx: &Tx, head: &Item) -> Result<bool, Fault> {
    claim(tx, head, None).await
}

async fn claim(tx: &Tx, head: &Item, search_key: Option<String>) -> Result<bool, Fault> {
    let read: i32 = number("item", "revision", head.revision)?;
    let mut change = item::Entity::update_many()
        .col_expr(item::Column::RuleCode, Expr::value(head.rule.clone()))
        .col_expr(item::Column::Competency, Expr::value(head.competency.clone()))
        .col_expr(item::Column::Difficulty, Expr::value(i32::from(head.difficulty)))
        .col_expr(item::Column::Venue, Expr::value(head.venue.code()))
        .col_expr(item::Column::EnemySet, Expr::value(head.enemy_set.clone()))
        .col_expr(item::Column::State, Expr::value(head.state.code()))
        .col_expr(item::Column::CurrentVersionId, Expr::value(head.current.map(Id::raw)))
        .col_expr(item::Column::Revision, Expr::col(item::Column::Revision).add(1))
        .filter(item::Column::Id.eq(head.id.raw()))
        .filter(item::Column::Revision.eq(read));
    if let Some(key) = search_key {
        change = change.col_expr(item::Column::SearchKey, Expr::value(key));
    }
    let done = change.exec(&tx.on()).await.doing("changing an item")?;
    Ok(done.rows_affected > 0)
}

/// Sets the reviewer of a version, once.
///
/// # Errors
/// A fault of the database.
pub async fn approve(tx: &Tx, id: ItemVersionId, reviewer: PersonId) -> Result<bool, Fault> {
    let done = item_version::Entity::update_many()
        .col_expr(item_version::Column::ReviewerId, Expr::value(reviewer.raw()))
        .filter(item_version::Column::Id.eq(id.raw()))
        .filter(item_version::Column::ReviewerId.is_null())
        .exec(&tx.on())
        .await
        .doing("approving an item version")?;
    Ok(done.rows_affected > 0)
}

/// Whether a version was ever part of a form.
///
/// # Errors
/// A fault of the database.
pub async fn was_used(conn: &impl Conn, id: ItemId) -> Result<bool, Fault> {
    let row = attempt_item::Entity::find()
        .filter(attempt_item::Column::ItemId.eq(id.raw()))
        .one(&conn.on())
        .await
        .doing("looking for uses of an item")?;
    Ok(row.is_some())
}

/// Whether a code is taken.
///
/// # Errors
/// A fault of the database.
pub async fn is_taken(conn: &impl Conn, code: &str) -> Result<bool, Fault> {
    let row = item::Entity::find()
        .filter(item::Column::Code.eq(code))
        .one(&conn.on())
        .await
        .doing("finding an item by its code")?;
    Ok(row.is_some())
}
