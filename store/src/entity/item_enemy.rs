//! Two items that never meet in one form, from a moment until a moment.
//!
//! Record: rows are added, never changed; the end is set once.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "item_enemy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `item.id`, the smaller of the two.
    pub item_a: Uuid,
    /// `item.id`
    pub item_b: Uuid,
    pub created_at: DateTimeUtc,
    pub created_by: Option<Uuid>,
    pub ended_at: Option<DateTimeUtc>,
    pub ended_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
