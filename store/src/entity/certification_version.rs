//! Requirements, validity and who decides; frozen once published.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certification_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `certification.id`
    pub certification_id: Uuid,
    pub number: i32,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// `programme_version.id`
    pub programme_version_id: Uuid,
    /// `test.id`
    pub test_id: Uuid,
    pub validity_months: i32,
    pub renewal_window_days: i32,
    pub distinction_bp: i32,
    /// Person | automatic.
    #[sea_orm(column_type = "Text")]
    pub decision: String,
    #[sea_orm(column_type = "Text")]
    pub scheme: String,
    pub created_at: DateTimeUtc,
    pub published_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
