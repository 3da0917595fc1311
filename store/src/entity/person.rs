//! A person, once for life: never deleted, dismissal is the end of an employment.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub surname: String,
    #[sea_orm(column_type = "Text")]
    pub given: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub patronymic: Option<String>,
    /// Folded "surname given patronymic", the order of every list of people.
    #[sea_orm(column_type = "Text")]
    pub sort_key: String,
    /// Folded names and personnel numbers, searched with LIKE on both engines.
    #[sea_orm(column_type = "Text")]
    pub search_key: String,
    /// Extra time in tests that the profile grants, 0 to 300.
    pub extra_time_percent: i32,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
