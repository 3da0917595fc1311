//! One cycle of one person for one certification version.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "candidacy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    /// `certification.id`
    pub certification_id: Uuid,
    /// `certification_version.id`
    pub certification_version_id: Uuid,
    /// First | renewal | repeat.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub opened_at: DateTimeUtc,
    pub opened_by: Option<Uuid>,
    /// The programme was finished.
    pub admitted_at: Option<DateTimeUtc>,
    /// All requirements were met.
    pub ready_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    /// Certified | refused | withdrawn.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
