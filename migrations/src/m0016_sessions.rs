//! Exam sessions: seats, incidents, networks, and changes of an attempt's time.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, integer, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::portable::{index, reference, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        exam_session(m).await?;
        exam_seat(m).await?;
        incident(m).await?;
        network(m).await?;
        time_change(m).await?;
        attempt(m).await?;
        Ok(())
    }
}

async fn exam_session(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "exam_session",
        [
            text("title"),
            uuid("test_id"),
            uuid("test_version_id"),
            uuid("unit_id"),
            text("place"),
            timestamp_with_time_zone("opens_at"),
            timestamp_with_time_zone("closes_at"),
            text("state"),
            uuid("created_by"),
            timestamp_with_time_zone("created_at"),
            uuid_null("closed_by"),
            timestamp_with_time_zone_null("closed_at"),
            text("note"),
        ],
        [
            reference("exam_session", "test_id", "test"),
            reference("exam_session", "test_version_id", "test_version"),
            reference("exam_session", "unit_id", "org_unit"),
            reference("exam_session", "created_by", "person"),
            reference("exam_session", "closed_by", "person"),
        ],
    )
    .await?;
    index(m, "exam_session", &["unit_id", "opens_at"]).await?;
    index(m, "exam_session", &["test_id", "state"]).await?;
    Ok(())
}

async fn exam_seat(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "exam_seat",
        [
            uuid("session_id"),
            uuid("person_id"),
            uuid_null("candidacy_id"),
            timestamp_with_time_zone("added_at"),
            uuid("added_by"),
            timestamp_with_time_zone_null("identity_checked_at"),
            uuid_null("identity_checked_by"),
            integer("wrong_codes"),
            timestamp_with_time_zone_null("unlocked_at"),
            uuid_null("unlocked_by"),
            uuid_null("attempt_id"),
        ],
        [
            reference("exam_seat", "session_id", "exam_session"),
            reference("exam_seat", "person_id", "person"),
            reference("exam_seat", "attempt_id", "attempt"),
        ],
    )
    .await?;
    unique(m, "exam_seat", &["session_id", "person_id"]).await?;
    index(m, "exam_seat", &["person_id", "session_id"]).await?;
    Ok(())
}

async fn incident(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "incident",
        [
            uuid("session_id"),
            uuid_null("person_id"),
            text("kind"),
            text("text"),
            uuid("by"),
            timestamp_with_time_zone("at"),
        ],
        [
            reference("incident", "session_id", "exam_session"),
            reference("incident", "person_id", "person"),
            reference("incident", "by", "person"),
        ],
    )
    .await?;
    index(m, "incident", &["session_id", "at"]).await?;
    Ok(())
}

async fn network(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "network",
        [uuid("unit_id"), text("name"), text("cidr")],
        [reference("network", "unit_id", "org_unit")],
    )
    .await?;
    unique(m, "network", &["unit_id", "cidr"]).await?;
    Ok(())
}

async fn time_change(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "time_change",
        [
            uuid("attempt_id"),
            text("kind"),
            big_integer("ms"),
            text("reason"),
            text("scope"),
            uuid("by"),
            timestamp_with_time_zone("at"),
        ],
        [reference("time_change", "attempt_id", "attempt"), reference("time_change", "by", "person")],
    )
    .await?;
    index(m, "time_change", &["attempt_id", "at"]).await?;
    Ok(())
}

async fn attempt(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let added = uuid_null("exam_session_id");
    m.alter_table(Table::alter().table("attempt").add_column(added).take()).await?;
    index(m, "attempt", &["exam_session_id", "person_id"]).await?;
    Ok(())
}
