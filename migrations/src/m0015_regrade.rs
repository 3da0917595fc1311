//! Regrades, what each does to which attempt, and certificates that a regrade has put in doubt.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::portable::{index, reference, table, unique, unique_where};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        regrade(m).await?;
        regrade_run(m).await?;
        doubt(m).await?;
        // Two who revoke a certificate at once: the second is told.
        unique_where(m, "period_event", &["period_id"], Expr::col("kind").eq("revoked")).await?;
        Ok(())
    }
}

async fn regrade(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "regrade",
        [
            uuid("item_version_id"),
            text("change"),
            text("reason"),
            uuid("prepared_by"),
            timestamp_with_time_zone("prepared_at"),
            text("state"),
            uuid_null("decided_by"),
            timestamp_with_time_zone_null("decided_at"),
            text_null("note"),
        ],
        [reference("regrade", "item_version_id", "item_version")],
    )
    .await?;
    // One that waits for a decision, of each item version.
    unique_where(m, "regrade", &["item_version_id"], Expr::col("state").eq("prepared")).await?;
    index(m, "regrade", &["state", "decided_at"]).await?;
    index(m, "regrade", &["prepared_at", "id"]).await?;
    Ok(())
}

async fn regrade_run(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "regrade_run",
        [
            uuid("regrade_id"),
            uuid("attempt_id"),
            uuid("grading_run_id"),
            uuid("replaced_run_id"),
            text("effect"),
        ],
        [
            reference("regrade_run", "regrade_id", "regrade"),
            reference("regrade_run", "attempt_id", "attempt"),
            reference("regrade_run", "grading_run_id", "grading_run"),
            reference("regrade_run", "replaced_run_id", "grading_run"),
        ],
    )
    .await?;
    unique(m, "regrade_run", &["regrade_id", "attempt_id"]).await?;
    unique(m, "regrade_run", &["grading_run_id"]).await?;
    index(m, "regrade_run", &["attempt_id"]).await?;
    Ok(())
}

async fn doubt(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "doubt",
        [
            uuid("regrade_id"),
            uuid("period_id"),
            uuid("attempt_id"),
            uuid("person_id"),
            text("state"),
            timestamp_with_time_zone("raised_at"),
            uuid_null("decided_by"),
            timestamp_with_time_zone_null("decided_at"),
            text_null("reason"),
        ],
        [
            reference("doubt", "regrade_id", "regrade"),
            reference("doubt", "period_id", "period"),
            reference("doubt", "attempt_id", "attempt"),
            reference("doubt", "person_id", "person"),
        ],
    )
    .await?;
    unique(m, "doubt", &["regrade_id", "period_id"]).await?;
    unique_where(m, "doubt", &["period_id"], Expr::col("state").eq("open")).await?;
    index(m, "doubt", &["state", "raised_at", "id"]).await?;
    index(m, "doubt", &["person_id"]).await?;
    Ok(())
}
