//! Keys that sign, wrapped with the secret key, and the receipts of finished attempts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid};

use crate::portable::{reference, table, unique, unique_where};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        signing_key(m).await?;
        receipt(m).await?;
        Ok(())
    }
}

async fn signing_key(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "signing_key",
        [
            text("purpose"),
            blob("public"),
            blob("wrapped"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone_null("retired_at"),
        ],
        [],
    )
    .await?;
    // Two servers that make the first key at once end with one.
    unique_where(m, "signing_key", &["purpose"], Expr::col("retired_at").is_null()).await?;
    Ok(())
}

async fn receipt(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "receipt",
        [
            uuid("attempt_id"),
            text("body"),
            blob("signature"),
            uuid("signing_key_id"),
            timestamp_with_time_zone("issued_at"),
        ],
        [
            reference("receipt", "attempt_id", "attempt"),
            reference("receipt", "signing_key_id", "signing_key"),
        ],
    )
    .await?;
    unique(m, "receipt", &["attempt_id"]).await?;
    Ok(())
}
