//! What a person was called, from a day on.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_name")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub surname: String,
    #[sea_orm(column_type = "Text")]
    pub given: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub patronymic: Option<String>,
    pub from_day: Date,
    pub recorded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
