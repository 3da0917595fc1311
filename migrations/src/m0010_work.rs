//! Work to be done later, settings, and facts about this database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid_null,
};

use crate::portable::{index, table, unique, unique_where};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        job(m).await?;
        setting(m).await?;
        fact(m).await?;
        Ok(())
    }
}

async fn job(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "job",
        [
            text("name"),
            text("payload"),
            text("state"),
            timestamp_with_time_zone("run_at"),
            integer("tries"),
            timestamp_with_time_zone_null("lease_until"),
            text_null("last_error"),
            text_null("dedup_key"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone_null("finished_at"),
        ],
        [],
    )
    .await?;
    index(m, "job", &["state", "run_at"]).await?;
    unique_where(m, "job", &["dedup_key"], Expr::col("state").eq("queued")).await?;
    Ok(())
}

async fn setting(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "setting",
        [
            text("key"),
            text("value"),
            integer("version"),
            uuid_null("set_by"),
            timestamp_with_time_zone("set_at"),
        ],
        [],
    )
    .await?;
    unique(m, "setting", &["key", "version"]).await?;
    Ok(())
}

async fn fact(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(m, "fact", [text("key"), text("value")], []).await?;
    unique(m, "fact", &["key"]).await?;
    Ok(())
}
