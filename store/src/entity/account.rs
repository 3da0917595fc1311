//! A login of its own, of one person.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    /// Folded.
    #[sea_orm(column_type = "Text")]
    pub login: String,
    /// Argon2id in PHC form; null until the first sign-in with a code.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    pub password_changed_at: Option<DateTimeUtc>,
    /// Active | disabled.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
