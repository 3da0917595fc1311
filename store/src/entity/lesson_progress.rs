//! How far a person came in a lesson.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lesson_progress")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `enrolment.id`
    pub enrolment_id: Uuid,
    /// `lesson.id`
    pub lesson_id: Uuid,
    pub opened_at: DateTimeUtc,
    pub done_at: Option<DateTimeUtc>,
    /// JSON of the last self-check.
    #[sea_orm(column_type = "Text", nullable)]
    pub answers: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
