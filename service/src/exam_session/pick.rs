//! Picking candidates: a list of those who may be given a seat, narrowed like other lists of people. Whoever is chosen
//! is looked at again before the seat is given.

use std::collections::BTreeSet;

use domain::access::{Act, Actor, reach};
use domain::exam_session::{State, Window};
use domain::id::{ExamSessionId, PersonId};
use domain::page::{MOST, Page};
use domain::refusal::{Fault, Refusal};
use store::Conn;
use store::exam_session::{Seating, Session};
use store::people::{Filter, Listed as AtWork};

use super::{Listed, MOST_ADDED, give_seats, named, own, trained, with_candidacies};
use crate::people::{Places, Position, Query, places, units_of};
use crate::{Services, access, programme};

/// Somebody who is admitted and has no seat in the session.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who, and where they work.
    pub person: AtWork,
    /// When they sit in another session that is not over; the earliest of several.
    pub elsewhere: Option<Window>,
    /// Whether the actor trains them: then another proctor holds their exam.
    pub is_trainee: bool,
}

/// A page of candidates, and what it can be narrowed to.
#[derive(Clone, Debug)]
pub struct Candidates {
    /// The session that seats are given in.
    pub listed: Listed,
    /// The candidates: one row for each place of work.
    pub page: Page<Candidate>,
    /// Okrugs and centres within reach.
    pub places: Places,
    /// All positions.
    pub positions: Vec<Position>,
}

/// What picking came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picked {
    /// How many have a seat now who had none.
    pub added: u64,
    /// How many of those who were chosen were given none.
    pub skipped: u64,
}

/// People at work within the actor's reach who may be given a seat, in the order of their names.
///
/// # Errors
/// A refusal: not allowed, or the session is closed.
pub async fn candidates(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    query: &Query,
) -> Result<Candidates, Refusal> {
    let session = not_closed(&s.db, actor, id).await?;
    let (within, tree) = (reach(actor, Act::Proctor), access::tree(s).await?);
    let filter = Filter {
        search: query.search.clone(),
        units: units_of(&tree, query.okrug, query.centre),
        position: query.position,
        people: None,
        after: query.after.clone(),
    };
    let seating = seating(s, actor, id).await?;
    let page = store::exam_session::admitted(&s.db, &within, seating, &filter, MOST).await?;
    let people: Vec<PersonId> = page.rows.iter().map(|row| row.id).collect();
    let elsewhere = store::exam_session::seated_elsewhere(&s.db, id, people.clone(), s.now()).await?;
    let trained = trained(&s.db, actor, people).await?;
    let page = page.map(|person| Candidate {
        elsewhere: elsewhere.get(&person.id).copied(),
        is_trainee: trained.contains(&person.id),
        person,
    });
    Ok(Candidates {
        listed: named(s, session).await?,
        page,
        places: places(&tree, &within, query.okrug),
        positions: store::organisation::positions(&s.db).await?,
    })
}

/// Gives seats to those who were chosen, by their ids as they came with the form. Who may not be given one any more is
/// skipped; so is everybody after the first [`MOST_ADDED`].
///
/// # Errors
/// A refusal: not allowed, or the session is closed.
pub async fn add_chosen(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    chosen: &[String],
) -> Result<Picked, Refusal> {
    not_closed(&s.db, actor, id).await?;
    let asked: BTreeSet<&str> = chosen.iter().map(String::as_str).collect();
    let people: BTreeSet<PersonId> = asked.iter().filter_map(|id| id.parse().ok()).take(MOST_ADDED).collect();
    let people = with_candidacies(s, free(s, actor, id, people).await?).await?;
    let (services, by, now) = (s.clone(), actor.clone(), s.now());
    let added =
        s.db.write(move |tx| async move {
            not_closed(&tx, &by, id).await?;
            give_seats(&services, &tx, &by, id, people, now).await
        })
        .await?;
    let asked = u64::try_from(asked.len()).unwrap_or(u64::MAX);
    Ok(Picked { added, skipped: asked.saturating_sub(added) })
}

/// Of some people those whom the actor may give a seat.
async fn free(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    people: BTreeSet<PersonId>,
) -> Result<BTreeSet<PersonId>, Fault> {
    let (within, seating) = (reach(actor, Act::Proctor), seating(s, actor, id).await?);
    let mut people = store::exam_session::still_admitted(&s.db, &within, seating, people).await?;
    let trained = trained(&s.db, actor, people.iter().copied().collect()).await?;
    people.retain(|person| !trained.contains(person));
    Ok(people)
}

async fn seating(s: &Services, actor: &Actor, id: ExamSessionId) -> Result<Seating, Fault> {
    let certification = programme::current(s).await?.certification;
    Ok(Seating { session: id, certification, proctor: actor.person })
}

/// A session that the actor holds and in which seats are still given.
async fn not_closed(conn: &impl Conn, actor: &Actor, id: ExamSessionId) -> Result<Session, Refusal> {
    let session = own(conn, actor, id).await?;
    match session.state {
        State::Planned | State::Open => Ok(session),
        State::Closed => Err(Refusal::Conflict("session_closed")),
    }
}
