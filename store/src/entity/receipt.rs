//! What a candidate takes away from a finished attempt: a text and its signature.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `attempt.id`
    pub attempt_id: Uuid,
    /// As it was signed, byte for byte.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub signature: Vec<u8>,
    /// `signing_key.id`
    pub signing_key_id: Uuid,
    pub issued_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
