//! Lists of the bank, and what can be drawn from it.

use std::collections::BTreeMap;

use domain::draw::{Candidate, RECENT_STARTS, Seen};
use domain::id::{PersonId, TestId};
use domain::item::{Kind, Origin, Pool, State, Venue};
use domain::page::Page;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Filter, Item, Version, enemies, read, read_version};
use crate::db::Conn;
use crate::entity::{attempt, attempt_item, item, item_version};
use crate::fault::{Doing, coded, json, number};
use crate::query::{contains, meet};

/// A row of the bank's list: the head and the newest version's stem and kind.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The head.
    pub item: Item,
    /// The stem of the newest version.
    pub stem: String,
    /// Its kind.
    pub kind: Kind,
    /// Its number.
    pub version: u32,
}

/// Lists items by their codes.
///
/// # Errors
/// A fault of the database.
pub async fn list(conn: &impl Conn, filter: &Filter, size: u64) -> Result<Page<Listed>, Fault> {
    let mut all = Condition::all().add(item::Column::Pool.is_in(filter.pools.iter().map(|pool| pool.code())));
    for word in domain::text::folded(&filter.search).split(' ').filter(|word| !word.is_empty()).take(5) {
        all = all.add(contains((item::Entity, item::Column::SearchKey), word));
    }
    if let Some(rule) = &filter.rule {
        all = all.add(item::Column::RuleCode.eq(rule));
    }
    if let Some(difficulty) = filter.difficulty {
        all = all.add(item::Column::Difficulty.eq(i32::from(difficulty)));
    }
    if let Some(state) = filter.state {
        all = all.add(item::Column::State.eq(state.code()));
    }
    if let Some(kind) = filter.kind {
        let of_kind = Query::select()
            .column(item_version::Column::ItemId)
            .from(item_version::Entity)
            .and_where(item_version::Column::Kind.eq(kind.code()))
            .to_owned();
        all = all.add(item::Column::Id.in_subquery(of_kind));
    }
    if let Some(after) = &filter.after {
        all = all.add(item::Column::Code.gt(after));
    }
    let rows = item::Entity::find()
        .filter(all)
        .order_by_asc(item::Column::Code)
        .limit(size + 1)
        .all(&conn.on())
        .await
        .doing("listing items")?;
    let newest = newest_versions(conn, rows.iter().map(|row| row.id)).await?;
    let mut listed = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(version) = newest.get(&row.id) else { continue };
        listed.push(Listed {
            item: read(row)?,
            stem: version.content.stem.clone(),
            kind: version.content.kind,
            version: version.number,
        });
    }
    Ok(Page::cut(listed, size, |row| row.item.code.clone()))
}

/// How many items of some pools stand somewhere.
///
/// # Errors
/// A fault of the database.
pub async fn count(conn: &impl Conn, pools: &[Pool], state: State) -> Result<u64, Fault> {
    let counted: Option<i64> = item::Entity::find()
        .select_only()
        .column_as(item::Column::Id.count(), "items")
        .filter(item::Column::Pool.is_in(pools.iter().map(|pool| pool.code())))
        .filter(item::Column::State.eq(state.code()))
        .into_tuple()
        .one(&conn.on())
        .await
        .doing("counting items")?;
    number("item", "count", counted.unwrap_or(0))
}

async fn newest_versions(
    conn: &impl Conn,
    items: impl Iterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, Version>, Fault> {
    let rows = item_version::Entity::find()
        .filter(item_version::Column::ItemId.is_in(items))
        .order_by_asc(item_version::Column::Number)
        .all(&conn.on())
        .await
        .doing("reading the newest item versions")?;
    rows.into_iter().map(|row| read_version(row).map(|version| (version.item.raw(), version))).collect()
}

#[derive(FromQueryResult)]
struct CandidateRow {
    id: Uuid,
    version_id: Uuid,
    rule_code: String,
    difficulty: i32,
    venue: String,
    enemy_set: Option<String>,
    kind: String,
    options: String,
    answer_key: String,
}

/// All live items of a pool in their current versions: what a form is drawn from. How often they were used
/// is not among it.
///
/// # Errors
/// A fault of the database.
pub async fn drawable(conn: &impl Conn, pool: Pool) -> Result<Vec<Candidate>, Fault> {
    let rows = item::Entity::find()
        .select_only()
        .columns([item::Column::Id, item::Column::RuleCode, item::Column::Difficulty])
        .columns([item::Column::Venue, item::Column::EnemySet])
        .column_as(item_version::Column::Id, "version_id")
        .columns([item_version::Column::Kind, item_version::Column::Options, item_version::Column::AnswerKey])
        .join(
            JoinType::InnerJoin,
            meet(
                item::Entity,
                item::Column::CurrentVersionId,
                item_version::Entity,
                item_version::Column::Id,
            ),
        )
        .filter(item::Column::Pool.eq(pool.code()))
        .filter(item::Column::State.eq(State::Live.code()))
        .order_by_asc(item::Column::Id)
        .into_model::<CandidateRow>()
        .all(&conn.on())
        .await
        .doing("reading what can be drawn")?;
    let mut foes = enemies::among(conn, pool, &rows.iter().map(|row| row.id).collect()).await?;
    rows.into_iter()
        .map(|row| {
            let options: Vec<String> = json("item_version", "options", &row.options)?;
            Ok(Candidate {
                item: row.id,
                version: row.version_id,
                rule: row.rule_code,
                difficulty: number("item", "difficulty", row.difficulty)?,
                venue: Some(coded("item", "venue", &row.venue, Venue::of)?),
                enemies: row.enemy_set,
                foes: foes.remove(&row.id).unwrap_or_default(),
                exposure_bp: 0,
                kind: coded("item_version", "kind", &row.kind, Kind::of)?,
                key: json("item_version", "answer_key", &row.answer_key)?,
                options: number("item_version", "options", options.len())?,
            })
        })
        .collect()
}

/// What changes whenever the items of a pool, or what keeps them apart, have changed.
pub type Stamp = (i64, Option<i64>, i64, i64);

/// What a pool is now, cheaply.
///
/// # Errors
/// A fault of the database.
pub async fn stamp(conn: &impl Conn, pool: Pool) -> Result<Stamp, Fault> {
    let items: Option<(i64, Option<i64>)> = item::Entity::find()
        .select_only()
        .column_as(item::Column::Id.count(), "items")
        .column_as(item::Column::Revision.sum(), "revisions")
        .filter(item::Column::Pool.eq(pool.code()))
        .into_tuple()
        .one(&conn.on())
        .await
        .doing("asking whether the bank has changed")?;
    let (items, revisions) = items.unwrap_or_default();
    let (pairs, ended) = enemies::counted(conn).await?;
    Ok((items, revisions, pairs, ended))
}

/// How many live items of a pool there are, by rule and difficulty; and how many of them are shipped.
///
/// # Errors
/// A fault of the database.
pub async fn depth(conn: &impl Conn, pool: Pool) -> Result<Vec<(String, u8, u64, u64)>, Fault> {
    let rows: Vec<(String, i32, String)> = item::Entity::find()
        .select_only()
        .columns([item::Column::RuleCode, item::Column::Difficulty, item::Column::Origin])
        .filter(item::Column::Pool.eq(pool.code()))
        .filter(item::Column::State.eq(State::Live.code()))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting live items")?;
    let mut counts: BTreeMap<(String, u8), (u64, u64)> = BTreeMap::new();
    for (rule, difficulty, origin) in rows {
        let count = counts.entry((rule, number("item", "difficulty", difficulty)?)).or_default();
        count.0 += 1;
        count.1 += u64::from(origin == Origin::Shipped.code());
    }
    Ok(counts
        .into_iter()
        .map(|((rule, difficulty), (all, shipped))| (rule, difficulty, all, shipped))
        .collect())
}

/// The items of a pool that a person had met in forms before a moment: a draw and its replay go by the same.
///
/// # Errors
/// A fault of the database.
pub async fn seen_by(conn: &impl Conn, person: PersonId, pool: Pool, before: Moment) -> Result<Seen, Fault> {
    let rows: Vec<(Uuid, Uuid, Moment)> = attempt_item::Entity::find()
        .select_only()
        .columns([attempt_item::Column::ItemId, attempt_item::Column::AttemptId])
        .column(attempt::Column::StartedAt)
        .join(
            JoinType::InnerJoin,
            meet(attempt_item::Entity, attempt_item::Column::AttemptId, attempt::Entity, attempt::Column::Id),
        )
        .join(
            JoinType::InnerJoin,
            meet(attempt_item::Entity, attempt_item::Column::ItemId, item::Entity, item::Column::Id),
        )
        .filter(attempt::Column::PersonId.eq(person.raw()))
        .filter(attempt::Column::StartedAt.lt(before))
        .filter(item::Column::Pool.eq(pool.code()))
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading what a person has seen")?;
    Ok(domain::draw::seen(&rows))
}

/// How often items were in the forms of a test.
#[derive(Clone, Debug, Default)]
pub struct Used {
    /// How many starts were looked at.
    pub starts: u64,
    /// In how many of them an item was.
    pub of: BTreeMap<Uuid, u64>,
}

/// How often items were in the forms of the latest starts of a test before a moment.
///
/// # Errors
/// A fault of the database.
pub async fn used_before(conn: &impl Conn, test: TestId, before: Moment) -> Result<Used, Fault> {
    let starts: Vec<Uuid> = attempt::Entity::find()
        .select_only()
        .column(attempt::Column::Id)
        .filter(attempt::Column::TestId.eq(test.raw()))
        .filter(attempt::Column::StartedAt.lt(before))
        .order_by_desc(attempt::Column::StartedAt)
        .order_by_desc(attempt::Column::Id)
        .limit(RECENT_STARTS)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading the latest starts of a test")?;
    if starts.is_empty() {
        return Ok(Used::default());
    }
    let rows: Vec<(Uuid, i64)> = attempt_item::Entity::find()
        .select_only()
        .column(attempt_item::Column::ItemId)
        .column_as(attempt_item::Column::Id.count(), "used")
        .filter(attempt_item::Column::AttemptId.is_in(starts.iter().copied()))
        .group_by(attempt_item::Column::ItemId)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting how often items are used")?;
    let of = rows
        .into_iter()
        .map(|(item, used)| Ok((item, number("attempt_item", "count", used)?)))
        .collect::<Result<BTreeMap<Uuid, u64>, Fault>>()?;
    Ok(Used { starts: number("attempt", "count", starts.len())?, of })
}
