//! A certificate that a regrade has put in doubt: it stays valid, and a person decides.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "doubt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `regrade.id`
    pub regrade_id: Uuid,
    /// `period.id`
    pub period_id: Uuid,
    /// `attempt.id`
    pub attempt_id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    /// Open | kept | revoked | settled.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub raised_at: DateTimeUtc,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
