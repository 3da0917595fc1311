//! Blueprint and conditions; frozen once published.
//!
//! Record: rows are added, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `test.id`
    pub test_id: Uuid,
    pub number: i32,
    /// Draft | published.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// `rulebook_version.id`
    pub rulebook_version_id: Uuid,
    /// JSON cells rule x difficulty.
    #[sea_orm(column_type = "Text")]
    pub blueprint: String,
    pub limit_minutes: i32,
    /// Basis points of all points.
    pub pass_bp: i32,
    /// Basis points of the points of each rule.
    pub rule_pass_bp: i32,
    /// 0 means without limit.
    pub attempts_max: i32,
    pub pause_days: i32,
    pub grace_seconds: i32,
    /// `On_demand` | `session_only`.
    #[sea_orm(column_type = "Text")]
    pub availability: String,
    /// What was met in so many attempts before is drawn last.
    pub unseen_attempts: i32,
    /// Basis points of recent starts.
    pub exposure_cap_bp: i32,
    /// Published in the knowledge that shipped items are public.
    pub shipped_items_warned: bool,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// Counts changes, from 1.
    pub revision: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<Uuid>,
    pub published_at: Option<DateTimeUtc>,
    pub published_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
