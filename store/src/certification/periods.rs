//! Decisions and periods.

use std::collections::BTreeMap;

use domain::certification::{Event, EventKind, Period};
use domain::id::{Id, PeriodId, PersonId};
use domain::refusal::Fault;
use domain::time::Day;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
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

pub(crate) fn recorded(row: &period::Model, events: Vec<Event>) -> Recorded {
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

/// What happened to some periods.
pub(crate) async fn events_of(
    conn: &impl Conn,
    periods: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Vec<Event>>, Fault> {
    let rows = period_event::Entity::find()
        .filter(period_event::Column::PeriodId.is_in(periods))
        .order_by_asc(period_event::Column::EffectiveFrom)
        .order_by_asc(period_event::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading what happened to periods")?;
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
