//! Candidacies as far as whoever decides can reach.

use domain::access::Reach;
use domain::id::{CandidacyId, Id};
use domain::page::Page;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Candidacy;
use super::candidacies::read;
use crate::db::Conn;
use crate::entity::candidacy;
use crate::fault::{Doing, number};
use crate::people;

/// Open candidacies of people within reach that wait for a decision, the longest waiting first.
///
/// # Errors
/// A fault of the database.
pub async fn ready(
    conn: &impl Conn,
    reach: &Reach,
    after: Option<&str>,
    size: u64,
) -> Result<Page<Candidacy>, Fault> {
    let mut query = candidacy::Entity::find()
        .filter(waiting(reach))
        .order_by_asc(candidacy::Column::ReadyAt)
        .order_by_asc(candidacy::Column::Id)
        .limit(size + 1);
    if let Some((at, id)) = after.and_then(read_mark) {
        let that_moment = Condition::all().add(candidacy::Column::ReadyAt.eq(at));
        query = query.filter(
            Condition::any()
                .add(candidacy::Column::ReadyAt.gt(at))
                .add(that_moment.add(candidacy::Column::Id.gt(id))),
        );
    }
    let rows = query.all(&conn.on()).await.doing("listing candidates who wait for a decision")?;
    let page = Page::cut(rows, size, mark);
    let rows = page.rows.into_iter().map(read).collect::<Result<_, Fault>>()?;
    Ok(Page { rows, next: page.next })
}

fn mark(row: &candidacy::Model) -> String {
    let at = row.ready_at.map_or(0, |at| at.timestamp_micros());
    format!("{at}~{}", row.id)
}

fn read_mark(mark: &str) -> Option<(Moment, Uuid)> {
    let (at, id) = mark.split_once('~')?;
    Some((Moment::from_timestamp_micros(at.parse().ok()?)?, id.parse().ok()?))
}

fn waiting(reach: &Reach) -> Condition {
    Condition::all()
        .add(candidacy::Column::ReadyAt.is_not_null())
        .add(candidacy::Column::ClosedAt.is_null())
        .add(within(reach))
}

fn within(reach: &Reach) -> Condition {
    Condition::all().add(candidacy::Column::PersonId.in_subquery(people::reached(reach)))
}

/// How many people within reach wait for a decision.
///
/// # Errors
/// A fault of the database.
pub async fn ready_count(conn: &impl Conn, reach: &Reach) -> Result<u64, Fault> {
    let counted: Option<i64> = candidacy::Entity::find()
        .select_only()
        .column_as(candidacy::Column::Id.count(), "waiting")
        .filter(waiting(reach))
        .into_tuple()
        .one(&conn.on())
        .await
        .doing("counting candidates who wait for a decision")?;
    number("candidacy", "count", counted.unwrap_or(0))
}

/// Some candidacies by their ids, those of people within reach only; the longest waiting first.
///
/// # Errors
/// A fault of the database.
pub async fn candidacies_within(
    conn: &impl Conn,
    reach: &Reach,
    ids: impl IntoIterator<Item = CandidacyId> + Send,
) -> Result<Vec<Candidacy>, Fault> {
    let ids: Vec<Uuid> = ids.into_iter().map(Id::raw).collect();
    candidacy::Entity::find()
        .filter(candidacy::Column::Id.is_in(ids))
        .filter(within(reach))
        .order_by_asc(candidacy::Column::ReadyAt)
        .order_by_asc(candidacy::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading candidacies within reach")?
        .into_iter()
        .map(read)
        .collect()
}

/// Some candidacies by their ids, whoever they are of.
///
/// # Errors
/// A fault of the database.
pub async fn candidacies_by_id(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = CandidacyId> + Send,
) -> Result<Vec<Candidacy>, Fault> {
    let ids: Vec<Uuid> = ids.into_iter().map(Id::raw).collect();
    candidacy::Entity::find()
        .filter(candidacy::Column::Id.is_in(ids))
        .order_by_asc(candidacy::Column::ReadyAt)
        .order_by_asc(candidacy::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading candidacies")?
        .into_iter()
        .map(read)
        .collect()
}
