//! Programmes, enrolments and progress.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    date_null, integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
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
        programme(m).await?;
        programme_version(m).await?;
        module(m).await?;
        lesson(m).await?;
        enrolment(m).await?;
        lesson_progress(m).await?;
        trainer_group(m).await?;
        trainer_group_member(m).await?;
        Ok(())
    }
}

async fn programme(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(m, "programme", [text("code"), text("title")], []).await?;
    unique(m, "programme", &["code"]).await?;
    Ok(())
}

async fn programme_version(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "programme_version",
        [
            uuid("programme_id"),
            integer("number"),
            text("state"),
            text("title"),
            text("summary"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone_null("published_at"),
        ],
        [reference("programme_version", "programme_id", "programme")],
    )
    .await?;
    unique(m, "programme_version", &["programme_id", "number"]).await?;
    Ok(())
}

async fn module(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "module",
        [
            uuid("version_id"),
            integer("position"),
            text("slug"),
            text("title"),
            text("summary"),
            text("rules"),
        ],
        [reference("module", "version_id", "programme_version")],
    )
    .await?;
    unique(m, "module", &["version_id", "position"]).await?;
    Ok(())
}

async fn lesson(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "lesson",
        [
            uuid("module_id"),
            integer("position"),
            text("code"),
            text("slug"),
            text("kind"),
            text("title"),
            text("summary"),
            integer("minutes"),
            text("rules"),
            text("body"),
            text("checks"),
        ],
        [reference("lesson", "module_id", "module")],
    )
    .await?;
    unique(m, "lesson", &["module_id", "position"]).await?;
    Ok(())
}

async fn enrolment(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "enrolment",
        [
            uuid("person_id"),
            uuid("programme_version_id"),
            uuid("candidacy_id"),
            text("basis"),
            uuid_null("enrolled_by"),
            timestamp_with_time_zone("enrolled_at"),
            date_null("due_day"),
        ],
        [
            reference("enrolment", "person_id", "person"),
            reference("enrolment", "programme_version_id", "programme_version"),
        ],
    )
    .await?;
    unique(m, "enrolment", &["candidacy_id"]).await?;
    index(m, "enrolment", &["person_id", "enrolled_at"]).await?;
    Ok(())
}

async fn lesson_progress(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "lesson_progress",
        [
            uuid("enrolment_id"),
            uuid("lesson_id"),
            timestamp_with_time_zone("opened_at"),
            timestamp_with_time_zone_null("done_at"),
            text_null("answers"),
        ],
        [
            reference("lesson_progress", "enrolment_id", "enrolment"),
            reference("lesson_progress", "lesson_id", "lesson"),
        ],
    )
    .await?;
    unique(m, "lesson_progress", &["enrolment_id", "lesson_id"]).await?;
    Ok(())
}

async fn trainer_group(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "trainer_group",
        [
            text("title"),
            uuid("trainer_id"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone_null("archived_at"),
        ],
        [reference("trainer_group", "trainer_id", "person")],
    )
    .await?;
    index(m, "trainer_group", &["trainer_id", "created_at"]).await?;
    Ok(())
}

async fn trainer_group_member(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "trainer_group_member",
        [
            uuid("group_id"),
            uuid("person_id"),
            timestamp_with_time_zone("added_at"),
            timestamp_with_time_zone_null("removed_at"),
        ],
        [
            reference("trainer_group_member", "group_id", "trainer_group"),
            reference("trainer_group_member", "person_id", "person"),
        ],
    )
    .await?;
    index(m, "trainer_group_member", &["group_id", "person_id"]).await?;
    unique_where(m, "trainer_group_member", &["group_id", "person_id"], Expr::col("removed_at").is_null())
        .await?;
    Ok(())
}
