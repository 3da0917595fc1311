//! What a regrade does to an attempt: the score that it prepared, and the one that this replaces.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "regrade_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `regrade.id`
    pub regrade_id: Uuid,
    /// `attempt.id`
    pub attempt_id: Uuid,
    /// `grading_run.id`: the new score.
    pub grading_run_id: Uuid,
    /// `grading_run.id`: the score that was current when it was prepared.
    pub replaced_run_id: Uuid,
    /// Unchanged | `moved` | `now_passes` | `now_fails`.
    #[sea_orm(column_type = "Text")]
    pub effect: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
