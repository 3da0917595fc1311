//! Certification: candidacies, decisions, periods.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, date, integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
    uuid_null,
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
        certification(m).await?;
        certification_version(m).await?;
        candidacy(m).await?;
        decision(m).await?;
        period(m).await?;
        period_event(m).await?;
        Ok(())
    }
}

async fn certification(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(m, "certification", [text("code"), text("title")], []).await?;
    unique(m, "certification", &["code"]).await?;
    Ok(())
}

async fn certification_version(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "certification_version",
        [
            uuid("certification_id"),
            integer("number"),
            text("state"),
            uuid("programme_version_id"),
            uuid("test_id"),
            integer("validity_months"),
            integer("renewal_window_days"),
            integer("distinction_bp"),
            text("decision"),
            text("scheme"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone_null("published_at"),
        ],
        [
            reference("certification_version", "certification_id", "certification"),
            reference("certification_version", "programme_version_id", "programme_version"),
            reference("certification_version", "test_id", "test"),
        ],
    )
    .await?;
    unique(m, "certification_version", &["certification_id", "number"]).await?;
    Ok(())
}

async fn candidacy(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "candidacy",
        [
            uuid("person_id"),
            uuid("certification_id"),
            uuid("certification_version_id"),
            text("kind"),
            timestamp_with_time_zone("opened_at"),
            uuid_null("opened_by"),
            timestamp_with_time_zone_null("admitted_at"),
            timestamp_with_time_zone_null("ready_at"),
            timestamp_with_time_zone_null("closed_at"),
            text_null("outcome"),
        ],
        [
            reference("candidacy", "person_id", "person"),
            reference("candidacy", "certification_id", "certification"),
            reference("candidacy", "certification_version_id", "certification_version"),
        ],
    )
    .await?;
    unique_where(m, "candidacy", &["person_id", "certification_id"], Expr::col("closed_at").is_null())
        .await?;
    index(m, "candidacy", &["ready_at", "id"]).await?;
    Ok(())
}

async fn decision(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "decision",
        [
            uuid("candidacy_id"),
            uuid("person_id"),
            uuid("certification_version_id"),
            text("outcome"),
            uuid_null("attempt_id"),
            text("reason"),
            boolean("automatic"),
            uuid_null("decided_by"),
            timestamp_with_time_zone("decided_at"),
            text("name_as_was"),
            text("position_as_was"),
            text("unit_as_was"),
            uuid_null("unit_id"),
        ],
        [
            reference("decision", "candidacy_id", "candidacy"),
            reference("decision", "person_id", "person"),
            reference("decision", "certification_version_id", "certification_version"),
        ],
    )
    .await?;
    unique(m, "decision", &["candidacy_id"]).await?;
    Ok(())
}

async fn period(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "period",
        [
            uuid("person_id"),
            uuid("certification_id"),
            uuid("certification_version_id"),
            uuid("decision_id"),
            date("from_day"),
            date("until_day"),
            uuid_null("decided_by"),
            timestamp_with_time_zone("recorded_at"),
        ],
        [
            reference("period", "person_id", "person"),
            reference("period", "certification_id", "certification"),
            reference("period", "certification_version_id", "certification_version"),
            reference("period", "decision_id", "decision"),
        ],
    )
    .await?;
    index(m, "period", &["person_id", "certification_id", "until_day"]).await?;
    index(m, "period", &["certification_id", "until_day"]).await?;
    unique(m, "period", &["decision_id"]).await?;
    Ok(())
}

async fn period_event(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "period_event",
        [
            uuid("period_id"),
            text("kind"),
            date("effective_from"),
            text("reason"),
            text("basis"),
            uuid_null("recorded_by"),
            timestamp_with_time_zone("recorded_at"),
        ],
        [reference("period_event", "period_id", "period")],
    )
    .await?;
    index(m, "period_event", &["period_id", "effective_from"]).await?;
    Ok(())
}
