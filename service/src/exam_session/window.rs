//! Another time for a session: all of it until it has begun, its end while it runs. Start codes follow from the time, so
//! they change with it.

use domain::access::Actor;
use domain::attempt::Timing;
use domain::exam_session::{Incident as Kind, NotMoved, Window, may_change, may_move};
use domain::form::FormState;
use domain::id::{AttemptId, ExamSessionId};
use domain::refusal::{Fault, Refusal};
use domain::text::line;
use domain::time::Moment;
use domain::timing::{Asked, Changed, Scope, changed};
use store::Tx;
use store::attempt::Attempt;

use super::incident::write_down;
use super::time::{Order, TRIES, save, timings};
use super::{Listed, named, own, record};
use crate::Services;
use crate::test::is_running;

/// What is asked for.
#[derive(Clone)]
struct Wanted {
    /// The window that the form was made for, as [`Window::mark`] says it.
    mark: String,
    to: Window,
    reason: String,
}

/// A session with the form of another time, which shows the present one.
///
/// # Errors
/// A refusal: not allowed, or the session is over.
pub async fn window_form(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
) -> Result<(Listed, FormState), Refusal> {
    let session = own(&s.db, actor, id).await?;
    let (window, form) = (session.window, FormState::default());
    may_change(session.state, window, s.now()).map_err(|why| refused(form.clone(), why))?;
    let form = window.typed(form, s.zone()).with("was", window.mark());
    Ok((named(s, session).await?, form))
}

/// Gives a session another time; the start codes of those who have not begun are others from then on. Fields: `day`,
/// `from`, `until`, `reason`, and `was`, the mark of the window that the form was made for. Whoever is answering keeps
/// the time that they have, or gets what a later end gives.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, or another time than the form was made for.
pub async fn reschedule(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    mut form: FormState,
) -> Result<(), Refusal> {
    own(&s.db, actor, id).await?;
    let to = Window::read(&mut form, s.zone());
    let reason = form.check("reason", |text| line(text, 300));
    let (Some(to), Some(reason)) = (to, reason) else { return Err(Refusal::Form(form)) };
    let wanted = Wanted { mark: form.value("was").to_owned(), to, reason };
    for _ in 0..TRIES {
        let (services, actor, wanted, form) = (s.clone(), actor.clone(), wanted.clone(), form.clone());
        let done = s
            .db
            .write(move |tx| async move { reschedule_in(&services, &tx, &actor, id, wanted, form).await })
            .await;
        match done {
            Err(Refusal::Conflict("changed_meanwhile")) => {}
            done => return done,
        }
    }
    Err(Refusal::Conflict("changed_meanwhile"))
}

async fn reschedule_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: ExamSessionId,
    wanted: Wanted,
    form: FormState,
) -> Result<(), Refusal> {
    let session = own(tx, actor, id).await?;
    let (from, now, zone) = (session.window, s.now(), s.zone());
    let Wanted { mark, to, reason } = wanted;
    // Claimed before it is judged, and with all seats held: nobody begins by the old time while this is decided.
    if from.mark() != mark || !store::exam_session::reschedule(tx, &session, to).await? {
        return Err(Refusal::Conflict("session_moved"));
    }
    store::exam_session::hold_seats(tx, id).await?;
    let sitting = sitting(tx, id, from, now).await?;
    let times: Vec<Timing> = sitting.iter().map(|(_, timing)| *timing).collect();
    may_move(session.state, from, to, &times, now).map_err(|why| refused(form, why))?;
    let order = Order { asked: Asked::Window(to.closes_at), scope: Scope::Room, person: None, reason };
    let given = give(tx, actor, &order, sitting, now).await?;
    let text = format!("{} → {}. {}", from.digits(zone), to.digits(zone), order.reason);
    write_down(s, tx, actor, &session, None, Kind::Rescheduled, text).await?;
    let what = serde_json::json!({
        "before": { "from": from.opens_at, "until": from.closes_at },
        "after": { "from": to.opens_at, "until": to.closes_at },
        "reason": order.reason, "attempts": given,
    });
    record(s, tx, actor, id, "exam_session.rescheduled", what).await
}

/// Those who are answering, each with all that their deadline depended on before the change.
async fn sitting(
    tx: &Tx,
    id: ExamSessionId,
    from: Window,
    now: Moment,
) -> Result<Vec<(Attempt, Timing)>, Fault> {
    let mut held = store::attempt::in_scope(tx, id, None, None).await?;
    held.retain(|held| is_running(held.clockwork(), now));
    let mut sitting = timings(tx, held).await?;
    for (_, timing) in &mut sitting {
        timing.window_end = Some(from.closes_at);
    }
    Ok(sitting)
}

/// Gives those whose time the session bounds what its other end makes of it; to whom.
async fn give(
    tx: &Tx,
    actor: &Actor,
    order: &Order,
    sitting: Vec<(Attempt, Timing)>,
    now: Moment,
) -> Result<Vec<AttemptId>, Refusal> {
    let given: Vec<(Attempt, Changed)> = sitting
        .into_iter()
        .filter_map(|(held, timing)| {
            let to = changed(&timing, held.clockwork(), order.asked, now).ok()?;
            (to.deadline != held.deadline_at).then_some((held, to))
        })
        .collect();
    save(tx, actor, order, &given, now).await?;
    Ok(given.into_iter().map(|(held, _)| held.id).collect())
}

/// Why not, beside the field that it is about.
fn refused(form: FormState, why: NotMoved) -> Refusal {
    let (mut form, field, code) = match why {
        NotMoved::Closed => return Refusal::Conflict("session_closed"),
        NotMoved::Over => return Refusal::Conflict("session_over"),
        NotMoved::Begun => (form, "from", "session_begun"),
        NotMoved::Past => (form, "until", "window_past"),
        NotMoved::Far => (form, "day", "out_of_range"),
        NotMoved::Same => (form, "until", "window_same"),
        NotMoved::TakesTime(earliest) => {
            (form.with("earliest", earliest.to_rfc3339()), "until", "window_takes_time")
        }
    };
    form.problem(field, code);
    Refusal::Form(form)
}
