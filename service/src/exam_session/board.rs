//! The live board: one look at a session every two seconds, shared by all who watch it, and none when nobody does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::access::Actor;
use domain::exam_session::{MOST_WRONG, Place, State, is_connected, place};
use domain::id::{AttemptId, ExamSessionId, PersonId};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use store::exam_session::{Row, Session};
use tokio::sync::watch;

use super::seen as seen_by;
use crate::Services;

/// How often a board that is watched is looked at.
const EVERY: Duration = Duration::from_secs(2);

/// A session at a moment.
#[derive(Clone, Debug)]
pub struct Board {
    /// The moment.
    pub at: Moment,
    /// The session.
    pub session: Session,
    /// How many questions a form has.
    pub questions: u32,
    /// Its seats, in the order of the names.
    pub rows: Vec<BoardRow>,
}

impl Board {
    /// How many seats are at a place.
    #[must_use]
    pub fn count(&self, place: Place) -> usize {
        self.rows.iter().filter(|row| row.place == place).count()
    }
}

/// A seat at a moment.
#[derive(Clone, Debug)]
pub struct BoardRow {
    /// Whose.
    pub person: PersonId,
    /// Their full name.
    pub name: String,
    /// What is seen of it.
    pub place: Place,
    /// When the proctor checked who they are.
    pub identity_checked_at: Option<Moment>,
    /// Whether too many wrong codes were typed.
    pub is_locked: bool,
    /// The attempt.
    pub attempt: Option<AttemptId>,
    /// How many questions have an answer.
    pub answered: u32,
    /// When the browser was last heard of.
    pub seen_at: Option<Moment>,
    /// Whether that was lately.
    pub is_connected: bool,
    /// When they began.
    pub started_at: Option<Moment>,
    /// Until when they may answer; none when they have not begun, or are over.
    pub deadline: Option<Moment>,
    /// How much of it is left.
    pub time_left_ms: Option<i64>,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// person, deadline or proctor.
    pub cause: Option<String>,
}

/// Boards that somebody watches.
#[derive(Default)]
pub struct Boards(Mutex<HashMap<ExamSessionId, watch::Sender<Arc<Board>>>>);

/// The board as it is now.
///
/// # Errors
/// A refusal when the actor may not see the session.
pub async fn board(s: &Services, actor: &Actor, id: ExamSessionId) -> Result<Board, Refusal> {
    let session = seen_by(&s.db, actor, id).await?;
    Ok(look(s, session).await?)
}

/// The session as it is now; for whoever was allowed to see it.
pub(super) async fn look(s: &Services, session: Session) -> Result<Board, Fault> {
    let version = store::test::version(&s.db, session.version).await?;
    let rows = store::exam_session::rows(&s.db, session.id).await?;
    let attempts = rows.iter().filter_map(|row| row.attempt.as_ref()).map(|attempt| attempt.id);
    let answered = store::exam_session::answered(&s.db, attempts.collect::<Vec<_>>()).await?;
    let now = s.now();
    let is_over = session.state == State::Closed || now >= session.window.closes_at;
    let seen = |row: Row| {
        let count = row.attempt.as_ref().and_then(|attempt| answered.get(&attempt.id)).copied();
        seen(row, count.unwrap_or(0), is_over, now)
    };
    Ok(Board {
        at: now,
        questions: version.map_or(0, |version| version.blueprint.size()),
        rows: rows.into_iter().map(seen).collect(),
        session,
    })
}

fn seen(row: Row, answered: u32, is_over: bool, now: Moment) -> BoardRow {
    let state = row.attempt.as_ref().map(|attempt| attempt.clockwork.state_at(now));
    let place = place(row.identity_checked_at.is_some(), state, is_over);
    let running = row.attempt.as_ref().filter(|_| matches!(place, Place::In | Place::Paused));
    let seen_at = row.attempt.as_ref().and_then(|attempt| attempt.seen_at);
    BoardRow {
        person: row.person,
        name: row.name.full(),
        place,
        identity_checked_at: row.identity_checked_at,
        is_locked: row.wrong_codes >= MOST_WRONG,
        attempt: row.attempt.as_ref().map(|attempt| attempt.id),
        answered,
        seen_at,
        is_connected: is_connected(seen_at, now),
        started_at: row.attempt.as_ref().map(|attempt| attempt.started_at),
        deadline: running.map(|attempt| attempt.clockwork.deadline),
        time_left_ms: running.map(|attempt| attempt.clockwork.time_left_ms(now)),
        finished_at: row.attempt.as_ref().and_then(|attempt| attempt.finished_at),
        cause: row.attempt.and_then(|attempt| attempt.cause),
    }
}

/// Watches a session: the board as it is now, and every change of it until the receiver is dropped.
///
/// # Errors
/// A refusal when the actor may not see the session.
pub async fn watch(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
) -> Result<watch::Receiver<Arc<Board>>, Refusal> {
    let first = board(s, actor, id).await?;
    let mut boards = s.boards.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = boards.get(&id) {
        return Ok(sender.subscribe());
    }
    let (sender, receiver) = watch::channel(Arc::new(first));
    boards.insert(id, sender);
    tokio::spawn(keep_looking(s.clone(), id));
    Ok(receiver)
}

/// Looks at a session until nobody watches it any more.
async fn keep_looking(s: Services, id: ExamSessionId) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if is_forgotten(&s, id) {
            return;
        }
        let found = match store::exam_session::find(&s.db, id).await {
            Ok(Some(session)) => look(&s, session).await.map(Some),
            Ok(None) => Ok(None),
            Err(fault) => Err(fault),
        };
        match found {
            Ok(Some(board)) => show(&s, id, board),
            Ok(None) => {}
            Err(fault) => tracing::error!(session.id = %id, %fault, "Looking at exam session {id} failed"),
        }
    }
}

/// Forgets a board that nobody watches. Whoever comes to watch waits for the same lock, so none is lost.
fn is_forgotten(s: &Services, id: ExamSessionId) -> bool {
    let mut boards = s.boards.0.lock().unwrap_or_else(PoisonError::into_inner);
    let is_watched = boards.get(&id).is_some_and(|sender| sender.receiver_count() > 0);
    if !is_watched {
        boards.remove(&id);
    }
    !is_watched
}

fn show(s: &Services, id: ExamSessionId, board: Board) {
    let boards = s.boards.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = boards.get(&id) {
        sender.send_replace(Arc::new(board));
    }
}
