//! A role of a person, over a unit and all below it (none: the whole city); revoked, never deleted.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub role: String,
    /// `org_unit.id`
    pub unit_id: Option<Uuid>,
    pub granted_by: Option<Uuid>,
    pub granted_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    pub revoked_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
