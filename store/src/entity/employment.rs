//! One job of a person; its number is unique among open employments only.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "employment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub personnel_number: String,
    /// `org_unit.id`
    pub unit_id: Uuid,
    /// `position.id`
    pub position_id: Uuid,
    pub from_day: Date,
    pub until_day: Option<Date>,
    pub recorded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
