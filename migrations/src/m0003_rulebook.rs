//! The standard: versioned rules that everything else refers to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, integer, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::portable::{reference, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        rulebook(m).await?;
        rulebook_version(m).await?;
        rule(m).await?;
        Ok(())
    }
}

async fn rulebook(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(m, "rulebook", [text("code"), text("title")], []).await?;
    unique(m, "rulebook", &["code"]).await?;
    Ok(())
}

async fn rulebook_version(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "rulebook_version",
        [
            uuid("rulebook_id"),
            integer("number"),
            text("state"),
            text("note"),
            timestamp_with_time_zone("created_at"),
            uuid_null("created_by"),
            timestamp_with_time_zone_null("published_at"),
            uuid_null("published_by"),
        ],
        [reference("rulebook_version", "rulebook_id", "rulebook")],
    )
    .await?;
    unique(m, "rulebook_version", &["rulebook_id", "number"]).await?;
    Ok(())
}

async fn rule(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "rule",
        [
            uuid("version_id"),
            text("code"),
            integer("number"),
            text("title"),
            text("body"),
            text("indicators"),
            boolean("provisional"),
        ],
        [reference("rule", "version_id", "rulebook_version")],
    )
    .await?;
    unique(m, "rule", &["version_id", "code"]).await?;
    Ok(())
}
