//! Work and notices that are asked for once, and ways to find what ended long ago.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

use crate::portable::{index, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        job(m).await?;
        notice(m).await?;
        ended(m).await?;
        Ok(())
    }
}

/// The key was unique among queued jobs only: a job that waits for another try could have met its twin.
async fn job(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    m.drop_index(Index::drop().name("uqw_job_dedup_key").table("job").to_owned()).await?;
    unique(m, "job", &["dedup_key"]).await
}

async fn notice(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    m.alter_table(Table::alter().table("notice").add_column(text_null("dedup_key")).take()).await?;
    unique(m, "notice", &["dedup_key"]).await
}

async fn ended(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    index(m, "web_session", &["absolute_until"]).await?;
    index(m, "web_session", &["ended_at"]).await?;
    index(m, "login_code", &["expires_at"]).await?;
    index(m, "sign_in_pause", &["last_at"]).await?;
    index(m, "enrolment", &["due_day"]).await?;
    Ok(())
}
