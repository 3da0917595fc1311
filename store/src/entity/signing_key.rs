//! An Ed25519 key, one in use a purpose; its secret half only wrapped with the secret key of the server.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Receipt | badge | checkpoint.
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    pub public: Vec<u8>,
    /// Nonce, then the secret half, sealed.
    pub wrapped: Vec<u8>,
    pub created_at: DateTimeUtc,
    /// From then on it signs nothing more; what it signed stays valid.
    pub retired_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
