//! The item bank. An item version is immutable.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, text, text_null, timestamp_with_time_zone, uuid, uuid_null};

use crate::portable::{index, reference, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        item(m).await?;
        item_version(m).await?;
        Ok(())
    }
}

async fn item(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "item",
        [
            text("code"),
            text("rule_code"),
            text("competency"),
            integer("difficulty"),
            text("venue"),
            text_null("enemy_set"),
            text("origin"),
            text("pool"),
            text("state"),
            uuid_null("current_version_id"),
            text("search_key"),
            timestamp_with_time_zone("created_at"),
            uuid_null("created_by"),
        ],
        [],
    )
    .await?;
    unique(m, "item", &["code"]).await?;
    index(m, "item", &["pool", "state", "rule_code", "difficulty"]).await?;
    Ok(())
}

async fn item_version(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "item_version",
        [
            uuid("item_id"),
            integer("number"),
            text("kind"),
            text("stem"),
            text("options"),
            text("answer_key"),
            text("rationale"),
            text("scoring"),
            text("note"),
            uuid_null("author_id"),
            uuid_null("reviewer_id"),
            timestamp_with_time_zone("created_at"),
        ],
        [reference("item_version", "item_id", "item")],
    )
    .await?;
    unique(m, "item_version", &["item_id", "number"]).await?;
    Ok(())
}
