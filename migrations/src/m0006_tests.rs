//! Tests, attempts, the journal of answers, and results.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, blob, boolean, integer, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
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
        test(m).await?;
        test_version(m).await?;
        draw_pool(m).await?;
        attempt(m).await?;
        attempt_item(m).await?;
        attempt_writer(m).await?;
        answer_event(m).await?;
        grading_run(m).await?;
        Ok(())
    }
}

async fn test(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(m, "test", [text("code"), text("kind"), text("title"), uuid_null("current_version_id")], [])
        .await?;
    unique(m, "test", &["code"]).await?;
    Ok(())
}

async fn test_version(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "test_version",
        [
            uuid("test_id"),
            integer("number"),
            text("state"),
            uuid("rulebook_version_id"),
            text("blueprint"),
            integer("limit_minutes"),
            integer("pass_bp"),
            integer("rule_pass_bp"),
            integer("attempts_max"),
            integer("pause_days"),
            integer("grace_seconds"),
            text("availability"),
            boolean("shipped_items_warned"),
            text("note"),
            timestamp_with_time_zone("created_at"),
            uuid_null("created_by"),
            timestamp_with_time_zone_null("published_at"),
            uuid_null("published_by"),
        ],
        [
            reference("test_version", "test_id", "test"),
            reference("test_version", "rulebook_version_id", "rulebook_version"),
        ],
    )
    .await?;
    unique(m, "test_version", &["test_id", "number"]).await?;
    Ok(())
}

async fn draw_pool(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(m, "draw_pool", [blob("digest"), text("content"), timestamp_with_time_zone("created_at")], [])
        .await?;
    unique(m, "draw_pool", &["digest"]).await?;
    Ok(())
}

#[expect(clippy::large_stack_arrays, reason = "a table is described once, at start-up")]
async fn attempt(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "attempt",
        [
            uuid("test_id"),
            uuid("test_version_id"),
            uuid("person_id"),
            uuid_null("candidacy_id"),
            integer("number"),
            blob("seed"),
            uuid("draw_pool_id"),
            text("state"),
            timestamp_with_time_zone("started_at"),
            timestamp_with_time_zone("deadline_at"),
            integer("grace_seconds"),
            integer("extra_percent"),
            big_integer("extension_ms"),
            big_integer("paused_ms"),
            timestamp_with_time_zone_null("paused_at"),
            timestamp_with_time_zone_null("aside_until"),
            text_null("aside_why"),
            timestamp_with_time_zone_null("finished_at"),
            text_null("finish_cause"),
            timestamp_with_time_zone("consent_at"),
            big_integer("last_ord"),
            blob("journal_hash"),
            uuid("writer"),
            big_integer("writer_seq"),
            text("lease_kind"),
            uuid("lease_session"),
            timestamp_with_time_zone("lease_since"),
            text("name_as_was"),
            text("position_as_was"),
            text("unit_as_was"),
            uuid_null("unit_id"),
        ],
        [
            reference("attempt", "test_id", "test"),
            reference("attempt", "test_version_id", "test_version"),
            reference("attempt", "person_id", "person"),
            reference("attempt", "draw_pool_id", "draw_pool"),
        ],
    )
    .await?;
    unique_where(m, "attempt", &["person_id", "test_id"], Expr::col("state").eq("open")).await?;
    index(m, "attempt", &["candidacy_id", "number"]).await?;
    index(m, "attempt", &["state", "deadline_at"]).await?;
    index(m, "attempt", &["person_id", "started_at"]).await?;
    Ok(())
}

async fn attempt_item(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "attempt_item",
        [
            uuid("attempt_id"),
            integer("position"),
            uuid("item_id"),
            uuid("item_version_id"),
            text("rule_code"),
            text("kind"),
            text("option_order"),
        ],
        [
            reference("attempt_item", "attempt_id", "attempt"),
            reference("attempt_item", "item_id", "item"),
            reference("attempt_item", "item_version_id", "item_version"),
        ],
    )
    .await?;
    unique(m, "attempt_item", &["attempt_id", "position"]).await?;
    index(m, "attempt_item", &["item_id", "attempt_id"]).await?;
    Ok(())
}

async fn attempt_writer(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "attempt_writer",
        [
            uuid("attempt_id"),
            integer("number"),
            text("kind"),
            uuid("web_session_id"),
            timestamp_with_time_zone("since"),
            big_integer("acked_seq"),
        ],
        [reference("attempt_writer", "attempt_id", "attempt")],
    )
    .await?;
    unique(m, "attempt_writer", &["attempt_id", "number"]).await?;
    Ok(())
}

async fn answer_event(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "answer_event",
        [
            uuid("attempt_id"),
            uuid("writer"),
            big_integer("seq"),
            big_integer("ord"),
            integer("position"),
            text("value"),
            text("verdict"),
            text_null("code"),
            boolean("conflict"),
            timestamp_with_time_zone("received_at"),
            blob("chain_hash"),
        ],
        [reference("answer_event", "attempt_id", "attempt")],
    )
    .await?;
    unique(m, "answer_event", &["attempt_id", "ord"]).await?;
    unique_where(m, "answer_event", &["attempt_id", "writer", "seq"], Expr::col("conflict").eq(false))
        .await?;
    Ok(())
}

async fn grading_run(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "grading_run",
        [
            uuid("attempt_id"),
            integer("number"),
            text("cause"),
            integer("points"),
            integer("points_max"),
            boolean("passed"),
            text("per_rule"),
            text("per_item"),
            text("computed_from"),
            boolean("current"),
            timestamp_with_time_zone("created_at"),
        ],
        [reference("grading_run", "attempt_id", "attempt")],
    )
    .await?;
    unique(m, "grading_run", &["attempt_id", "number"]).await?;
    unique_where(m, "grading_run", &["attempt_id"], Expr::col("current").eq(true)).await?;
    Ok(())
}
