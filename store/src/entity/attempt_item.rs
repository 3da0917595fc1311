//! An item of a drawn form: what was asked, where, with its options in which order.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `attempt.id`
    pub attempt_id: Uuid,
    pub position: i32,
    /// `item.id`
    pub item_id: Uuid,
    /// `item_version.id`
    pub item_version_id: Uuid,
    /// The rule of the item when it was drawn.
    #[sea_orm(column_type = "Text")]
    pub rule_code: String,
    /// Single | multiple | ordering.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// JSON list of option indexes as shown.
    #[sea_orm(column_type = "Text")]
    pub option_order: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
