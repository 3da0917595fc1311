//! The seats of a session as a proctor sees them: one query, and one that counts answers.

use std::collections::BTreeMap;

use domain::attempt::{Clockwork, Stored, Verdict};
use domain::id::{AttemptId, ExamSessionId, Id, PersonId, SeatId};
use domain::people::FullName;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{answer_event, attempt, exam_seat, person, web_session};
use crate::fault::{Doing, corrupt, number};
use crate::query::meet;

/// The most seats of a session.
const MOST: u64 = 500;

/// A seat with the attempt that was begun on it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The seat.
    pub seat: SeatId,
    /// Whose.
    pub person: PersonId,
    /// Their name.
    pub name: FullName,
    /// When the proctor checked who they are.
    pub identity_checked_at: Option<Moment>,
    /// Since the last unlocking.
    pub wrong_codes: u32,
    /// The attempt.
    pub attempt: Option<Sitting>,
}

/// An attempt that was begun on a seat.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// The attempt.
    pub id: AttemptId,
    /// When it was started.
    pub started_at: Moment,
    /// What decides its state.
    pub clockwork: Clockwork,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// person, deadline or proctor.
    pub cause: Option<String>,
    /// When the browser that holds the lease was last heard of.
    pub seen_at: Option<Moment>,
}

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
    person_id: Uuid,
    surname: String,
    given: String,
    patronymic: Option<String>,
    identity_checked_at: Option<Moment>,
    wrong_codes: i32,
    attempt: Option<Uuid>,
    state: Option<String>,
    started_at: Option<Moment>,
    deadline_at: Option<Moment>,
    paused_at: Option<Moment>,
    grace_seconds: Option<i32>,
    finished_at: Option<Moment>,
    finish_cause: Option<String>,
    seen_at: Option<Moment>,
}

/// The seats of a session, in the order of the names.
///
/// # Errors
/// A fault of the database.
pub async fn rows(conn: &impl Conn, session: ExamSessionId) -> Result<Vec<Row>, Fault> {
    let to_person = meet(exam_seat::Entity, exam_seat::Column::PersonId, person::Entity, person::Column::Id);
    let to_attempt =
        meet(exam_seat::Entity, exam_seat::Column::AttemptId, attempt::Entity, attempt::Column::Id);
    let to_browser =
        meet(attempt::Entity, attempt::Column::LeaseSession, web_session::Entity, web_session::Column::Id);
    exam_seat::Entity::find()
        .select_only()
        .columns([
            exam_seat::Column::Id,
            exam_seat::Column::PersonId,
            exam_seat::Column::IdentityCheckedAt,
            exam_seat::Column::WrongCodes,
        ])
        .columns([person::Column::Surname, person::Column::Given, person::Column::Patronymic])
        .column_as(attempt::Column::Id, "attempt")
        .columns([
            attempt::Column::State,
            attempt::Column::StartedAt,
            attempt::Column::DeadlineAt,
            attempt::Column::PausedAt,
            attempt::Column::GraceSeconds,
            attempt::Column::FinishedAt,
            attempt::Column::FinishCause,
        ])
        .column(web_session::Column::SeenAt)
        .join(JoinType::InnerJoin, to_person)
        .join(JoinType::LeftJoin, to_attempt)
        .join(JoinType::LeftJoin, to_browser)
        .filter(exam_seat::Column::SessionId.eq(session.raw()))
        .order_by_asc(person::Column::SortKey)
        .order_by_asc(person::Column::Id)
        .limit(MOST)
        .into_model::<Found>()
        .all(&conn.on())
        .await
        .doing("reading the seats of an exam session")?
        .into_iter()
        .map(read)
        .collect()
}

fn read(found: Found) -> Result<Row, Fault> {
    let attempt = sitting(&found)?;
    Ok(Row {
        seat: Id::new(found.id),
        person: Id::new(found.person_id),
        name: FullName { surname: found.surname, given: found.given, patronymic: found.patronymic },
        identity_checked_at: found.identity_checked_at,
        wrong_codes: number("exam_seat", "wrong_codes", found.wrong_codes)?,
        attempt,
    })
}

fn sitting(found: &Found) -> Result<Option<Sitting>, Fault> {
    let (Some(id), Some(state), Some(started_at), Some(deadline), Some(grace)) =
        (found.attempt, &found.state, found.started_at, found.deadline_at, found.grace_seconds)
    else {
        return Ok(None);
    };
    let stored = match state.as_str() {
        "open" => Stored::Open,
        "finished" => Stored::Finished,
        other => return Err(corrupt("attempt", "state", &other)),
    };
    let grace_seconds = number("attempt", "grace_seconds", grace)?;
    Ok(Some(Sitting {
        id: Id::new(id),
        started_at,
        clockwork: Clockwork { stored, deadline, paused_at: found.paused_at, grace_seconds },
        finished_at: found.finished_at,
        cause: found.finish_cause.clone(),
        seen_at: found.seen_at,
    }))
}

/// How many questions of each of some attempts have an answer that counts: the last one said is not empty.
///
/// # Errors
/// A fault of the database.
pub async fn answered(
    conn: &impl Conn,
    attempts: impl IntoIterator<Item = AttemptId> + Send,
) -> Result<BTreeMap<AttemptId, u32>, Fault> {
    let ids: Vec<Uuid> = attempts.into_iter().map(Id::raw).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let counts = Verdict::ALL.iter().filter(|verdict| verdict.counts()).map(|verdict| verdict.code());
    // An answer is a list of options; a mark is an object.
    let last = Query::select()
        .column(answer_event::Column::AttemptId)
        .expr(Expr::col(answer_event::Column::Ord).max())
        .from(answer_event::Entity)
        .and_where(answer_event::Column::AttemptId.is_in(ids.clone()))
        .and_where(answer_event::Column::Verdict.is_in(counts))
        .and_where(answer_event::Column::Value.starts_with("["))
        .group_by_col(answer_event::Column::AttemptId)
        .group_by_col(answer_event::Column::Position)
        .to_owned();
    let place = Expr::tuple([
        Expr::col((answer_event::Entity, answer_event::Column::AttemptId)),
        Expr::col((answer_event::Entity, answer_event::Column::Ord)),
    ]);
    let rows: Vec<(Uuid, i64)> = answer_event::Entity::find()
        .select_only()
        .column(answer_event::Column::AttemptId)
        .column_as(answer_event::Column::Id.count(), "answered")
        .filter(answer_event::Column::AttemptId.is_in(ids))
        .filter(place.in_subquery(last))
        .filter(answer_event::Column::Value.ne("[]"))
        .group_by(answer_event::Column::AttemptId)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting answers")?;
    rows.into_iter()
        .map(|(attempt, count)| Ok((Id::new(attempt), number("answer_event", "count", count)?)))
        .collect()
}
