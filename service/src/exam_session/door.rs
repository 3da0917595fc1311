//! The way in: who has a seat, the start code, the address. A code is not kept anywhere; it follows from the key.

use domain::access::Actor;
use domain::exam_session::{
    Knock, MOST_WRONG, NotIn, State, Window, may_enter, plain_start_code, start_code,
};
use domain::form::FormState;
use domain::id::{AttemptId, PersonId, TestId};
use domain::network::is_within;
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use store::exam_session::{Seat, Session};
use store::{Conn, Patience, Tx};
use subtle::ConstantTimeEq;

use crate::{Services, audit};

/// What somebody brings who wants to begin.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The start code, as it was typed.
    pub code: String,
    /// The address that they come from.
    pub address: String,
}

/// A session that somebody has a seat in, as they are told.
#[derive(Clone, Debug)]
pub struct Invited {
    /// What it is called.
    pub title: String,
    /// Where it is held.
    pub place: String,
    /// When it is held.
    pub window: Window,
    /// Where it stands.
    pub state: State,
}

/// A seat at which its person may begin.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    pub(crate) session: Session,
    pub(crate) seat: Seat,
}

impl Admitted {
    /// A seat binds its person once the session is open: until then the test's own conditions hold.
    pub(crate) fn is_open(&self) -> bool {
        self.session.state == State::Open
    }

    pub(crate) fn told(&self) -> Invited {
        Invited {
            title: self.session.title.clone(),
            place: self.session.place.clone(),
            window: self.session.window,
            state: self.session.state,
        }
    }
}

/// The seat that somebody would begin at: in the session that is held now, or else in the next one.
pub(crate) async fn seat_for(
    conn: &impl Conn,
    person: PersonId,
    test: TestId,
    now: Moment,
) -> Result<Option<Admitted>, Fault> {
    let mut seats = store::exam_session::seats_of(conn, person, test, now).await?;
    seats.retain(|(_, seat)| seat.attempt.is_none());
    let is_held = |session: &Session| session.state == State::Open && session.window.opens_at <= now;
    let at = seats.iter().position(|(session, _)| is_held(session)).unwrap_or(0);
    Ok(seats.into_iter().nth(at).map(|(session, seat)| Admitted { session, seat }))
}

/// The start code of a person in a session.
///
/// # Errors
/// Never with the lengths that are used here.
pub fn code_of(s: &Services, session: &Session, person: PersonId) -> Result<String, Fault> {
    let mut text = Vec::with_capacity(48);
    text.extend_from_slice(session.id.raw().as_bytes());
    text.extend_from_slice(person.raw().as_bytes());
    text.extend_from_slice(&session.window.opens_at.timestamp_micros().to_be_bytes());
    text.extend_from_slice(&session.window.closes_at.timestamp_micros().to_be_bytes());
    Ok(start_code(&s.keys.code("start-code", &text)?))
}

fn is_code(s: &Services, at: &Admitted, typed: &str) -> Result<bool, Fault> {
    let expected = code_of(s, &at.session, at.seat.person)?;
    Ok(bool::from(plain_start_code(typed).as_bytes().ct_eq(expected.as_bytes())))
}

/// Whether somebody may begin at a seat, their code apart.
async fn open_to(
    conn: &impl Conn,
    at: &Admitted,
    entry: &Entry,
    now: Moment,
) -> Result<Result<(), NotIn>, Fault> {
    let networks = store::network::list(conn, Some(at.session.unit)).await?;
    let networks: Vec<_> = networks.into_iter().map(|kept| kept.network).collect();
    let knock = Knock {
        state: at.session.state,
        window: at.session.window,
        is_here: is_within(&networks, &entry.address),
        wrong_codes: at.seat.wrong_codes,
        is_identified: at.seat.identity_checked_at.is_some(),
    };
    Ok(may_enter(&knock, now))
}

/// Why not, beside the field of the code.
fn refused(entry: &Entry, code: &'static str) -> Refusal {
    let mut form = FormState::default().with("start_code", entry.code.clone());
    form.problem("start_code", code);
    Refusal::Form(form)
}

/// Looks at the code of somebody who has a seat, and counts a wrong one. Who has no seat in an
/// open session is let through: whether they may begin without one is decided elsewhere. Answers with the seat.
pub(crate) async fn knock(
    s: &Services,
    actor: &Actor,
    test: TestId,
    entry: &Entry,
) -> Result<Option<Admitted>, Refusal> {
    let now = s.now();
    let Some(at) = seat_for(&s.db, actor.person, test, now).await?.filter(Admitted::is_open) else {
        return Ok(None);
    };
    if let Err(not_in) = open_to(&s.db, &at, entry, now).await? {
        return Err(refused(entry, not_in.code()));
    }
    if entry.code.trim().is_empty() {
        return Err(refused(entry, "missing"));
    }
    let is_right = is_code(s, &at, &entry.code)?;
    let (services, actor, seat) = (s.clone(), actor.clone(), at.clone());
    let looked: Result<(), NotIn> = s
        .db
        .record(Patience::Long, move |tx| async move { look(&services, &tx, &actor, &seat, is_right).await })
        .await?;
    looked.map(|()| Some(at)).map_err(|not_in| refused(entry, not_in.code()))
}

/// Counts the try, and takes the count back if the code was right: what is answered is durable.
async fn look(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    at: &Admitted,
    is_right: bool,
) -> Result<Result<(), NotIn>, Refusal> {
    if !store::exam_session::claim_try(tx, at.seat.id, MOST_WRONG).await? {
        return Ok(Err(NotIn::Locked));
    }
    if is_right {
        store::exam_session::forgive_try(tx, at.seat.id).await?;
        return Ok(Ok(()));
    }
    let seat = super::seat(tx, at.session.id, at.seat.person).await?;
    let is_locked = seat.wrong_codes >= MOST_WRONG;
    let action = if is_locked { "exam_seat.locked" } else { "exam_seat.wrong_code" };
    let what = serde_json::json!({ "person": at.seat.person, "number": seat.wrong_codes });
    let subject = ("exam_session", Some(at.session.id.raw()));
    audit::record(s, tx, Some(actor), action, subject, what);
    Ok(Err(if is_locked { NotIn::Locked } else { NotIn::WrongCode }))
}

/// The seat that an attempt is begun at, in the write that begins it; none for whoever has none in an open
/// session.
pub(crate) async fn admit(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    test: TestId,
    entry: &Entry,
    now: Moment,
) -> Result<Option<Admitted>, Refusal> {
    let Some(at) = seat_for(tx, actor.person, test, now).await?.filter(Admitted::is_open) else {
        return Ok(None);
    };
    if let Err(not_in) = open_to(tx, &at, entry, now).await? {
        return Err(refused(entry, not_in.code()));
    }
    if is_code(s, &at, &entry.code)? { Ok(Some(at)) } else { Err(refused(entry, NotIn::WrongCode.code())) }
}

/// Takes the seat for an attempt, in the write that begins it. False when it is not as it was when its person was let
/// in: taken, not known any more whose it is, or of a session that is held at another time by now.
pub(crate) async fn sit(tx: &Tx, at: &Admitted, attempt: AttemptId) -> Result<bool, Fault> {
    if !store::exam_session::take_seat(tx, at.seat.id, attempt).await? {
        return Ok(false);
    }
    // Whoever changes the time holds the seats first: with this one taken, the time read here stays.
    let session = store::exam_session::find(tx, at.session.id).await?;
    let is_same = |now: Session| now.window == at.session.window && now.state == at.session.state;
    Ok(session.is_some_and(is_same))
}
