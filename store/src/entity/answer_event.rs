//! The journal: everything a candidate's browser ever sent, with its verdict.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "answer_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `attempt.id`
    pub attempt_id: Uuid,
    pub writer: Uuid,
    pub seq: i64,
    pub ord: i64,
    pub position: i32,
    /// As received, canonical JSON.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    #[sea_orm(column_type = "Text")]
    pub verdict: String,
    /// Why it was refused.
    #[sea_orm(column_type = "Text", nullable)]
    pub code: Option<String>,
    /// Same writer and seq as another event, other body.
    pub conflict: bool,
    pub received_at: DateTimeUtc,
    pub chain_hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
