//! One-time codes and failed sign-ins that say nothing any more.

use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{login_code, sign_in_pause};
use crate::fault::Doing;

/// Some one-time codes that ended before a moment: they were used, or their time had come.
///
/// # Errors
/// A fault of the database.
pub async fn ended_codes(conn: &impl Conn, before: Moment, limit: u64) -> Result<Vec<Uuid>, Fault> {
    login_code::Entity::find()
        .select_only()
        .column(login_code::Column::Id)
        .filter(has_ended(before))
        .order_by_asc(login_code::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("looking for one-time codes that have ended")
}

fn has_ended(before: Moment) -> Condition {
    Condition::any().add(login_code::Column::UsedAt.lt(before)).add(login_code::Column::ExpiresAt.lt(before))
}

/// Removes one-time codes, those of them that ended before a moment; how many.
///
/// # Errors
/// A fault of the database.
pub async fn remove_codes(tx: &Tx, ids: Vec<Uuid>, before: Moment) -> Result<u64, Fault> {
    let done = login_code::Entity::delete_many()
        .filter(login_code::Column::Id.is_in(ids))
        .filter(has_ended(before))
        .exec(&tx.on())
        .await
        .doing("removing one-time codes")?;
    Ok(done.rows_affected)
}

/// Some pairs and addresses whose last failed sign-in was before a moment, and who wait no longer.
///
/// # Errors
/// A fault of the database.
pub async fn lapsed_pauses(
    conn: &impl Conn,
    quiet_since: Moment,
    now: Moment,
    limit: u64,
) -> Result<Vec<Uuid>, Fault> {
    sign_in_pause::Entity::find()
        .select_only()
        .column(sign_in_pause::Column::Id)
        .filter(has_lapsed(quiet_since, now))
        .order_by_asc(sign_in_pause::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("looking for failed sign-ins to forget")
}

fn has_lapsed(quiet_since: Moment, now: Moment) -> Condition {
    let waits_no_longer = Condition::any()
        .add(sign_in_pause::Column::Until.is_null())
        .add(sign_in_pause::Column::Until.lte(now));
    Condition::all().add(sign_in_pause::Column::LastAt.lte(quiet_since)).add(waits_no_longer)
}

/// Forgets failed sign-ins, those of them that still say nothing; how many. One that has failed again
/// meanwhile stays.
///
/// # Errors
/// A fault of the database.
pub async fn remove_pauses(tx: &Tx, ids: Vec<Uuid>, quiet_since: Moment, now: Moment) -> Result<u64, Fault> {
    let done = sign_in_pause::Entity::delete_many()
        .filter(sign_in_pause::Column::Id.is_in(ids))
        .filter(has_lapsed(quiet_since, now))
        .exec(&tx.on())
        .await
        .doing("forgetting failed sign-ins")?;
    Ok(done.rows_affected)
}
