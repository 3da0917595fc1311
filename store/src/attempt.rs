//! Attempts, their forms and their journals.

use domain::attempt::{Stored, Timing, Verdict};
use domain::draw::Seed;
use domain::id::{
    AttemptId, CandidacyId, Id, ItemId, ItemVersionId, PersonId, TestId, TestVersionId, UnitId, WebSessionId,
    WriterId,
};
use domain::journal::Link;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{answer_event, attempt, attempt_item, draw_pool};
use crate::fault::{Doing, coded, corrupt, json, number, to_json};
use crate::query::{insert, insert_all};

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
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// person or deadline.
    pub finish_cause: Option<String>,
    /// How many events the journal has.
    pub last_ord: i64,
    /// The hash of the last one.
    pub journal_hash: Link,
    /// Who holds the lease.
    pub writer: WriterId,
    /// The last number of that writer.
    pub writer_seq: i64,
    /// Whether the writer is a page's form or an island.
    pub lease_kind: LeaseKind,
    /// The web session that holds the lease.
    pub lease_session: WebSessionId,
    /// The person, as they were.
    pub as_was: AsWas,
}

/// What holds the lease of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseKind {
    /// Forms of pages, from any tab of the web session.
    Page,
    /// One tab with scripts.
    Island,
}

impl LeaseKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Island => "island",
        }
    }

    fn of(code: &str) -> Option<Self> {
        match code {
            "page" => Some(Self::Page),
            "island" => Some(Self::Island),
            _ => None,
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

/// An item of a form, with the answer that counts now.
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
    /// Option indexes as answered.
    pub answer: Option<Vec<u8>>,
    /// Who answered.
    pub writer: Option<WriterId>,
    /// When.
    pub answered_at: Option<Moment>,
    /// Marked to look at again.
    pub marked: bool,
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
    /// When it arrived.
    pub received_at: Moment,
    /// The chain after it.
    pub link: Link,
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

fn read(row: attempt::Model) -> Result<Attempt, Fault> {
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
        finished_at: row.finished_at,
        finish_cause: row.finish_cause,
        last_ord: row.last_ord,
        journal_hash: bytes("journal_hash", row.journal_hash)?,
        writer: Id::new(row.writer),
        writer_seq: row.writer_seq,
        lease_kind: coded("attempt", "lease_kind", &row.lease_kind, LeaseKind::of)?,
        lease_session: Id::new(row.lease_session),
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

/// All attempts of a person, the latest first.
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

/// The items of a form, in the order shown.
///
/// # Errors
/// A fault of the database.
pub async fn slots(conn: &impl Conn, id: AttemptId) -> Result<Vec<Slot>, Fault> {
    attempt_item::Entity::find()
        .filter(attempt_item::Column::AttemptId.eq(id.raw()))
        .order_by_asc(attempt_item::Column::Position)
        .all(&conn.on())
        .await
        .doing("reading a form")?
        .into_iter()
        .map(read_slot)
        .collect()
}

/// Some items of a form by their positions.
///
/// # Errors
/// A fault of the database.
pub async fn slots_at(conn: &impl Conn, id: AttemptId, positions: &[u32]) -> Result<Vec<Slot>, Fault> {
    attempt_item::Entity::find()
        .filter(attempt_item::Column::AttemptId.eq(id.raw()))
        .filter(attempt_item::Column::Position.is_in(positions.iter().copied().map(i64::from)))
        .all(&conn.on())
        .await
        .doing("reading a question of a form")?
        .into_iter()
        .map(read_slot)
        .collect()
}

fn read_slot(row: attempt_item::Model) -> Result<Slot, Fault> {
    Ok(Slot {
        id: row.id,
        position: number("attempt_item", "position", row.position)?,
        item: Id::new(row.item_id),
        version: Id::new(row.item_version_id),
        rule: row.rule_code,
        kind: coded("attempt_item", "kind", &row.kind, domain::item::Kind::of)?,
        order: json("attempt_item", "option_order", &row.option_order)?,
        answer: row.answer.map(|answer| json("attempt_item", "answer", &answer)).transpose()?,
        writer: row.answer_writer.map(Id::new),
        answered_at: row.answered_at,
        marked: row.marked,
    })
}

/// Keeps what could be drawn, once for all attempts that drew from it.
///
/// # Errors
/// A fault of the database.
pub async fn keep_pool(
    tx: &Tx,
    id: Uuid,
    digest: Vec<u8>,
    content: impl FnOnce() -> Result<String, Fault> + Send,
    now: Moment,
) -> Result<Uuid, Fault> {
    let known = draw_pool::Entity::find()
        .select_only()
        .column(draw_pool::Column::Id)
        .filter(draw_pool::Column::Digest.eq(digest.clone()))
        .into_tuple::<Uuid>()
        .one(&tx.on())
        .await
        .doing("finding a pool")?;
    if let Some(known) = known {
        return Ok(known);
    }
    let row = draw_pool::ActiveModel {
        id: Set(id),
        digest: Set(digest.clone()),
        content: Set(content()?),
        created_at: Set(now),
    };
    draw_pool::Entity::insert(row)
        .on_conflict(OnConflict::column(draw_pool::Column::Digest).do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("keeping a pool")?;
    let kept = draw_pool::Entity::find()
        .filter(draw_pool::Column::Digest.eq(digest))
        .one(&tx.on())
        .await
        .doing("finding a pool")?;
    kept.map(|row| row.id).ok_or_else(|| Fault::new("keeping a pool", "it is not there"))
}

/// The candidates that a draw had.
///
/// # Errors
/// A fault of the database.
pub async fn pool(conn: &impl Conn, id: Uuid) -> Result<Option<Vec<domain::draw::Candidate>>, Fault> {
    let row = draw_pool::Entity::find_by_id(id).one(&conn.on()).await.doing("reading a pool")?;
    row.map(|row| json("draw_pool", "content", &row.content)).transpose()
}

/// Adds an attempt; false when the person has an open one at this test already.
///
/// # Errors
/// A fault of the database.
pub async fn insert_attempt(tx: &Tx, new: &Attempt, timing: &Timing) -> Result<bool, Fault> {
    let row = attempt::ActiveModel {
        id: Set(new.id.raw()),
        test_id: Set(new.test.raw()),
        test_version_id: Set(new.version.raw()),
        person_id: Set(new.person.raw()),
        candidacy_id: Set(new.candidacy.map(Id::raw)),
        number: Set(number("attempt", "number", new.number)?),
        seed: Set(new.seed.to_vec()),
        draw_pool_id: Set(new.pool),
        state: Set("open".to_owned()),
        started_at: Set(new.started_at),
        deadline_at: Set(new.deadline_at),
        grace_seconds: Set(number("attempt", "grace_seconds", new.grace_seconds)?),
        extra_percent: Set(number("attempt", "extra_percent", timing.extra_percent)?),
        extension_ms: Set(timing.extension_ms),
        paused_ms: Set(timing.paused_ms),
        finished_at: Set(None),
        finish_cause: Set(None),
        consent_at: Set(new.started_at),
        last_ord: Set(0),
        journal_hash: Set(new.journal_hash.to_vec()),
        writer: Set(new.writer.raw()),
        writer_seq: Set(0),
        lease_kind: Set(new.lease_kind.code().to_owned()),
        lease_session: Set(new.lease_session.raw()),
        lease_since: Set(new.started_at),
        name_as_was: Set(new.as_was.name.clone()),
        position_as_was: Set(new.as_was.position.clone()),
        unit_as_was: Set(new.as_was.unit.clone()),
        unit_id: Set(new.as_was.unit_id.map(Id::raw)),
    };
    let added = attempt::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("adding an attempt")?;
    Ok(added > 0)
}

/// Adds the items of a form.
///
/// # Errors
/// A fault of the database.
pub async fn insert_slots(tx: &Tx, attempt: AttemptId, slots: Vec<Slot>) -> Result<(), Fault> {
    let rows = slots
        .into_iter()
        .map(|slot| {
            Ok(attempt_item::Model {
                id: slot.id,
                attempt_id: attempt.raw(),
                position: number("attempt_item", "position", slot.position)?,
                item_id: slot.item.raw(),
                item_version_id: slot.version.raw(),
                rule_code: slot.rule,
                kind: slot.kind.code().to_owned(),
                option_order: to_json(&slot.order)?,
                answer: None,
                answer_ord: None,
                answer_writer: None,
                answered_at: None,
                marked: false,
            })
        })
        .collect::<Result<_, Fault>>()?;
    insert_all::<attempt_item::Model, attempt_item::ActiveModel>(tx, "adding a form", rows).await
}

/// The events of a writer with these numbers: has this been received before?
///
/// # Errors
/// A fault of the database.
pub async fn events_of(
    conn: &impl Conn,
    attempt: AttemptId,
    writer: WriterId,
    seqs: &[i64],
) -> Result<Vec<Event>, Fault> {
    answer_event::Entity::find()
        .filter(answer_event::Column::AttemptId.eq(attempt.raw()))
        .filter(answer_event::Column::Writer.eq(writer.raw()))
        .filter(answer_event::Column::Conflict.eq(false))
        .filter(answer_event::Column::Seq.is_in(seqs.iter().copied()))
        .all(&conn.on())
        .await
        .doing("looking for an event")?
        .into_iter()
        .map(read_event)
        .collect()
}

/// The whole journal, in the order of the chain.
///
/// # Errors
/// A fault of the database.
pub async fn journal(conn: &impl Conn, attempt: AttemptId) -> Result<Vec<Event>, Fault> {
    answer_event::Entity::find()
        .filter(answer_event::Column::AttemptId.eq(attempt.raw()))
        .order_by_asc(answer_event::Column::Ord)
        .all(&conn.on())
        .await
        .doing("reading a journal")?
        .into_iter()
        .map(read_event)
        .collect()
}

fn read_event(row: answer_event::Model) -> Result<Event, Fault> {
    Ok(Event {
        id: row.id,
        writer: Id::new(row.writer),
        seq: row.seq,
        ord: row.ord,
        position: number("answer_event", "position", row.position)?,
        value: row.value,
        verdict: coded("answer_event", "verdict", &row.verdict, Verdict::of)?,
        received_at: row.received_at,
        link: bytes("chain_hash", row.chain_hash)?,
    })
}

/// Takes the next places in the journal, if it is still as it was read; false when somebody was faster.
///
/// # Errors
/// A fault of the database.
pub async fn advance(
    tx: &Tx,
    attempt: &Attempt,
    last_ord: i64,
    journal_hash: Link,
    writer_seq: i64,
) -> Result<bool, Fault> {
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::LastOrd, Expr::value(last_ord))
        .col_expr(attempt::Column::JournalHash, Expr::value(journal_hash.to_vec()))
        .col_expr(attempt::Column::WriterSeq, Expr::value(writer_seq))
        .filter(attempt::Column::Id.eq(attempt.id.raw()))
        .filter(attempt::Column::LastOrd.eq(attempt.last_ord))
        .filter(attempt::Column::Writer.eq(attempt.writer.raw()))
        .exec(&tx.on())
        .await
        .doing("advancing a journal")?;
    Ok(done.rows_affected > 0)
}

/// Adds events to the journal.
///
/// # Errors
/// A fault of the database.
pub async fn insert_events(tx: &Tx, attempt: AttemptId, events: Vec<Event>) -> Result<(), Fault> {
    let rows = events
        .into_iter()
        .map(|event| {
            Ok(answer_event::Model {
                id: event.id,
                attempt_id: attempt.raw(),
                writer: event.writer.raw(),
                seq: event.seq,
                ord: event.ord,
                position: number("answer_event", "position", event.position)?,
                value: event.value,
                verdict: event.verdict.code().to_owned(),
                conflict: event.verdict == Verdict::Conflict,
                received_at: event.received_at,
                chain_hash: event.link.to_vec(),
            })
        })
        .collect::<Result<_, Fault>>()?;
    insert_all::<answer_event::Model, answer_event::ActiveModel>(tx, "adding to a journal", rows).await
}

/// Sets the answer that counts.
///
/// # Errors
/// A fault of the database.
pub async fn set_answer(
    tx: &Tx,
    slot: Uuid,
    answer: &[u8],
    ord: i64,
    writer: WriterId,
    now: Moment,
) -> Result<(), Fault> {
    // Taking an answer back leaves none.
    let stored = if answer.is_empty() { None } else { Some(to_json(&answer)?) };
    attempt_item::Entity::update_many()
        .col_expr(attempt_item::Column::Answer, Expr::value(stored))
        .col_expr(attempt_item::Column::AnswerOrd, Expr::value(ord))
        .col_expr(attempt_item::Column::AnswerWriter, Expr::value(writer.raw()))
        .col_expr(attempt_item::Column::AnsweredAt, Expr::value(now))
        .filter(attempt_item::Column::Id.eq(slot))
        .exec(&tx.on())
        .await
        .doing("setting an answer")?;
    Ok(())
}

/// Marks a question to look at again, or not.
///
/// # Errors
/// A fault of the database.
pub async fn set_mark(tx: &Tx, slot: Uuid, marked: bool) -> Result<(), Fault> {
    attempt_item::Entity::update_many()
        .col_expr(attempt_item::Column::Marked, Expr::value(marked))
        .filter(attempt_item::Column::Id.eq(slot))
        .exec(&tx.on())
        .await
        .doing("marking a question")?;
    Ok(())
}

/// Gives the lease to a writer and a web session, if it is still where it was read.
///
/// # Errors
/// A fault of the database.
pub async fn take_lease(
    tx: &Tx,
    attempt: &Attempt,
    writer: WriterId,
    kind: LeaseKind,
    session: WebSessionId,
    now: Moment,
) -> Result<bool, Fault> {
    // A writer that keeps its name goes on counting; a new one starts at 0.
    let seq = if writer == attempt.writer { attempt.writer_seq } else { 0 };
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::Writer, Expr::value(writer.raw()))
        .col_expr(attempt::Column::WriterSeq, Expr::value(seq))
        .col_expr(attempt::Column::LeaseKind, Expr::value(kind.code()))
        .col_expr(attempt::Column::LeaseSession, Expr::value(session.raw()))
        .col_expr(attempt::Column::LeaseSince, Expr::value(now))
        .filter(attempt::Column::Id.eq(attempt.id.raw()))
        .filter(attempt::Column::Writer.eq(attempt.writer.raw()))
        .filter(attempt::Column::State.eq("open"))
        .exec(&tx.on())
        .await
        .doing("taking a lease")?;
    Ok(done.rows_affected > 0)
}

/// Closes an attempt; false when it was closed already.
///
/// # Errors
/// A fault of the database.
pub async fn close(tx: &Tx, id: AttemptId, cause: &str, at: Moment) -> Result<bool, Fault> {
    let done = attempt::Entity::update_many()
        .col_expr(attempt::Column::State, Expr::value("finished"))
        .col_expr(attempt::Column::FinishedAt, Expr::value(at))
        .col_expr(attempt::Column::FinishCause, Expr::value(cause))
        .filter(attempt::Column::Id.eq(id.raw()))
        .filter(attempt::Column::State.eq("open"))
        .exec(&tx.on())
        .await
        .doing("closing an attempt")?;
    Ok(done.rows_affected > 0)
}

/// Open attempts whose deadline has passed, the oldest first; the caller adds each one's grace.
///
/// # Errors
/// A fault of the database.
pub async fn overdue(conn: &impl Conn, now: Moment, limit: u64) -> Result<Vec<Attempt>, Fault> {
    attempt::Entity::find()
        .filter(attempt::Column::State.eq("open"))
        .filter(attempt::Column::DeadlineAt.lt(now))
        .order_by_asc(attempt::Column::DeadlineAt)
        .order_by_asc(attempt::Column::Id)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("looking for overdue attempts")?
        .into_iter()
        .map(read)
        .collect()
}

/// Adds a grading run as the current one.
///
/// # Errors
/// A fault of the database.
pub async fn insert_grading(
    tx: &Tx,
    id: Uuid,
    attempt: AttemptId,
    score: &domain::grading::Score,
    computed_from: String,
    now: Moment,
) -> Result<(), Fault> {
    use crate::entity::grading_run;
    let row = grading_run::Model {
        id,
        attempt_id: attempt.raw(),
        number: 1,
        cause: "finish".to_owned(),
        points: number("grading_run", "points", score.points)?,
        points_max: number("grading_run", "points_max", score.max)?,
        passed: score.passed,
        per_rule: to_json(&score.per_rule)?,
        per_item: to_json(&score.per_item)?,
        computed_from,
        current: true,
        created_at: now,
    };
    insert::<_, grading_run::ActiveModel>(tx, "recording a result", row).await
}

/// The current scores of some attempts.
///
/// # Errors
/// A fault of the database.
pub async fn scores(
    conn: &impl Conn,
    attempts: impl IntoIterator<Item = AttemptId> + Send,
) -> Result<std::collections::BTreeMap<AttemptId, domain::grading::Score>, Fault> {
    use crate::entity::grading_run;
    let ids: Vec<Uuid> = attempts.into_iter().map(Id::raw).collect();
    grading_run::Entity::find()
        .filter(grading_run::Column::AttemptId.is_in(ids))
        .filter(grading_run::Column::Current.eq(true))
        .all(&conn.on())
        .await
        .doing("reading results")?
        .into_iter()
        .map(|row| {
            let score = domain::grading::Score {
                points: number("grading_run", "points", row.points)?,
                max: number("grading_run", "points_max", row.points_max)?,
                passed: row.passed,
                per_rule: json("grading_run", "per_rule", &row.per_rule)?,
                per_item: json("grading_run", "per_item", &row.per_item)?,
            };
            Ok((Id::new(row.attempt_id), score))
        })
        .collect()
}
