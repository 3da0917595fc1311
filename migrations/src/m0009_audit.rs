//! The audit log: rows, their erasable payloads, the chain over them, and what people are told.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, blob, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
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
        audit_entry(m).await?;
        audit_payload(m).await?;
        audit_link(m).await?;
        notice(m).await?;
        Ok(())
    }
}

async fn audit_entry(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "audit_entry",
        [
            timestamp_with_time_zone("at"),
            uuid_null("actor_id"),
            text("action"),
            text("subject_kind"),
            uuid_null("subject_id"),
            blob("payload_hash"),
            text("request_id"),
        ],
        [],
    )
    .await?;
    index(m, "audit_entry", &["at", "id"]).await?;
    index(m, "audit_entry", &["subject_id", "at"]).await?;
    index(m, "audit_entry", &["actor_id", "at"]).await?;
    Ok(())
}

async fn audit_payload(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "audit_payload",
        [uuid("entry_id"), blob("salt"), text("payload")],
        [reference("audit_payload", "entry_id", "audit_entry")],
    )
    .await?;
    unique(m, "audit_payload", &["entry_id"]).await?;
    Ok(())
}

async fn audit_link(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "audit_link",
        [big_integer("seq"), uuid("entry_id"), blob("chain_hash"), timestamp_with_time_zone("sealed_at")],
        [reference("audit_link", "entry_id", "audit_entry")],
    )
    .await?;
    unique(m, "audit_link", &["seq"]).await?;
    unique(m, "audit_link", &["entry_id"]).await?;
    Ok(())
}

async fn notice(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "notice",
        [
            uuid("person_id"),
            text("kind"),
            text("params"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone_null("read_at"),
        ],
        [reference("notice", "person_id", "person")],
    )
    .await?;
    index(m, "notice", &["person_id", "created_at"]).await?;
    Ok(())
}
