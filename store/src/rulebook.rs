//! Versions of the standard and their rules.

use domain::id::{Id, RulebookId, RulebookVersionId};
use domain::refusal::Fault;
use domain::rulebook::{Rule, VersionState};
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{rule, rulebook, rulebook_version};
use crate::fault::{Doing, coded, json, number, to_json};
use crate::query::{insert, insert_all};

/// A version of the standard.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its id.
    pub id: RulebookVersionId,
    /// Which standard.
    pub rulebook: RulebookId,
    /// Its number.
    pub number: i32,
    /// Draft or published.
    pub state: VersionState,
    /// What changed.
    pub note: String,
    /// Counts changes: who changes a draft names the one that they have read.
    pub revision: u32,
    /// When it was begun.
    pub created_at: Moment,
    /// When it was published.
    pub published_at: Option<Moment>,
}

fn read(row: rulebook_version::Model) -> Result<Version, Fault> {
    Ok(Version {
        id: Id::new(row.id),
        rulebook: Id::new(row.rulebook_id),
        number: row.number,
        state: coded("rulebook_version", "state", &row.state, VersionState::of)?,
        note: row.note,
        revision: number("rulebook_version", "revision", row.revision)?,
        created_at: row.created_at,
        published_at: row.published_at,
    })
}

/// All versions, the newest first.
///
/// # Errors
/// A fault of the database.
pub async fn versions(conn: &impl Conn) -> Result<Vec<Version>, Fault> {
    rulebook_version::Entity::find()
        .order_by_desc(rulebook_version::Column::Number)
        .order_by_desc(rulebook_version::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading versions of the standard")?
        .into_iter()
        .map(read)
        .collect()
}

/// The newest published version.
///
/// # Errors
/// A fault of the database.
pub async fn published(conn: &impl Conn) -> Result<Option<Version>, Fault> {
    rulebook_version::Entity::find()
        .filter(rulebook_version::Column::State.eq(VersionState::Published.code()))
        .order_by_desc(rulebook_version::Column::Number)
        .one(&conn.on())
        .await
        .doing("finding the published standard")?
        .map(read)
        .transpose()
}

/// The rules of a version, by number.
///
/// # Errors
/// A fault of the database.
pub async fn rules(conn: &impl Conn, version: RulebookVersionId) -> Result<Vec<Rule>, Fault> {
    rule::Entity::find()
        .filter(rule::Column::VersionId.eq(version.raw()))
        .order_by_asc(rule::Column::Number)
        .order_by_asc(rule::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading rules")?
        .into_iter()
        .map(|row| {
            Ok(Rule {
                code: row.code,
                number: number("rule", "number", row.number)?,
                title: row.title,
                body: row.body,
                indicators: json("rule", "indicators", &row.indicators)?,
                provisional: row.provisional,
            })
        })
        .collect()
}

/// Adds a standard.
///
/// # Errors
/// A fault of the database.
pub async fn insert_rulebook(conn: &impl Conn, id: RulebookId, code: &str, title: &str) -> Result<(), Fault> {
    let row = rulebook::Model { id: id.raw(), code: code.to_owned(), title: title.to_owned() };
    insert::<_, rulebook::ActiveModel>(conn, "adding a standard", row).await
}

/// Adds a version with its rules; each rule comes with an id.
///
/// # Errors
/// A fault of the database.
pub async fn insert_version(
    conn: &impl Conn,
    version: &Version,
    rules: Vec<(Uuid, Rule)>,
    by: Option<Uuid>,
) -> Result<(), Fault> {
    let row = rulebook_version::Model {
        id: version.id.raw(),
        rulebook_id: version.rulebook.raw(),
        number: version.number,
        state: version.state.code().to_owned(),
        note: version.note.clone(),
        revision: number("rulebook_version", "revision", version.revision)?,
        created_at: version.created_at,
        created_by: by,
        published_at: version.published_at,
        published_by: version.published_at.and(by),
    };
    insert::<_, rulebook_version::ActiveModel>(conn, "adding a version of the standard", row).await?;
    insert_rules(conn, version.id, rules).await
}

async fn insert_rules(
    conn: &impl Conn,
    version: RulebookVersionId,
    rules: Vec<(Uuid, Rule)>,
) -> Result<(), Fault> {
    let rows = rules
        .into_iter()
        .map(|(id, new)| {
            Ok(rule::Model {
                id,
                version_id: version.raw(),
                code: new.code,
                number: number("rule", "number", new.number)?,
                title: new.title,
                body: new.body,
                indicators: to_json(&new.indicators)?,
                provisional: new.provisional,
            })
        })
        .collect::<Result<_, Fault>>()?;
    insert_all::<rule::Model, rule::ActiveModel>(conn, "adding rules", rows).await
}

/// Replaces the rules of a draft, if it is still as it was read, and counts its revision on; false when it
/// was changed or published meanwhile.
///
/// # Errors
/// A fault of the database.
pub async fn replace_rules(
    tx: &Tx,
    draft: RulebookVersionId,
    revision: u32,
    rules: Vec<(Uuid, Rule)>,
) -> Result<bool, Fault> {
    let claimed = rulebook_version::Entity::update_many()
        .col_expr(rulebook_version::Column::Revision, Expr::col(rulebook_version::Column::Revision).add(1))
        .filter(still(draft, revision)?)
        .exec(&tx.on())
        .await
        .doing("changing a draft of the standard")?;
    if claimed.rows_affected == 0 {
        return Ok(false);
    }
    rule::Entity::delete_many()
        .filter(rule::Column::VersionId.eq(draft.raw()))
        .exec(&tx.on())
        .await
        .doing("clearing the rules of a draft")?;
    insert_rules(tx, draft, rules).await?;
    Ok(true)
}

/// A draft that is as it was read.
fn still(draft: RulebookVersionId, revision: u32) -> Result<Condition, Fault> {
    let revision: i32 = number("rulebook_version", "revision", revision)?;
    Ok(Condition::all()
        .add(rulebook_version::Column::Id.eq(draft.raw()))
        .add(rulebook_version::Column::State.eq(VersionState::Draft.code()))
        .add(rulebook_version::Column::Revision.eq(revision)))
}

/// Publishes a draft, if it is still as it was read; false when it was changed or published meanwhile.
///
/// # Errors
/// A fault of the database.
pub async fn publish(
    tx: &Tx,
    draft: RulebookVersionId,
    revision: u32,
    note: &str,
    by: Uuid,
    now: Moment,
) -> Result<bool, Fault> {
    let done = rulebook_version::Entity::update_many()
        .col_expr(rulebook_version::Column::State, Expr::value(VersionState::Published.code()))
        .col_expr(rulebook_version::Column::Note, Expr::value(note))
        .col_expr(rulebook_version::Column::PublishedAt, Expr::value(now))
        .col_expr(rulebook_version::Column::PublishedBy, Expr::value(by))
        .filter(still(draft, revision)?)
        .exec(&tx.on())
        .await
        .doing("publishing a version of the standard")?;
    Ok(done.rows_affected > 0)
}
