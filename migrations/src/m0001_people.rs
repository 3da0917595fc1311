//! People: who works where, and since when. Heads: person. Records: `person_name`, employment (its end is set once).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{date, date_null, integer, text, text_null, timestamp_with_time_zone, uuid};

use crate::portable::{index, reference, table, unique, unique_where};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        person(m).await?;
        person_name(m).await?;
        org_unit(m).await?;
        org_unit_parent(m).await?;
        position(m).await?;
        employment(m).await?;
        Ok(())
    }
}

async fn person(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "person",
        [
            text("surname"),
            text("given"),
            text_null("patronymic"),
            text("sort_key"),
            text("search_key"),
            integer("extra_time_percent"),
            timestamp_with_time_zone("created_at"),
        ],
        [],
    )
    .await?;
    index(m, "person", &["sort_key", "id"]).await?;
    Ok(())
}

async fn person_name(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "person_name",
        [
            uuid("person_id"),
            text("surname"),
            text("given"),
            text_null("patronymic"),
            date("from_day"),
            timestamp_with_time_zone("recorded_at"),
        ],
        [reference("person_name", "person_id", "person")],
    )
    .await?;
    index(m, "person_name", &["person_id", "from_day"]).await?;
    Ok(())
}

async fn org_unit(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "org_unit",
        [
            text("code"),
            text("kind"),
            text("name"),
            text("short"),
            text("search_key"),
            timestamp_with_time_zone("created_at"),
        ],
        [],
    )
    .await?;
    unique(m, "org_unit", &["code"]).await?;
    Ok(())
}

async fn org_unit_parent(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "org_unit_parent",
        [uuid("unit_id"), uuid("parent_id"), date("from_day"), date_null("until_day")],
        [
            reference("org_unit_parent", "unit_id", "org_unit"),
            reference("org_unit_parent", "parent_id", "org_unit"),
        ],
    )
    .await?;
    index(m, "org_unit_parent", &["unit_id", "from_day"]).await?;
    Ok(())
}

async fn position(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(m, "position", [text("code"), integer("rank"), text("title"), text_null("certification_code")], [])
        .await?;
    unique(m, "position", &["code"]).await?;
    Ok(())
}

async fn employment(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "employment",
        [
            uuid("person_id"),
            text("personnel_number"),
            uuid("unit_id"),
            uuid("position_id"),
            date("from_day"),
            date_null("until_day"),
            timestamp_with_time_zone("recorded_at"),
        ],
        [
            reference("employment", "person_id", "person"),
            reference("employment", "unit_id", "org_unit"),
            reference("employment", "position_id", "position"),
        ],
    )
    .await?;
    index(m, "employment", &["person_id", "from_day"]).await?;
    index(m, "employment", &["unit_id", "person_id"]).await?;
    unique_where(m, "employment", &["personnel_number"], Expr::col("until_day").is_null()).await?;
    Ok(())
}
