//! A lesson of a module.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lesson")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `module.id`
    pub module_id: Uuid,
    pub position: i32,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub slug: String,
    /// Text | case | check | live | internship.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    pub minutes: i32,
    /// JSON list of rule codes.
    #[sea_orm(column_type = "Text")]
    pub rules: String,
    /// Markdown.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// JSON list of self-check questions.
    #[sea_orm(column_type = "Text")]
    pub checks: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
