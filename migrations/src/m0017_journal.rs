//! Whether an event was received before is asked at every saved answer: by its writer's number.

use sea_orm_migration::prelude::*;

use crate::portable::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // The unique index leaves out conflicts, and a repeated conflict must be recognised as well.
        index(m, "answer_event", &["attempt_id", "writer", "seq"]).await
    }
}
