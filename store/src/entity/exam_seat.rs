//! A candidate of an exam session.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exam_seat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `exam_session.id`
    pub session_id: Uuid,
    /// `person.id`: once in a session.
    pub person_id: Uuid,
    /// `candidacy.id`, as it was open when the seat was given.
    pub candidacy_id: Option<Uuid>,
    pub added_at: DateTimeUtc,
    /// `person.id`
    pub added_by: Uuid,
    pub identity_checked_at: Option<DateTimeUtc>,
    /// `person.id`
    pub identity_checked_by: Option<Uuid>,
    /// Since the last unlocking.
    pub wrong_codes: i32,
    pub unlocked_at: Option<DateTimeUtc>,
    /// `person.id`
    pub unlocked_by: Option<Uuid>,
    /// `attempt.id`
    pub attempt_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
