//! A change of an attempt's time: an extension, the beginning or the end of a pause, a later end of its session.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "time_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `attempt.id`
    pub attempt_id: Uuid,
    /// Extension | pause | resume | window.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// How much time it gave; 0 for the beginning of a pause.
    pub ms: i64,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// One | room | centre.
    #[sea_orm(column_type = "Text")]
    pub scope: String,
    /// `person.id`
    pub by: Uuid,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
