//! What happened in exam sessions.

use domain::exam_session::Incident as Kind;
use domain::id::{ExamSessionId, Id, PersonId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::incident;
use crate::fault::{Doing, coded};
use crate::query::insert;

/// The most incidents that a protocol lists.
const MOST: u64 = 1_000;

/// Something that belongs in the protocol of a session.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Its row.
    pub id: Uuid,
    /// In which session.
    pub session: ExamSessionId,
    /// Whom it concerns; none where it concerns all.
    pub person: Option<PersonId>,
    /// What it was about.
    pub kind: Kind,
    /// What happened.
    pub text: String,
    /// Who wrote it down.
    pub by: PersonId,
    /// When.
    pub at: Moment,
}

/// Writes an incident down.
///
/// # Errors
/// A fault of the database.
pub async fn add(tx: &Tx, new: Incident) -> Result<(), Fault> {
    let row = incident::Model {
        id: new.id,
        session_id: new.session.raw(),
        person_id: new.person.map(Id::raw),
        kind: new.kind.code().to_owned(),
        text: new.text,
        by: new.by.raw(),
        at: new.at,
    };
    insert::<_, incident::ActiveModel>(tx, "writing an incident down", row).await
}

/// The incidents of a session, in the order in which they happened.
///
/// # Errors
/// A fault of the database.
pub async fn of(conn: &impl Conn, session: ExamSessionId) -> Result<Vec<Incident>, Fault> {
    incident::Entity::find()
        .filter(incident::Column::SessionId.eq(session.raw()))
        .order_by_asc(incident::Column::At)
        .order_by_asc(incident::Column::Id)
        .limit(MOST)
        .all(&conn.on())
        .await
        .doing("reading incidents")?
        .into_iter()
        .map(|row| {
            Ok(Incident {
                id: row.id,
                session: Id::new(row.session_id),
                person: row.person_id.map(Id::new),
                kind: coded("incident", "kind", &row.kind, Kind::of)?,
                text: row.text,
                by: Id::new(row.by),
                at: row.at,
            })
        })
        .collect()
}
