//! Who decided what on which basis, with the person as they were.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `candidacy.id`
    pub candidacy_id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    /// `certification_version.id`
    pub certification_version_id: Uuid,
    /// Granted | refused.
    #[sea_orm(column_type = "Text")]
    pub outcome: String,
    /// The attempt it rests on.
    pub attempt_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub automatic: bool,
    pub decided_by: Option<Uuid>,
    pub decided_at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub name_as_was: String,
    #[sea_orm(column_type = "Text")]
    pub position_as_was: String,
    #[sea_orm(column_type = "Text")]
    pub unit_as_was: String,
    pub unit_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
