//! The stream of a live board: what changes of the page, every two seconds, for as long as it may be seen.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::id::ExamSessionId;
use domain::time::{Moment, minutes};
use futures_util::stream::unfold;
use service::exam_session::Board;
use tokio::sync::watch::Receiver;

use super::proctor_words::lines;
use crate::cx::{Cx, Reply, cookie, read_id};

/// How often it is looked whether the board may still be seen, in minutes.
const LOOKED_EVERY: u32 = 1;
/// When a browser comes again whose stream broke.
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// Whoever listens.
struct Listener {
    cx: Cx,
    id: ExamSessionId,
    token: String,
    boards: Receiver<Arc<Board>>,
    /// When it was last looked whether they may; none before the first board.
    looked_at: Option<Moment>,
}

/// Opens the stream.
pub async fn get(cx: Cx, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    let id = read_id(&id)?;
    let boards = service::exam_session::watch(cx.s(), cx.actor()?, id).await?;
    let token = cookie(&headers, cx.cookie_name()).unwrap_or_default().to_owned();
    let listener = Listener { cx, id, token, boards, looked_at: None };
    Ok(Sse::new(unfold(listener, next)).keep_alive(KeepAlive::default()).into_response())
}

/// The next board; the end, when nobody looks any more or the listener may not see it.
async fn next(mut listener: Listener) -> Option<(Result<Event, Infallible>, Listener)> {
    if listener.looked_at.is_some() {
        listener.boards.changed().await.ok()?;
    }
    let board = Arc::clone(&listener.boards.borrow_and_update());
    let mut event = Event::default().data(lines(listener.cx.locale, &board, listener.cx.s().zone()));
    match listener.looked_at {
        None => {
            event = event.retry(AGAIN_AFTER);
            listener.looked_at = Some(board.at);
        }
        Some(looked) if board.at - looked >= minutes(LOOKED_EVERY) => {
            if !may_still(&listener).await {
                return None;
            }
            listener.looked_at = Some(board.at);
        }
        Some(_) => {}
    }
    Some((Ok(event), listener))
}

/// Sessions end and roles are taken while a stream is open.
async fn may_still(listener: &Listener) -> bool {
    let s = listener.cx.s();
    match service::access::actor(s, &listener.token).await {
        Ok(Some(actor)) => service::exam_session::find(s, &actor, listener.id).await.is_ok(),
        Ok(None) | Err(_) => false,
    }
}
