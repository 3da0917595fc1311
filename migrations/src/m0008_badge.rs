//! Badges: what a person wears and a stranger checks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
    uuid_null,
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
        award(m).await?;
        Ok(())
    }
}

async fn award(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "award",
        [
            text("serial"),
            integer("number"),
            uuid("person_id"),
            uuid("period_id"),
            uuid("decision_id"),
            timestamp_with_time_zone("awarded_at"),
            uuid_null("awarded_by"),
            text("given_as_was"),
            text_null("patronymic_as_was"),
            text("surname_as_was"),
            text("position_as_was"),
            text("unit_as_was"),
            boolean("with_distinction"),
            timestamp_with_time_zone_null("handed_over_at"),
            uuid_null("handed_over_by"),
            timestamp_with_time_zone_null("withdrawn_at"),
        ],
        [
            reference("award", "person_id", "person"),
            reference("award", "period_id", "period"),
            reference("award", "decision_id", "decision"),
        ],
    )
    .await?;
    unique(m, "award", &["serial"]).await?;
    unique(m, "award", &["number"]).await?;
    unique(m, "award", &["period_id"]).await?;
    index(m, "award", &["person_id", "awarded_at"]).await?;
    Ok(())
}
