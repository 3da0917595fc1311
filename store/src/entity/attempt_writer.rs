//! A name to write answers under: given at the start and at each take-over, in this order.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt_writer")]
pub struct Model {
    /// The writer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `attempt.id`
    pub attempt_id: Uuid,
    /// From 1: a later writer is a newer one.
    pub number: i32,
    /// Page | island.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// `web_session.id`; sessions are forgotten one day, the record stays.
    pub web_session_id: Uuid,
    pub since: DateTimeUtc,
    /// Everything of it has been received up to here; kept on `attempt` while it holds the lease.
    pub acked_seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
