//! A sitting of many: place, window, test version.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exam_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// `test.id`
    pub test_id: Uuid,
    /// `test_version.id`: the current one until the session opens, and fixed from then on.
    pub test_version_id: Uuid,
    /// `org_unit.id`
    pub unit_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub place: String,
    pub opens_at: DateTimeUtc,
    pub closes_at: DateTimeUtc,
    /// Planned | open | closed.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// `person.id`
    pub created_by: Uuid,
    pub created_at: DateTimeUtc,
    /// `person.id`
    pub closed_by: Option<Uuid>,
    pub closed_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text")]
    pub note: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
