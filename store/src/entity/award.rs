//! A badge: serial, ceremonial number, basis; hand-over is set once.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "award")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub serial: String,
    /// Ceremonial.
    pub number: i32,
    /// `person.id`
    pub person_id: Uuid,
    /// `period.id`
    pub period_id: Uuid,
    /// `decision.id`
    pub decision_id: Uuid,
    pub awarded_at: DateTimeUtc,
    pub awarded_by: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub given_as_was: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub patronymic_as_was: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub surname_as_was: String,
    #[sea_orm(column_type = "Text")]
    pub position_as_was: String,
    #[sea_orm(column_type = "Text")]
    pub unit_as_was: String,
    pub with_distinction: bool,
    pub handed_over_at: Option<DateTimeUtc>,
    pub handed_over_by: Option<Uuid>,
    pub withdrawn_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
