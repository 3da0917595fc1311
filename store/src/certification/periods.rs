//! Decisions and periods.

use std::collections::BTreeMap;

use domain::certification::{Event, EventKind, Period};
use domain::id::{Id, PeriodId, PersonId};
use domain::refusal::Fault;
use domain::time::Day;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Decision, Recorded};
use crate::attempt::AsWas;
use crate::db::{Conn, Tx};
use crate::entity::{decision, period, period_event};
use crate::fault::{Doing, coded};
use crate::query::insert;

/// Records a decision.
///
/// # Errors
/// A fault of the database; also when the candidacy was decided on.
pub async fn insert_decision(tx: &Tx, new: &Decision) -> Result<(), Fault> {
    let row = decision::Model {
        id: new.id.raw(),
        candidacy_id: new.candidacy.raw(),
        person_id: new.person.raw(),
        certification_version_id: new.version.raw(),
        outcome: if new.granted { "granted" } else { "refused" }.to_owned(),
        attempt_id: new.attempt.map(Id::raw),
        reason: new.reason.clone(),
        automatic: new.decided_by.is_none(),
        decided_by: new.decided_by.map(Id::raw),
        decided_at: new.decided_at,
        name_as_was: new.as_was.name.clone(),
        position_as_was: new.as_was.position.clone(),
        unit_as_was: new.as_was.unit.clone(),
        unit_id: new.as_was.unit_id.map(Id::raw),
    };
    insert::<_, decision::ActiveModel>(tx, "recording a decision", row).await
}

/// All decisions on a person, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn decisions_on(conn: &impl Conn, person: PersonId) -> Result<Vec<Decision>, Fault> {
    let rows = decision::Entity::find()
        .filter(decision::Column::PersonId.eq(person.raw()))
        .order_by_desc(decision::Column::DecidedAt)
        .order_by_desc(decision::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading decisions")?;
    Ok(rows
        .into_iter()
        .map(|row| Decision {
            id: Id::new(row.id),
            candidacy: Id::new(row.candidacy_id),
            person: Id::new(row.person_id),
            version: Id::new(row.certification_version_id),
            granted: row.outcome == "granted",
            attempt: row.attempt_id.map(Id::new),
            reason: row.reason,
            decided_by: row.decided_by.map(Id::new),
            decided_at: row.decided_at,
            as_was: AsWas {
                name: row.name_as_was,
                position: row.position_as_was,
                unit: row.unit_as_was,
                unit_id: row.unit_id.map(Id::new),
            },
        })
        .collect())
}

/// Records a period.
///
/// # Errors
/// A fault of the database.
pub async fn insert_period(tx: &Tx, new: &Recorded, decided_by: Option<PersonId>) -> Result<(), Fault> {
    let row = period::Model {
        id: new.period.id.raw(),
        person_id: new.person.raw(),
        certification_id: new.certification.raw(),
        certification_version_id: new.version.raw(),
        decision_id: new.decision.raw(),
        from_day: new.period.from.date(),
        until_day: new.period.until.date(),
        decided_by: decided_by.map(Id::raw),
        recorded_at: new.period.recorded_at,
    };
    insert::<_, period::ActiveModel>(tx, "recording a period", row).await
}

/// All periods of some people with their events, in the order they begin.
///
/// # Errors
/// A fault of the database.
pub async fn periods_of(
    conn: &impl Conn,
    people: impl IntoIterator<Item = PersonId> + Send,
) -> Result<BTreeMap<PersonId, Vec<Recorded>>, Fault> {
    let ids: Vec<Uuid> = people.into_iter().map(Id::raw).collect();
    let rows = period::Entity::find()
        .filter(period::Column::PersonId.is_in(ids))
        .order_by_asc(period::Column::FromDay)
        .order_by_asc(period::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading periods")?;
    let mut events = events_of(conn, rows.iter().map(|row| row.id).collect()).await?;
    let mut found: BTreeMap<PersonId, Vec<Recorded>> = BTreeMap::new();
    for row in rows {
        let events = events.remove(&row.id).unwrap_or_default();
        found.entry(Id::new(row.person_id)).or_default().push(recorded(&row, events));
    }
    Ok(found)
}

pub(super) fn recorded(row: &period::Model, events: Vec<Event>) -> Recorded {
    Recorded {
        period: Period {
            id: Id::<domain::id::Period>::new(row.id),
            from: Day::new(row.from_day),
            until: Day::new(row.until_day),
            recorded_at: row.recorded_at,
            events,
        },
        person: Id::new(row.person_id),
        certification: Id::new(row.certification_id),
        version: Id::new(row.certification_version_id),
        decision: Id::new(row.decision_id),
    }
}

async fn events_of(conn: &impl Conn, periods: Vec<Uuid>) -> Result<BTreeMap<Uuid, Vec<Event>>, Fault> {
    if periods.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = period_event::Entity::find()
        .filter(period_event::Column::PeriodId.is_in(periods))
        .order_by_asc(period_event::Column::EffectiveFrom)
        .order_by_asc(period_event::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading what happened to periods")?;
    gathered(rows)
}

/// What happened to periods, by period.
pub(crate) fn gathered(rows: Vec<period_event::Model>) -> Result<BTreeMap<Uuid, Vec<Event>>, Fault> {
    let mut events: BTreeMap<Uuid, Vec<Event>> = BTreeMap::new();
    for row in rows {
        events.entry(row.period_id).or_default().push(Event {
            kind: coded("period_event", "kind", &row.kind, EventKind::of)?,
            effective_from: Day::new(row.effective_from),
            recorded_at: row.recorded_at,
        });
    }
    Ok(events)
}

/// Finds a period with its events.
///
/// # Errors
/// A fault of the database.
pub async fn period(conn: &impl Conn, id: PeriodId) -> Result<Option<Recorded>, Fault> {
    let Some(row) = period::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding a period")?
    else {
        return Ok(None);
    };
    let events = events_of(conn, vec![row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(Some(recorded(&row, events)))
}

/// Some periods with their events, by their ids.
///
/// # Errors
/// A fault of the database.
pub async fn periods_by_id(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = PeriodId> + Send,
) -> Result<BTreeMap<PeriodId, Recorded>, Fault> {
    let ids: Vec<Uuid> = ids.into_iter().map(Id::raw).collect();
    let rows = period::Entity::find()
        .filter(period::Column::Id.is_in(ids.iter().copied()))
        .all(&conn.on())
        .await
        .doing("reading periods by their ids")?;
    let mut events = events_of(conn, ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| (Id::new(row.id), recorded(&row, events.remove(&row.id).unwrap_or_default())))
        .collect())
}

/// Something that happens to a period, with why and by whom.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// An id for the record.
    pub id: Uuid,
    /// To which period.
    pub period: PeriodId,
    /// What, from which day, and when it was recorded.
    pub event: Event,
    /// Why.
    pub reason: String,
    /// What it rests on: a code.
    pub basis: String,
    /// Who decided it.
    pub recorded_by: PersonId,
}

/// Records what happens to a period; false when it was revoked already and would be again.
///
/// # Errors
/// A fault of the database.
pub async fn insert_event(tx: &Tx, new: &NewEvent) -> Result<bool, Fault> {
    let row = period_event::Model {
        id: new.id,
        period_id: new.period.raw(),
        kind: new.event.kind.code().to_owned(),
        effective_from: new.event.effective_from.date(),
        reason: new.reason.clone(),
        basis: new.basis.clone(),
        recorded_by: Some(new.recorded_by.raw()),
        recorded_at: new.event.recorded_at,
    };
    let added = period_event::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("recording what happens to a period")?;
    Ok(added > 0)
}
