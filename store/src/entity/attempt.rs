//! One sitting of one test version by one person.
//!
//! Head: may be updated.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `test.id`
    pub test_id: Uuid,
    /// `test_version.id`
    pub test_version_id: Uuid,
    /// `person.id`
    pub person_id: Uuid,
    /// None for practice.
    pub candidacy_id: Option<Uuid>,
    /// Counts within the candidacy, or within the test for practice.
    pub number: i32,
    pub seed: Vec<u8>,
    /// `draw_pool.id`
    pub draw_pool_id: Uuid,
    /// Open | finished.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub started_at: DateTimeUtc,
    pub deadline_at: DateTimeUtc,
    pub grace_seconds: i32,
    pub extra_percent: i32,
    pub extension_ms: i64,
    pub paused_ms: i64,
    /// Since when the clock stands still.
    pub paused_at: Option<DateTimeUtc>,
    /// Closing it failed: not tried again before.
    pub aside_until: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub aside_why: Option<String>,
    pub finished_at: Option<DateTimeUtc>,
    /// Person | deadline | proctor.
    #[sea_orm(column_type = "Text", nullable)]
    pub finish_cause: Option<String>,
    pub consent_at: DateTimeUtc,
    pub last_ord: i64,
    /// Hash of the last event in the chain.
    pub journal_hash: Vec<u8>,
    /// Who holds the lease.
    pub writer: Uuid,
    /// Everything of that writer has been received up to here.
    pub writer_seq: i64,
    /// Page | island.
    #[sea_orm(column_type = "Text")]
    pub lease_kind: String,
    pub lease_session: Uuid,
    pub lease_since: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub name_as_was: String,
    #[sea_orm(column_type = "Text")]
    pub position_as_was: String,
    #[sea_orm(column_type = "Text")]
    pub unit_as_was: String,
    pub unit_id: Option<Uuid>,
    /// `exam_session.id`; none on demand.
    pub exam_session_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
