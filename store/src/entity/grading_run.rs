//! Scores and what they were computed from; one is current.
//!
//! Record: rows are added, never changed; only which one is current moves on.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grading_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `attempt.id`
    pub attempt_id: Uuid,
    pub number: i32,
    /// Finish | regrade.
    #[sea_orm(column_type = "Text")]
    pub cause: String,
    pub points: i32,
    pub points_max: i32,
    pub passed: bool,
    /// JSON.
    #[sea_orm(column_type = "Text")]
    pub per_rule: String,
    /// JSON.
    #[sea_orm(column_type = "Text")]
    pub per_item: String,
    /// JSON.
    #[sea_orm(column_type = "Text")]
    pub computed_from: String,
    pub current: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
