//! Work that commits with the use case that asked for it.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// JSON.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// Queued | running | done | failed.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub run_at: DateTimeUtc,
    pub tries: i32,
    pub lease_until: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// What it is for, when that must not be asked for twice.
    #[sea_orm(column_type = "Text", nullable)]
    pub dedup_key: Option<String>,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
