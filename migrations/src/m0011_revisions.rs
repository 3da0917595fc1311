//! Items and drafts count their changes: of two who change the same one at once, the second is told.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::integer;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for changed in ["item", "rulebook_version", "test_version"] {
            let revision = integer("revision").default(1).take();
            m.alter_table(Table::alter().table(changed).add_column(revision).take()).await?;
        }
        Ok(())
    }
}
