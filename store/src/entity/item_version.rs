//! What the candidate reads and what is right, as of one version.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "item_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `item.id`
    pub item_id: Uuid,
    pub number: i32,
    /// Single | multiple | ordering.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub stem: String,
    /// JSON list of texts; an option is its index.
    #[sea_orm(column_type = "Text")]
    pub options: String,
    /// JSON list of option indexes.
    #[sea_orm(column_type = "Text")]
    pub answer_key: String,
    #[sea_orm(column_type = "Text")]
    pub rationale: String,
    /// `All_or_nothing`.
    #[sea_orm(column_type = "Text")]
    pub scoring: String,
    /// What changed.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub author_id: Option<Uuid>,
    pub reviewer_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
