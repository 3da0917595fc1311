//! How many work where, and who of them holds a period.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::access::Reach;
use domain::certification::{Event, Period};
use domain::id::{CertificationId, Id, PersonId, UnitId};
use domain::refusal::Fault;
use domain::time::{Day, Moment};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{to_employment, to_person};
use crate::certification::gathered;
use crate::db::Conn;
use crate::entity::{employment, period, period_event, person};
use crate::fault::{Doing, number};
use crate::people::within;
use crate::query::meet;

/// How many people whom the reach covers work in each unit.
///
/// # Errors
/// A fault of the database.
pub async fn at_work(conn: &impl Conn, reach: &Reach) -> Result<BTreeMap<UnitId, u64>, Fault> {
    let heads = Expr::col((employment::Entity, employment::Column::PersonId)).count_distinct();
    let rows: Vec<(Uuid, i64)> = employment::Entity::find()
        .select_only()
        .column(employment::Column::UnitId)
        .column_as(heads, "heads")
        .join(
            JoinType::InnerJoin,
            meet(employment::Entity, employment::Column::PersonId, person::Entity, person::Column::Id),
        )
        .filter(employment::Column::UntilDay.is_null())
        .filter(within(reach))
        .group_by(employment::Column::UnitId)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting people by unit")?;
    rows.into_iter().map(|(unit, count)| Ok((Id::new(unit), number("employment", "count", count)?))).collect()
}

/// A period that is not over, with where its holder works.
#[derive(Clone, Debug)]
pub struct Held {
    /// The unit.
    pub unit: UnitId,
    /// The person.
    pub person: PersonId,
    /// The period with what happened to it.
    pub period: Period,
}

#[derive(FromQueryResult)]
struct HeldRow {
    id: Uuid,
    person_id: Uuid,
    from_day: NaiveDate,
    until_day: NaiveDate,
    recorded_at: Moment,
    unit_id: Uuid,
}

/// All periods that are not over, of people at work whom the reach covers: there are hardly more of them
/// than people at work.
///
/// # Errors
/// A fault of the database.
pub async fn not_over(
    conn: &impl Conn,
    certification: CertificationId,
    reach: &Reach,
    today: Day,
) -> Result<Vec<Held>, Fault> {
    let rows = period::Entity::find()
        .select_only()
        .columns([
            period::Column::Id,
            period::Column::PersonId,
            period::Column::FromDay,
            period::Column::UntilDay,
            period::Column::RecordedAt,
        ])
        .column(employment::Column::UnitId)
        .join(JoinType::InnerJoin, to_person())
        .join(JoinType::InnerJoin, to_employment())
        .filter(employment::Column::UntilDay.is_null())
        .filter(within(reach))
        .filter(is_not_over(certification, today))
        .order_by_asc(period::Column::Id)
        .order_by_asc(employment::Column::Id)
        .into_model::<HeldRow>()
        .all(&conn.on())
        .await
        .doing("reading periods that are not over")?;
    let events = events_not_over(conn, certification, today).await?;
    Ok(rows.into_iter().map(|row| read_held(row, &events)).collect())
}

fn read_held(row: HeldRow, events: &BTreeMap<Uuid, Vec<Event>>) -> Held {
    Held {
        unit: Id::new(row.unit_id),
        person: Id::new(row.person_id),
        period: Period {
            id: Id::new(row.id),
            from: Day::new(row.from_day),
            until: Day::new(row.until_day),
            recorded_at: row.recorded_at,
            events: events.get(&row.id).cloned().unwrap_or_default(),
        },
    }
}

fn is_not_over(certification: CertificationId, today: Day) -> Condition {
    Condition::all()
        .add(period::Column::CertificationId.eq(certification.raw()))
        .add(period::Column::UntilDay.gte(today.date()))
}

async fn events_not_over(
    conn: &impl Conn,
    certification: CertificationId,
    today: Day,
) -> Result<BTreeMap<Uuid, Vec<Event>>, Fault> {
    let rows = period_event::Entity::find()
        .join(
            JoinType::InnerJoin,
            meet(period_event::Entity, period_event::Column::PeriodId, period::Entity, period::Column::Id),
        )
        .filter(is_not_over(certification, today))
        .order_by_asc(period_event::Column::EffectiveFrom)
        .order_by_asc(period_event::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading what happened to periods")?;
    gathered(rows)
}
