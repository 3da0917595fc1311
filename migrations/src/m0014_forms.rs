//! Forms: items that never meet, and what a test says about drawing.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::portable::{index, reference, table, unique_where};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        item_enemy(m).await?;
        test_version(m).await?;
        // The latest starts of a test say how often its items are used.
        index(m, "attempt", &["test_id", "started_at"]).await?;
        Ok(())
    }
}

async fn item_enemy(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "item_enemy",
        [
            uuid("item_a"),
            uuid("item_b"),
            timestamp_with_time_zone("created_at"),
            uuid_null("created_by"),
            timestamp_with_time_zone_null("ended_at"),
            uuid_null("ended_by"),
        ],
        [reference("item_enemy", "item_a", "item"), reference("item_enemy", "item_b", "item")],
    )
    .await?;
    unique_where(m, "item_enemy", &["item_a", "item_b"], Expr::col("ended_at").is_null()).await?;
    index(m, "item_enemy", &["item_b", "item_a"]).await?;
    Ok(())
}

/// What a version that is older than the choice has, is what ships.
async fn test_version(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (column, shipped) in [("unseen_attempts", 2), ("exposure_cap_bp", 6000)] {
        let added = integer(column).default(shipped).take();
        m.alter_table(Table::alter().table("test_version").add_column(added).take()).await?;
    }
    Ok(())
}
