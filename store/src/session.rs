//! Web sessions.

use domain::id::{AccountId, Id, PersonId, WebSessionId};
use domain::people::FullName;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{account, person, web_session};
use crate::fault::Doing;
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
}

/// Finds a live session of an active account by the hash of its token.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, token_hash: &[u8]) -> Result<Option<SignedIn>, Fault> {
    let row = web_session::Entity::find()
        .select_only()
        .columns([
            web_session::Column::Id,
            web_session::Column::AccountId,
            web_session::Column::SeenAt,
            web_session::Column::AbsoluteUntil,
        ])
        .column(account::Column::PersonId)
        .columns([person::Column::Surname, person::Column::Given, person::Column::Patronymic])
        .join(
            JoinType::InnerJoin,
            meet(web_session::Entity, web_session::Column::AccountId, account::Entity, account::Column::Id),
        )
        .join(
            JoinType::InnerJoin,
            meet(account::Entity, account::Column::PersonId, person::Entity, person::Column::Id),
        )
        .filter(web_session::Column::TokenHash.eq(token_hash))
        .filter(web_session::Column::EndedAt.is_null())
        .filter(account::Column::State.eq("active"))
        .into_model::<SignedInRow>()
        .one(&conn.on())
        .await
        .doing("finding a web session")?;
    Ok(row.map(|row| SignedIn {
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
