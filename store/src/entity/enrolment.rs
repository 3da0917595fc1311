//! A person on a programme version, by rule or by hand, for one candidacy.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enrolment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    /// `programme_version.id`
    pub programme_version_id: Uuid,
    pub candidacy_id: Uuid,
    /// Hand | rule | seed.
    #[sea_orm(column_type = "Text")]
    pub basis: String,
    pub enrolled_by: Option<Uuid>,
    pub enrolled_at: DateTimeUtc,
    pub due_day: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
