//! What is printed of a session: the slips with start codes, and the protocol at the end.

use std::collections::BTreeMap;

use domain::access::Actor;
use domain::id::{AttemptId, ExamSessionId, Id, PersonId};
use domain::people::FullName;
use domain::refusal::Refusal;
use store::attempt::Change;
use store::incident::Incident;

use super::board::look;
use super::{Board, Listed, code_of, find, named, own};
use crate::Services;

/// A slip with a start code.
#[derive(Clone, Debug)]
pub struct Slip {
    /// For whom.
    pub name: String,
    /// The code, in two groups of four.
    pub code: String,
}

/// The start codes of a session, for those who have not begun.
///
/// # Errors
/// A refusal when the actor may not hold the session.
pub async fn codes(s: &Services, actor: &Actor, id: ExamSessionId) -> Result<(Listed, Vec<Slip>), Refusal> {
    let listed = named(s, own(&s.db, actor, id).await?).await?;
    let rows = store::exam_session::rows(&s.db, id).await?;
    let slips = rows
        .into_iter()
        .filter(|row| row.attempt.is_none())
        .map(|row| {
            let code = code_of(s, &listed.session, row.person)?;
            let code = code.split_at_checked(4).map_or(code.clone(), |(one, two)| format!("{one}-{two}"));
            Ok(Slip { name: row.name.full(), code })
        })
        .collect::<Result<_, Refusal>>()?;
    Ok((listed, slips))
}

/// Everything that a protocol says.
#[derive(Clone, Debug)]
pub struct Protocol {
    /// The session, the unit, the test.
    pub listed: Listed,
    /// Who was expected, and what became of them.
    pub board: Board,
    /// What happened.
    pub incidents: Vec<Incident>,
    /// Whose time was changed.
    pub changes: Vec<Change>,
    /// The names of all who are mentioned.
    names: BTreeMap<uuid::Uuid, FullName>,
}

impl Protocol {
    /// The name of somebody who is mentioned.
    #[must_use]
    pub fn name(&self, person: PersonId) -> String {
        self.names.get(&person.raw()).map(FullName::full).unwrap_or_default()
    }

    /// The name of whoever sits an attempt.
    #[must_use]
    pub fn candidate(&self, attempt: AttemptId) -> String {
        let row = self.board.rows.iter().find(|row| row.attempt == Some(attempt));
        row.map(|row| row.name.clone()).unwrap_or_default()
    }
}

/// The protocol of a session as it stands.
///
/// # Errors
/// A refusal when the actor may not see the session.
pub async fn protocol(s: &Services, actor: &Actor, id: ExamSessionId) -> Result<Protocol, Refusal> {
    let listed = find(s, actor, id).await?;
    let board = look(s, listed.session.clone()).await?;
    let incidents = store::incident::of(&s.db, id).await?;
    let attempts: Vec<AttemptId> = board.rows.iter().filter_map(|row| row.attempt).collect();
    let changes = store::attempt::changes_of(&s.db, attempts).await?;
    let session = &listed.session;
    let people: Vec<uuid::Uuid> = incidents
        .iter()
        .flat_map(|incident| [Some(incident.by), incident.person])
        .chain(changes.iter().map(|change| Some(change.by)))
        .chain([Some(session.created_by), session.closed_by])
        .flatten()
        .map(Id::raw)
        .collect();
    let names = store::people::names(&s.db, people).await?;
    Ok(Protocol { listed, board, incidents, changes, names })
}
