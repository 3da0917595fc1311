//! From a day until a day, both inclusive; never updated.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    /// `certification.id`
    pub certification_id: Uuid,
    /// `certification_version.id`
    pub certification_version_id: Uuid,
    /// `decision.id`
    pub decision_id: Uuid,
    pub from_day: Date,
    pub until_day: Date,
    pub decided_by: Option<Uuid>,
    pub recorded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
