//! Web sessions.

use domain::access::Role;
use domain::id::{AccountId, Id, PersonId, UnitId, WebSessionId};
use domain::people::FullName;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{account, person, role_grant, web_session};
use crate::fault::{Doing, coded};
use crate::query::{insert, meet};

/// A web session.
#[derive(Clone, Debug)]
pub struct WebSession {
    /// Its id.
    pub id: WebSessionId,
    /// Whose.
    pub account: AccountId,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// When it began.
    pub created_at: Moment,
    /// When it was last seen (to the minute or so).
    pub seen_at: Moment,
    /// When it ends whatever happens.
    pub absolute_until: Moment,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// The address it came from.
    pub address: String,
}

/// A web session with its person, as each request needs it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub id: WebSessionId,
    /// The account.
    pub account: AccountId,
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: FullName,
    /// When it was last seen.
    pub seen_at: Moment,
    /// When it ends whatever happens.
    pub absolute_until: Moment,
    /// The roles of the person; with a unit where one was given.
    pub grants: Vec<(Role, Option<UnitId>)>,
}

#[derive(FromQueryResult)]
struct SignedInRow {
    id: Uuid,
    account_id: Uuid,
    person_id: Uuid,
    surname: String,
    given: String,
    patronymic: Option<String>,
    seen_at: Moment,
    absolute_until: Moment,
    role: Option<String>,
    unit_id: Option<Uuid>,
}

/// Finds a live session of an active account by the hash of its token, with the person's roles: one statement,
/// because every request begins with it.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, token_hash: &[u8]) -> Result<Option<SignedIn>, Fault> {
    let granted =
        meet(account::Entity, account::Column::PersonId, role_grant::Entity, role_grant::Column::PersonId)
            .on_condition(|_, grant| {
                Expr::col((grant, role_grant::Column::RevokedAt)).is_null().into_condition()
            });
    let rows = web_session::Entity::find()
        .select_only()
        .columns([
            web_session::Column::Id,
            web_session::Column::AccountId,
            web_session::Column::SeenAt,
            web_session::Column::AbsoluteUntil,
        ])
        .column(account::Column::PersonId)
        .columns([person::Column::Surname, person::Column::Given, person::Column::Patronymic])
        .columns([role_grant::Column::Role, role_grant::Column::UnitId])
        .join(
            JoinType::InnerJoin,
            meet(web_session::Entity, web_session::Column::AccountId, account::Entity, account::Column::Id),
        )
        .join(
            JoinType::InnerJoin,
            meet(account::Entity, account::Column::PersonId, person::Entity, person::Column::Id),
        )
        .join(JoinType::LeftJoin, granted)
        .filter(web_session::Column::TokenHash.eq(token_hash))
        .filter(web_session::Column::EndedAt.is_null())
        .filter(account::Column::State.eq("active"))
        .order_by_asc(role_grant::Column::GrantedAt)
        .order_by_asc(role_grant::Column::Id)
        .into_model::<SignedInRow>()
        .all(&conn.on())
        .await
        .doing("finding a web session")?;
    let grants = rows
        .iter()
        .filter_map(|row| Some((row.role.as_deref()?, row.unit_id)))
        .map(|(role, unit)| Ok((coded("role_grant", "role", role, Role::of)?, unit.map(Id::new))))
        .collect::<Result<_, Fault>>()?;
    Ok(rows.into_iter().next().map(|row| SignedIn {
        grants,
        id: Id::new(row.id),
        account: Id::new(row.account_id),
        person: Id::new(row.person_id),
        name: FullName { surname: row.surname, given: row.given, patronymic: row.patronymic },
        seen_at: row.seen_at,
        absolute_until: row.absolute_until,
    }))
}

/// Begins a session.
///
/// # Errors
/// A fault of the database.
pub async fn begin(tx: &Tx, new: WebSession) -> Result<(), Fault> {
    let row = web_session::Model {
        id: new.id.raw(),
        account_id: new.account.raw(),
        token_hash: new.token_hash,
        created_at: new.created_at,
        seen_at: new.seen_at,
        absolute_until: new.absolute_until,
        ended_at: None,
        user_agent: new.user_agent,
        address: new.address,
    };
    insert::<_, web_session::ActiveModel>(tx, "beginning a web session", row).await
}

/// Live sessions of an account, the last seen first.
///
/// # Errors
/// A fault of the database.
pub async fn of_account(conn: &impl Conn, account: AccountId, now: Moment) -> Result<Vec<WebSession>, Fault> {
    let rows = web_session::Entity::find()
        .filter(web_session::Column::AccountId.eq(account.raw()))
        .filter(web_session::Column::EndedAt.is_null())
        .filter(web_session::Column::AbsoluteUntil.gt(now))
        .order_by_desc(web_session::Column::SeenAt)
        .order_by_desc(web_session::Column::Id)
        .limit(100)
        .all(&conn.on())
        .await
        .doing("reading web sessions")?;
    Ok(rows
        .into_iter()
        .map(|row| WebSession {
            id: Id::new(row.id),
            account: Id::new(row.account_id),
            token_hash: row.token_hash,
            created_at: row.created_at,
            seen_at: row.seen_at,
            absolute_until: row.absolute_until,
            user_agent: row.user_agent,
            address: row.address,
        })
        .collect())
}

/// Ends sessions of an account: one of them, or all but one.
///
/// # Errors
/// A fault of the database.
pub async fn end(tx: &Tx, account: AccountId, which: Which, now: Moment) -> Result<u64, Fault> {
    let mut query = web_session::Entity::update_many()
        .col_expr(web_session::Column::EndedAt, Expr::value(now))
        .filter(web_session::Column::AccountId.eq(account.raw()))
        .filter(web_session::Column::EndedAt.is_null());
    query = match which {
        Which::One(id) => query.filter(web_session::Column::Id.eq(id.raw())),
        Which::AllBut(id) => query.filter(web_session::Column::Id.ne(id.raw())),
        Which::All => query,
    };
    let done = query.exec(&tx.on()).await.doing("ending web sessions")?;
    Ok(done.rows_affected)
}

/// Which sessions of an account.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// This one.
    One(WebSessionId),
    /// All others.
    AllBut(WebSessionId),
    /// All of them.
    All,
}

/// Notes when sessions were last seen.
///
/// # Errors
/// A fault of the database.
pub async fn touch(tx: &Tx, seen: &[(WebSessionId, Moment)]) -> Result<(), Fault> {
    for (id, at) in seen {
        web_session::Entity::update_many()
            .col_expr(web_session::Column::SeenAt, Expr::value(*at))
            .filter(web_session::Column::Id.eq(id.raw()))
            .exec(&tx.on())
            .await
            .doing("noting when a session was seen")?;
    }
    Ok(())
}

/// Some sessions that ended before a moment: they were ended, or their time had come.
///
/// # Errors
/// A fault of the database.
pub async fn ended(conn: &impl Conn, before: Moment, limit: u64) -> Result<Vec<WebSessionId>, Fault> {
    let ids: Vec<Uuid> = web_session::Entity::find()
        .select_only()
        .column(web_session::Column::Id)
        .filter(has_ended(before))
        .order_by_asc(web_session::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("looking for web sessions that have ended")?;
    Ok(ids.into_iter().map(Id::new).collect())
}

fn has_ended(before: Moment) -> Condition {
    Condition::any()
        .add(web_session::Column::EndedAt.lt(before))
        .add(web_session::Column::AbsoluteUntil.lt(before))
}

/// Removes sessions, those of them that ended before a moment; how many.
///
/// # Errors
/// A fault of the database.
pub async fn remove(tx: &Tx, ids: Vec<WebSessionId>, before: Moment) -> Result<u64, Fault> {
    let done = web_session::Entity::delete_many()
        .filter(web_session::Column::Id.is_in(ids.into_iter().map(Id::raw)))
        .filter(has_ended(before))
        .exec(&tx.on())
        .await
        .doing("removing web sessions")?;
    Ok(done.rows_affected)
}
