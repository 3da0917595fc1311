//! What checking an attempt needs beside its own records.

use domain::draw::{Seen, seen};
use domain::id::PersonId;
use domain::item::Pool;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{attempt, attempt_item, item};
use crate::fault::Doing;
use crate::query::meet;

/// The items of a pool that a person had met in forms before a moment: what a draw at that moment went by.
///
/// # Errors
/// A fault of the database.
pub async fn seen_before(
    conn: &impl Conn,
    person: PersonId,
    pool: Pool,
    before: Moment,
) -> Result<Seen, Fault> {
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
        .doing("reading what a person had seen")?;
    Ok(seen(&rows))
}
