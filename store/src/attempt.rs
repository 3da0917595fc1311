//! Attempts, their forms and their journals.

mod begin;
mod form;
mod history;
mod journal;
mod lease;
mod result;
mod timed;

use domain::attempt::{Clockwork, Stored, Verdict};
use domain::draw::Seed;
use domain::id::{
    AttemptId, CandidacyId, ExamSessionId, Id, ItemId, ItemVersionId, PersonId, TestId, TestVersionId,
    UnitId, WebSessionId, WriterId,
};
use domain::journal::Link;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

pub use self::begin::{insert_attempt, insert_attempt_as_judged};
pub use self::form::{insert_slots, keep_pool, kept_pool, pool, slots, slots_of};
pub use self::history::{Scope, Tally, Unclosed, passed_in, tally};
pub use self::journal::{
    Advance, advance, advance_all, events_of, held, held_all, insert_events, journal, journals, late,
};
pub use self::lease::{
    LeaseKind, Writer, acknowledge, count_writers, insert_writer, insert_writer_at_end, take_lease, writers,
};
pub(crate) use self::result::read_score;
pub use self::result::{close, insert_grading, overdue, scores, set_aside};
pub use self::timed::{Change, changes_of, free_lease, in_scope, insert_changes, retime};
use crate::db::Conn;
use crate::entity::attempt;
use crate::fault::{Doing, coded, corrupt, number};

/// An attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Which test.
    pub test: TestId,
    /// In which version.
    pub version: TestVersionId,
    /// Whose.
    pub person: PersonId,
    /// For which candidacy; none for practice.
    pub candidacy: Option<CandidacyId>,
    /// From 1.
    pub number: u32,
    /// What the form was drawn with.
    pub seed: Seed,
    /// What it was drawn from.
    pub pool: Uuid,
    /// Open or finished.
    pub state: Stored,
    /// When it was started.
    pub started_at: Moment,
    /// By the one formula.
    pub deadline_at: Moment,
    /// After the deadline.
    pub grace_seconds: u32,
    /// Extra time of the profile at the start.
    pub extra_percent: u32,
    /// Time granted while sitting.
    pub extension_ms: i64,
    /// How long the clock stood still, pauses that have ended.
    pub paused_ms: i64,
    /// Since when it stands still; none while it runs.
    pub paused_at: Option<Moment>,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// person, deadline or proctor.
    pub finish_cause: Option<String>,
    /// How many events the journal has.
    pub last_ord: i64,
    /// The hash of the last one.
    pub journal_hash: Link,
    /// Who holds the lease.
    pub writer: WriterId,
    /// Everything of that writer has been received up to this number.
    pub writer_seq: i64,
    /// Whether the writer is a page's form or an island.
    pub lease_kind: LeaseKind,
    /// The web session that holds the lease.
    pub lease_session: WebSessionId,
    /// The exam session that it is sat in; none on demand.
    pub session: Option<ExamSessionId>,
    /// The person, as they were.
    pub as_was: AsWas,
}

impl Attempt {
    /// What decides its state.
    #[must_use]
    pub const fn clockwork(&self) -> Clockwork {
        Clockwork {
            stored: self.state,
            deadline: self.deadline_at,
            paused_at: self.paused_at,
            grace_seconds: self.grace_seconds,
        }
    }
}

/// A person as they were when something was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AsWas {
    /// Full name.
    pub name: String,
    /// Title of the position.
    pub position: String,
    /// Name of the unit.
    pub unit: String,
    /// The unit.
    pub unit_id: Option<UnitId>,
}

/// An item of a form.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its row.
    pub id: Uuid,
    /// The question, from 1.
    pub position: u32,
    /// The item.
    pub item: ItemId,
    /// In which version.
    pub version: ItemVersionId,
    /// The rule that it tested when it was drawn.
    pub rule: String,
    /// How it is answered.
    pub kind: domain::item::Kind,
    /// Option indexes as shown.
    pub order: Vec<u8>,
}

/// An event of the journal.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its row.
    pub id: Uuid,
    /// Who wrote it.
    pub writer: WriterId,
    /// The writer's number.
    pub seq: i64,
    /// The server's number.
    pub ord: i64,
    /// The question.
    pub position: u32,
    /// As received, canonical JSON.
    pub value: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Why it was refused; empty when it was not.
    pub code: String,
    /// When it arrived.
    pub received_at: Moment,
    /// The chain after it.
    pub link: Link,
}

const fn stored_code(state: Stored) -> &'static str {
    match state {
        Stored::Open => "open",
        Stored::Finished => "finished",
    }
}

fn stored(state: &str) -> Result<Stored, Fault> {
    match state {
        "open" => Ok(Stored::Open),
        "finished" => Ok(Stored::Finished),
        other => Err(corrupt("attempt", "state", &other)),
    }
}

fn bytes(column: &'static str, value: Vec<u8>) -> Result<[u8; 32], Fault> {
    value.try_into().map_err(|value: Vec<u8>| corrupt("attempt", column, &value.len()))
}

pub(crate) fn read(row: attempt::Model) -> Result<Attempt, Fault> {
    Ok(Attempt {
        id: Id::new(row.id),
        test: Id::new(row.test_id),
        version: Id::new(row.test_version_id),
        person: Id::new(row.person_id),
        candidacy: row.candidacy_id.map(Id::new),
        number: number("attempt", "number", row.number)?,
        seed: bytes("seed", row.seed)?,
        pool: row.draw_pool_id,
        state: stored(&row.state)?,
        started_at: row.started_at,
        deadline_at: row.deadline_at,
        grace_seconds: number("attempt", "grace_seconds", row.grace_seconds)?,
        extra_percent: number("attempt", "extra_percent", row.extra_percent)?,
        extension_ms: row.extension_ms,
        paused_ms: row.paused_ms,
        paused_at: row.paused_at,
        finished_at: row.finished_at,
        finish_cause: row.finish_cause,
        last_ord: row.last_ord,
        journal_hash: bytes("journal_hash", row.journal_hash)?,
        writer: Id::new(row.writer),
        writer_seq: row.writer_seq,
        lease_kind: coded("attempt", "lease_kind", &row.lease_kind, LeaseKind::of)?,
        lease_session: Id::new(row.lease_session),
        session: row.exam_session_id.map(Id::new),
        as_was: AsWas {
            name: row.name_as_was,
            position: row.position_as_was,
            unit: row.unit_as_was,
            unit_id: row.unit_id.map(Id::new),
        },
    })
}

/// Finds an attempt.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: AttemptId) -> Result<Option<Attempt>, Fault> {
    attempt::Entity::find_by_id(id.raw())
        .one(&conn.on())
        .await
        .doing("finding an attempt")?
        .map(read)
        .transpose()
}

/// The open attempt of a person at a test.
///
/// # Errors
/// A fault of the database.
pub async fn open_of(conn: &impl Conn, person: PersonId, test: TestId) -> Result<Option<Attempt>, Fault> {
    attempt::Entity::find()
        .filter(attempt::Column::PersonId.eq(person.raw()))
        .filter(attempt::Column::TestId.eq(test.raw()))
        .filter(attempt::Column::State.eq("open"))
        .one(&conn.on())
        .await
        .doing("finding an open attempt")?
        .map(read)
        .transpose()
}

/// Attempts of a person to be shown, the latest first; what they add up to is for [`tally`] to say.
///
/// # Errors
/// A fault of the database.
pub async fn of_person(conn: &impl Conn, person: PersonId) -> Result<Vec<Attempt>, Fault> {
    attempt::Entity::find()
        .filter(attempt::Column::PersonId.eq(person.raw()))
        .order_by_desc(attempt::Column::StartedAt)
        .order_by_desc(attempt::Column::Id)
        .limit(200)
        .all(&conn.on())
        .await
        .doing("reading attempts")?
        .into_iter()
        .map(read)
        .collect()
}
