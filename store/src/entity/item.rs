//! An item: one idea, tested in versions. Practice and exam pools never mix.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub rule_code: String,
    #[sea_orm(column_type = "Text")]
    pub competency: String,
    pub difficulty: i32,
    /// Centre | clinic | event.
    #[sea_orm(column_type = "Text")]
    pub venue: String,
    /// Items of one set never meet in one form.
    #[sea_orm(column_type = "Text", nullable)]
    pub enemy_set: Option<String>,
    /// Shipped | own.
    #[sea_orm(column_type = "Text")]
    pub origin: String,
    /// Practice | exam.
    #[sea_orm(column_type = "Text")]
    pub pool: String,
    /// Draft | review | pilot | live | retired.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub current_version_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub search_key: String,
    /// Counts changes, from 1.
    pub revision: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
