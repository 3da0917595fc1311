//! Tests and their versions.

use std::collections::BTreeMap;

use domain::id::{Id, PersonId, RulebookVersionId, TestId, TestVersionId};
use domain::refusal::Fault;
use domain::rulebook::VersionState;
use domain::test::{Availability, Blueprint, Conditions, Kind};
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{test, test_version};
use crate::fault::{Doing, coded, json, number, to_json};
use crate::query::insert;

/// A test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its id.
    pub id: TestId,
    /// A stable code.
    pub code: String,
    /// Certification or practice.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// The published version that is sat.
    pub current: Option<TestVersionId>,
}

/// A version of a test.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its id.
    pub id: TestVersionId,
    /// Which test.
    pub test: TestId,
    /// From 1.
    pub number: u32,
    /// Draft or published.
    pub state: VersionState,
    /// Whose rules it speaks of.
    pub rulebook_version: RulebookVersionId,
    /// What a form is made of.
    pub blueprint: Blueprint,
    /// On which conditions it is sat.
    pub conditions: Conditions,
    /// Whether it was published in the knowledge that shipped items are public.
    pub shipped_items_warned: bool,
    /// What changed.
    pub note: String,
    /// Counts changes: who changes a draft names the one that they have read.
    pub revision: u32,
    /// When it was begun.
    pub created_at: Moment,
    /// When it was published.
    pub published_at: Option<Moment>,
}

fn read(row: test::Model) -> Result<Test, Fault> {
    Ok(Test {
        id: Id::new(row.id),
        code: row.code,
        kind: coded("test", "kind", &row.kind, Kind::of)?,
        title: row.title,
        current: row.current_version_id.map(Id::new),
    })
}

fn read_version(row: test_version::Model) -> Result<Version, Fault> {
    let at = |column, value: i32| number("test_version", column, value);
    Ok(Version {
        id: Id::new(row.id),
        test: Id::new(row.test_id),
        number: at("number", row.number)?,
        state: coded("test_version", "state", &row.state, VersionState::of)?,
        rulebook_version: Id::new(row.rulebook_version_id),
        blueprint: json("test_version", "blueprint", &row.blueprint)?,
        conditions: Conditions {
            limit_minutes: at("limit_minutes", row.limit_minutes)?,
            pass_bp: at("pass_bp", row.pass_bp)?,
            rule_pass_bp: at("rule_pass_bp", row.rule_pass_bp)?,
            attempts_max: at("attempts_max", row.attempts_max)?,
            pause_days: at("pause_days", row.pause_days)?,
            grace_seconds: at("grace_seconds", row.grace_seconds)?,
            availability: coded("test_version", "availability", &row.availability, Availability::of)?,
            unseen_attempts: at("unseen_attempts", row.unseen_attempts)?,
            exposure_cap_bp: at("exposure_cap_bp", row.exposure_cap_bp)?,
        },
        shipped_items_warned: row.shipped_items_warned,
        note: row.note,
        revision: at("revision", row.revision)?,
        created_at: row.created_at,
        published_at: row.published_at,
    })
}

/// All tests, certification first.
///
/// # Errors
/// A fault of the database.
pub async fn list(conn: &impl Conn) -> Result<Vec<Test>, Fault> {
    test::Entity::find()
        .order_by_asc(test::Column::Kind)
        .order_by_asc(test::Column::Code)
        .all(&conn.on())
        .await
        .doing("listing tests")?
        .into_iter()
        .map(read)
        .collect()
}

/// Finds a test.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: TestId) -> Result<Option<Test>, Fault> {
    test::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding a test")?.map(read).transpose()
}

/// Finds a version.
///
/// # Errors
/// A fault of the database.
pub async fn version(conn: &impl Conn, id: TestVersionId) -> Result<Option<Version>, Fault> {
    test_version::Entity::find_by_id(id.raw())
        .one(&conn.on())
        .await
        .doing("finding a version of a test")?
        .map(read_version)
        .transpose()
}

/// All versions of a test, the newest first.
///
/// # Errors
/// A fault of the database.
pub async fn versions(conn: &impl Conn, id: TestId) -> Result<Vec<Version>, Fault> {
    test_version::Entity::find()
        .filter(test_version::Column::TestId.eq(id.raw()))
        .order_by_desc(test_version::Column::Number)
        .all(&conn.on())
        .await
        .doing("reading versions of a test")?
        .into_iter()
        .map(read_version)
        .collect()
}

/// Adds a test.
///
/// # Errors
/// A fault of the database.
pub async fn insert_test(conn: &impl Conn, new: Test) -> Result<(), Fault> {
    let row = test::Model {
        id: new.id.raw(),
        code: new.code,
        kind: new.kind.code().to_owned(),
        title: new.title,
        current_version_id: new.current.map(Id::raw),
    };
    insert::<_, test::ActiveModel>(conn, "adding a test", row).await
}

/// Adds a version.
///
/// # Errors
/// A fault of the database; also when the number is taken.
pub async fn insert_version(conn: &impl Conn, new: &Version, by: Option<PersonId>) -> Result<(), Fault> {
    let at = |column, value: u32| number("test_version", column, value);
    let row = test_version::Model {
        id: new.id.raw(),
        test_id: new.test.raw(),
        number: at("number", new.number)?,
        state: new.state.code().to_owned(),
        rulebook_version_id: new.rulebook_version.raw(),
        blueprint: to_json(&new.blueprint)?,
        limit_minutes: at("limit_minutes", new.conditions.limit_minutes)?,
        pass_bp: at("pass_bp", new.conditions.pass_bp)?,
        rule_pass_bp: at("rule_pass_bp", new.conditions.rule_pass_bp)?,
        attempts_max: at("attempts_max", new.conditions.attempts_max)?,
        pause_days: at("pause_days", new.conditions.pause_days)?,
        grace_seconds: at("grace_seconds", new.conditions.grace_seconds)?,
        availability: new.conditions.availability.code().to_owned(),
        unseen_attempts: at("unseen_attempts", new.conditions.unseen_attempts)?,
        exposure_cap_bp: at("exposure_cap_bp", new.conditions.exposure_cap_bp)?,
        shipped_items_warned: new.shipped_items_warned,
        note: new.note.clone(),
        revision: at("revision", new.revision)?,
        created_at: new.created_at,
        created_by: by.map(Id::raw),
        published_at: new.published_at,
        published_by: new.published_at.and(by).map(Id::raw),
    };
    insert::<_, test_version::ActiveModel>(conn, "adding a version of a test", row).await
}

/// Some versions by their ids.
///
/// # Errors
/// A fault of the database.
pub async fn versions_by_id(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = TestVersionId> + Send,
) -> Result<BTreeMap<TestVersionId, Version>, Fault> {
    let ids: Vec<Uuid> = ids.into_iter().map(Id::raw).collect();
    test_version::Entity::find()
        .filter(test_version::Column::Id.is_in(ids))
        .all(&conn.on())
        .await
        .doing("reading versions of tests")?
        .into_iter()
        .map(|row| read_version(row).map(|version| (version.id, version)))
        .collect()
}

/// Changes a draft, if it is still as it was read, and counts its revision on; false when it was changed or
/// published meanwhile.
///
/// # Errors
/// A fault of the database.
pub async fn change_draft(tx: &Tx, draft: &Version) -> Result<bool, Fault> {
    let at = |column, value: u32| -> Result<Expr, Fault> {
        Ok(Expr::value(number::<u32, i32>("test_version", column, value)?))
    };
    let conditions = &draft.conditions;
    let done = test_version::Entity::update_many()
        .col_expr(test_version::Column::Blueprint, Expr::value(to_json(&draft.blueprint)?))
        .col_expr(test_version::Column::LimitMinutes, at("limit_minutes", conditions.limit_minutes)?)
        .col_expr(test_version::Column::PassBp, at("pass_bp", conditions.pass_bp)?)
        .col_expr(test_version::Column::RulePassBp, at("rule_pass_bp", conditions.rule_pass_bp)?)
        .col_expr(test_version::Column::AttemptsMax, at("attempts_max", conditions.attempts_max)?)
        .col_expr(test_version::Column::PauseDays, at("pause_days", conditions.pause_days)?)
        .col_expr(test_version::Column::GraceSeconds, at("grace_seconds", conditions.grace_seconds)?)
        .col_expr(test_version::Column::Availability, Expr::value(conditions.availability.code()))
        .col_expr(test_version::Column::UnseenAttempts, at("unseen_attempts", conditions.unseen_attempts)?)
        .col_expr(test_version::Column::ExposureCapBp, at("exposure_cap_bp", conditions.exposure_cap_bp)?)
        .col_expr(test_version::Column::Note, Expr::value(draft.note.clone()))
        .col_expr(test_version::Column::Revision, Expr::col(test_version::Column::Revision).add(1))
        .filter(still(draft)?)
        .exec(&tx.on())
        .await
        .doing("changing a draft of a test")?;
    Ok(done.rows_affected > 0)
}

/// A draft that is as it was read.
fn still(draft: &Version) -> Result<Condition, Fault> {
    let revision: i32 = number("test_version", "revision", draft.revision)?;
    Ok(Condition::all()
        .add(test_version::Column::Id.eq(draft.id.raw()))
        .add(test_version::Column::State.eq(VersionState::Draft.code()))
        .add(test_version::Column::Revision.eq(revision)))
}

/// Publishes a draft, if it is still as it was read, and makes it the version that is sat; false when it was
/// changed or published meanwhile.
///
/// # Errors
/// A fault of the database.
pub async fn publish(
    tx: &Tx,
    draft: &Version,
    shipped_items_warned: bool,
    by: PersonId,
    now: Moment,
) -> Result<bool, Fault> {
    let done = test_version::Entity::update_many()
        .col_expr(test_version::Column::State, Expr::value(VersionState::Published.code()))
        .col_expr(test_version::Column::ShippedItemsWarned, Expr::value(shipped_items_warned))
        .col_expr(test_version::Column::PublishedAt, Expr::value(now))
        .col_expr(test_version::Column::PublishedBy, Expr::value(by.raw()))
        .filter(still(draft)?)
        .exec(&tx.on())
        .await
        .doing("publishing a version of a test")?;
    if done.rows_affected == 0 {
        return Ok(false);
    }
    test::ActiveModel {
        id: Set(draft.test.raw()),
        current_version_id: Set(Some(draft.id.raw())),
        ..Default::default()
    }
    .update(&tx.on())
    .await
    .doing("making a version the current one")?;
    Ok(true)
}
