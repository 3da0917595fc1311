//! Addresses from which exam sessions of a unit are sat.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "network")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `org_unit.id`
    pub unit_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// As `10.1.0.0/16` or `fd00::/8`.
    #[sea_orm(column_type = "Text")]
    pub cidr: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
