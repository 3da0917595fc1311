//! Accounts, one-time codes and roles. Web sessions are in [`crate::session`].

mod ended;

use domain::access::Role;
use domain::id::{AccountId, GrantId, Id, PersonId, UnitId};
use domain::refusal::Fault;
use domain::sign_in::Failures;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

pub use self::ended::{ended_codes, lapsed_pauses, remove_codes, remove_pauses};
use crate::db::{Conn, Tx};
use crate::entity::{account, login_code, role_grant, sign_in_pause};
use crate::fault::{Doing, coded, number};
use crate::query::{insert, insert_all};

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Whose it is.
    pub person: PersonId,
    /// The folded login.
    pub login: String,
    /// argon2id in PHC form; none until the first password is set.
    pub password_hash: Option<String>,
    /// Whether it may sign in.
    pub is_active: bool,
}

/// A role of a person.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The role.
    pub role: Role,
    /// Over which unit and all below; none is the whole city.
    pub unit: Option<UnitId>,
    /// When it was given.
    pub granted_at: Moment,
}

fn read(row: account::Model) -> Account {
    Account {
        id: Id::new(row.id),
        person: Id::new(row.person_id),
        login: row.login,
        password_hash: row.password_hash,
        is_active: row.state == "active",
    }
}

/// Finds an account by its folded login.
///
/// # Errors
/// A fault of the database.
pub async fn find_by_login(conn: &impl Conn, login: &str) -> Result<Option<Account>, Fault> {
    let row = account::Entity::find()
        .filter(account::Column::Login.eq(login))
        .one(&conn.on())
        .await
        .doing("finding an account by its login")?;
    Ok(row.map(read))
}

/// Finds the account of a person.
///
/// # Errors
/// A fault of the database.
pub async fn find_by_person(conn: &impl Conn, person: PersonId) -> Result<Option<Account>, Fault> {
    let row = account::Entity::find()
        .filter(account::Column::PersonId.eq(person.raw()))
        .one(&conn.on())
        .await
        .doing("finding the account of a person")?;
    Ok(row.map(read))
}

/// Finds an account.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: AccountId) -> Result<Option<Account>, Fault> {
    let row = account::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding an account")?;
    Ok(row.map(read))
}

/// Adds accounts.
///
/// # Errors
/// A fault of the database; also when a login is taken.
pub async fn insert_accounts(conn: &impl Conn, accounts: Vec<Account>, now: Moment) -> Result<(), Fault> {
    let rows = accounts
        .into_iter()
        .map(|new| account::Model {
            id: new.id.raw(),
            person_id: new.person.raw(),
            login: new.login,
            password_changed_at: new.password_hash.is_some().then_some(now),
            password_hash: new.password_hash,
            state: if new.is_active { "active" } else { "disabled" }.to_owned(),
            created_at: now,
        })
        .collect();
    insert_all::<account::Model, account::ActiveModel>(conn, "adding accounts", rows).await
}

/// Sets a password.
///
/// # Errors
/// A fault of the database.
pub async fn set_password(tx: &Tx, id: AccountId, hash: String, now: Moment) -> Result<(), Fault> {
    account::ActiveModel {
        id: Set(id.raw()),
        password_hash: Set(Some(hash)),
        password_changed_at: Set(Some(now)),
        ..Default::default()
    }
    .update(&tx.on())
    .await
    .doing("setting a password")?;
    Ok(())
}

/// Lets an account sign in, or not.
///
/// # Errors
/// A fault of the database.
pub async fn set_active(tx: &Tx, id: AccountId, is_active: bool) -> Result<(), Fault> {
    account::ActiveModel {
        id: Set(id.raw()),
        state: Set(if is_active { "active" } else { "disabled" }.to_owned()),
        ..Default::default()
    }
    .update(&tx.on())
    .await
    .doing("changing an account's state")?;
    Ok(())
}

/// Adds a one-time code.
///
/// # Errors
/// A fault of the database.
pub async fn insert_code(
    tx: &Tx,
    id: Uuid,
    account: AccountId,
    code_hash: String,
    issued_by: Option<PersonId>,
    now: Moment,
    expires_at: Moment,
) -> Result<(), Fault> {
    let row = login_code::Model {
        id,
        account_id: account.raw(),
        code_hash,
        issued_by: issued_by.map(Id::raw),
        issued_at: now,
        expires_at,
        used_at: None,
    };
    insert::<_, login_code::ActiveModel>(tx, "adding a one-time code", row).await
}

/// The newest code of an account that can still be used, with its hash.
///
/// # Errors
/// A fault of the database.
pub async fn live_code(
    conn: &impl Conn,
    account: AccountId,
    now: Moment,
) -> Result<Option<(Uuid, String)>, Fault> {
    let row = login_code::Entity::find()
        .filter(login_code::Column::AccountId.eq(account.raw()))
        .filter(login_code::Column::UsedAt.is_null())
        .filter(login_code::Column::ExpiresAt.gt(now))
        .order_by_desc(login_code::Column::IssuedAt)
        .order_by_desc(login_code::Column::Id)
        .one(&conn.on())
        .await
        .doing("finding a one-time code")?;
    Ok(row.map(|row| (row.id, row.code_hash)))
}

/// Uses up all codes of an account; false when there was none left.
///
/// # Errors
/// A fault of the database.
pub async fn use_codes(tx: &Tx, account: AccountId, now: Moment) -> Result<bool, Fault> {
    let done = login_code::Entity::update_many()
        .col_expr(login_code::Column::UsedAt, Expr::value(now))
        .filter(login_code::Column::AccountId.eq(account.raw()))
        .filter(login_code::Column::UsedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("using up one-time codes")?;
    Ok(done.rows_affected > 0)
}

/// The roles that a person holds.
///
/// # Errors
/// A fault of the database.
pub async fn grants_of(conn: &impl Conn, person: PersonId) -> Result<Vec<Grant>, Fault> {
    let rows = role_grant::Entity::find()
        .filter(role_grant::Column::PersonId.eq(person.raw()))
        .filter(role_grant::Column::RevokedAt.is_null())
        .order_by_asc(role_grant::Column::GrantedAt)
        .order_by_asc(role_grant::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading roles")?;
    rows.into_iter()
        .map(|row| {
            Ok(Grant {
                id: Id::new(row.id),
                role: coded("role_grant", "role", &row.role, Role::of)?,
                unit: row.unit_id.map(Id::new),
                granted_at: row.granted_at,
            })
        })
        .collect()
}

/// Gives a role.
///
/// # Errors
/// A fault of the database.
pub async fn insert_grant(
    tx: &Tx,
    person: PersonId,
    grant: &Grant,
    granted_by: Option<PersonId>,
) -> Result<(), Fault> {
    let row = role_grant::Model {
        id: grant.id.raw(),
        person_id: person.raw(),
        role: grant.role.code().to_owned(),
        unit_id: grant.unit.map(Id::raw),
        granted_by: granted_by.map(Id::raw),
        granted_at: grant.granted_at,
        revoked_at: None,
        revoked_by: None,
    };
    insert::<_, role_grant::ActiveModel>(tx, "giving a role", row).await
}

/// Takes a role; false when it was already taken.
///
/// # Errors
/// A fault of the database.
pub async fn revoke_grant(
    tx: &Tx,
    id: GrantId,
    person: PersonId,
    by: PersonId,
    now: Moment,
) -> Result<bool, Fault> {
    let done = role_grant::Entity::update_many()
        .col_expr(role_grant::Column::RevokedAt, Expr::value(now))
        .col_expr(role_grant::Column::RevokedBy, Expr::value(by.raw()))
        .filter(role_grant::Column::Id.eq(id.raw()))
        .filter(role_grant::Column::PersonId.eq(person.raw()))
        .filter(role_grant::Column::RevokedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("taking a role")?;
    Ok(done.rows_affected > 0)
}

/// Failed sign-ins of a pair or an address, and until when it waits.
///
/// # Errors
/// A fault of the database.
pub async fn pause(conn: &impl Conn, key: &str) -> Result<Option<(Failures, Option<Moment>)>, Fault> {
    let row = sign_in_pause::Entity::find()
        .filter(sign_in_pause::Column::PauseKey.eq(key))
        .one(&conn.on())
        .await
        .doing("reading failed sign-ins")?;
    row.map(|row| {
        let count = number("sign_in_pause", "failures", row.failures)?;
        Ok((Failures { count, last_at: row.last_at }, row.until))
    })
    .transpose()
}

/// Notes failed sign-ins of a pair or an address.
///
/// # Errors
/// A fault of the database.
pub async fn set_pause(
    tx: &Tx,
    id: Uuid,
    key: String,
    failures: Failures,
    until: Option<Moment>,
) -> Result<(), Fault> {
    let row = sign_in_pause::ActiveModel {
        id: Set(id),
        pause_key: Set(key),
        failures: Set(number("sign_in_pause", "failures", failures.count)?),
        last_at: Set(failures.last_at),
        until: Set(until),
    };
    sign_in_pause::Entity::insert(row)
        .on_conflict(
            OnConflict::column(sign_in_pause::Column::PauseKey)
                .update_columns([
                    sign_in_pause::Column::Failures,
                    sign_in_pause::Column::LastAt,
                    sign_in_pause::Column::Until,
                ])
                .to_owned(),
        )
        .exec_without_returning(&tx.on())
        .await
        .doing("noting failed sign-ins")?;
    Ok(())
}

/// Forgets failed sign-ins of a pair.
///
/// # Errors
/// A fault of the database.
pub async fn clear_pause(tx: &Tx, key: &str) -> Result<(), Fault> {
    sign_in_pause::Entity::delete_many()
        .filter(sign_in_pause::Column::PauseKey.eq(key))
        .exec(&tx.on())
        .await
        .doing("forgetting failed sign-ins")?;
    Ok(())
}
