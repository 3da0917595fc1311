//! Who has which part in a session. Whoever sits in it sees nothing of it; whoever trains one of its candidates looks
//! only, and another proctor holds it.

use std::collections::BTreeSet;

use domain::access::{Act, Actor, Subject, allow, is_conflicted};
use domain::id::{ExamSessionId, PersonId};
use domain::refusal::{Fault, Refusal};
use store::Conn;
use store::exam_session::{Seat, Session};

use crate::Services;

/// What somebody may do about a session that they see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// They hold it.
    Holds,
    /// They look only.
    Looks,
    /// They would hold it if these trainees of theirs were not among its candidates, so they look only.
    Trains(Vec<String>),
}

impl Part {
    /// Whether there is anything that they may do.
    #[must_use]
    pub const fn is_holding(&self) -> bool {
        matches!(self, Self::Holds)
    }
}

/// What a session's unit is for permission.
fn subject_of(session: &Session) -> Subject {
    Subject { units: vec![session.unit], ..Subject::default() }
}

/// A session that the actor may see: within reach, and not one in which they sit themselves.
pub(super) async fn seen(conn: &impl Conn, actor: &Actor, id: ExamSessionId) -> Result<Session, Refusal> {
    let session = store::exam_session::find(conn, id).await?.ok_or(Refusal::NotFound)?;
    allow(actor, Act::ReadSessions, &subject_of(&session))?;
    unless_seated(conn, actor, id).await?;
    Ok(session)
}

/// A session that the actor may hold: within reach, and neither they themselves nor a trainee of theirs sits in it.
pub(super) async fn own(conn: &impl Conn, actor: &Actor, id: ExamSessionId) -> Result<Session, Refusal> {
    let session = store::exam_session::find(conn, id).await?.ok_or(Refusal::NotFound)?;
    allow(actor, Act::Proctor, &subject_of(&session))?;
    unless_seated(conn, actor, id).await?;
    if seated_trainees(conn, actor, id).await?.is_empty() {
        Ok(session)
    } else {
        Err(Refusal::Conflict("own_trainee"))
    }
}

async fn unless_seated(conn: &impl Conn, actor: &Actor, id: ExamSessionId) -> Result<(), Refusal> {
    if store::exam_session::seat(conn, id, actor.person).await?.is_some() {
        return Err(Refusal::Conflict("own_session"));
    }
    Ok(())
}

/// What the actor may do about a session.
///
/// # Errors
/// A refusal when they may not see it.
pub async fn part(s: &Services, actor: &Actor, id: ExamSessionId) -> Result<Part, Refusal> {
    let session = seen(&s.db, actor, id).await?;
    if allow(actor, Act::Proctor, &subject_of(&session)).is_err() {
        return Ok(Part::Looks);
    }
    let trainees = seated_trainees(&s.db, actor, id).await?;
    Ok(if trainees.is_empty() { Part::Holds } else { Part::Trains(trainees) })
}

async fn seated_trainees(conn: &impl Conn, actor: &Actor, id: ExamSessionId) -> Result<Vec<String>, Fault> {
    if actor.groups.is_empty() {
        return Ok(Vec::new());
    }
    let people = store::exam_session::people_in(conn, id).await?;
    trainees(conn, actor, people).await
}

/// The names of those among some people whom the actor trains.
pub(super) async fn trainees(
    conn: &impl Conn,
    actor: &Actor,
    people: Vec<PersonId>,
) -> Result<Vec<String>, Fault> {
    let trained = trained(conn, actor, people).await?;
    if trained.is_empty() {
        return Ok(Vec::new());
    }
    let names = store::people::names(conn, trained.into_iter().map(PersonId::raw)).await?;
    let mut names: Vec<String> = names.into_values().map(|name| name.full()).collect();
    names.sort_unstable();
    Ok(names)
}

/// Those among some people whom the actor trains.
pub(super) async fn trained(
    conn: &impl Conn,
    actor: &Actor,
    people: Vec<PersonId>,
) -> Result<BTreeSet<PersonId>, Fault> {
    if actor.groups.is_empty() {
        return Ok(BTreeSet::new());
    }
    let subjects = store::people::subjects_of(conn, people).await?;
    Ok(subjects
        .into_iter()
        .filter(|(person, subject)| *person != actor.person && is_conflicted(actor, subject))
        .map(|(person, _)| person)
        .collect())
}

/// The seat of somebody in a session.
pub(super) async fn seat(conn: &impl Conn, id: ExamSessionId, person: PersonId) -> Result<Seat, Refusal> {
    store::exam_session::seat(conn, id, person).await?.ok_or(Refusal::NotFound)
}
