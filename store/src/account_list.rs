//! Accounts as the administrator lists them, and people who have none.

use std::collections::BTreeMap;

use domain::access::Reach;
use domain::id::{AccountId, Id, PersonId};
use domain::page::Page;
use domain::people::FullName;
use domain::refusal::Fault;
use domain::text::folded;
use domain::time::{Day, Moment};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{account, person, person_name, web_session};
use crate::fault::Doing;
use crate::people;
use crate::query::{contains, insert, meet};

/// An account in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its id.
    pub id: AccountId,
    /// Whose it is.
    pub person: PersonId,
    /// Their name.
    pub name: FullName,
    /// The folded login.
    pub login: String,
    /// Whether it may sign in.
    pub is_active: bool,
    /// Whether a password was ever set.
    pub has_password: bool,
    /// When one of its sessions was last seen.
    pub seen_at: Option<Moment>,
}

#[derive(FromQueryResult)]
struct ListedRow {
    id: Uuid,
    person_id: Uuid,
    login: String,
    password_changed_at: Option<Moment>,
    state: String,
    surname: String,
    given: String,
    patronymic: Option<String>,
}

/// Lists accounts in the order of their logins; each typed word must occur in the login, the name or the
/// personnel number.
///
/// # Errors
/// A fault of the database.
pub async fn list(
    conn: &impl Conn,
    search: &str,
    after: Option<&str>,
    size: u64,
) -> Result<Page<Listed>, Fault> {
    let rows = account::Entity::find()
        .select_only()
        .columns([
            account::Column::Id,
            account::Column::PersonId,
            account::Column::Login,
            account::Column::PasswordChangedAt,
            account::Column::State,
        ])
        .columns([person::Column::Surname, person::Column::Given, person::Column::Patronymic])
        .join(
            JoinType::InnerJoin,
            meet(account::Entity, account::Column::PersonId, person::Entity, person::Column::Id),
        )
        .filter(asked(search, after))
        .order_by_asc(account::Column::Login)
        .order_by_asc(account::Column::Id)
        .limit(size + 1)
        .into_model::<ListedRow>()
        .all(&conn.on())
        .await
        .doing("listing accounts")?;
    let page = Page::cut(rows, size, |row| row.login.clone());
    let seen = last_seen(conn, page.rows.iter().map(|row| row.id).collect()).await?;
    Ok(page.map(|row| Listed {
        seen_at: seen.get(&row.id).copied(),
        id: Id::new(row.id),
        person: Id::new(row.person_id),
        name: FullName { surname: row.surname, given: row.given, patronymic: row.patronymic },
        login: row.login,
        is_active: row.state == "active",
        has_password: row.password_changed_at.is_some(),
    }))
}

fn asked(search: &str, after: Option<&str>) -> Condition {
    let mut all = Condition::all();
    for word in folded(search).split(' ').filter(|word| !word.is_empty()).take(5) {
        all = all.add(
            Condition::any()
                .add(contains((account::Entity, account::Column::Login), word))
                .add(contains((person::Entity, person::Column::SearchKey), word)),
        );
    }
    match after {
        Some(after) => all.add(account::Column::Login.gt(after)),
        None => all,
    }
}

async fn last_seen(conn: &impl Conn, accounts: Vec<Uuid>) -> Result<BTreeMap<Uuid, Moment>, Fault> {
    let rows: Vec<(Uuid, Option<Moment>)> = web_session::Entity::find()
        .select_only()
        .column(web_session::Column::AccountId)
        .column_as(web_session::Column::SeenAt.max(), "last_seen_at")
        .filter(web_session::Column::AccountId.is_in(accounts))
        .group_by(web_session::Column::AccountId)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading when accounts were last seen")?;
    Ok(rows.into_iter().filter_map(|(account, at)| Some((account, at?))).collect())
}

/// People at work who have no account, in the order of their names.
///
/// # Errors
/// A fault of the database.
pub async fn without(conn: &impl Conn, search: &str, limit: u64) -> Result<Vec<people::Listed>, Fault> {
    let filter = people::Filter { search: search.to_owned(), ..Default::default() };
    let holders = Query::select().column(account::Column::PersonId).from(account::Entity).to_owned();
    let rows = people::at_work()
        .filter(people::narrowed(&Reach::All, &filter))
        .filter(person::Column::Id.not_in_subquery(holders))
        .limit(limit)
        .into_model::<people::ListedRow>()
        .all(&conn.on())
        .await
        .doing("listing people without an account")?;
    Ok(rows.into_iter().map(people::Listed::from).collect())
}

/// Adds a person without an employment: whoever keeps the server need not work in a centre.
///
/// # Errors
/// A fault of the database.
pub async fn insert_holder(
    tx: &Tx,
    id: PersonId,
    name_id: Uuid,
    name: FullName,
    from: Day,
    now: Moment,
) -> Result<(), Fault> {
    let recorded = person_name::Model {
        id: name_id,
        person_id: id.raw(),
        surname: name.surname.clone(),
        given: name.given.clone(),
        patronymic: name.patronymic.clone(),
        from_day: from.date(),
        recorded_at: now,
    };
    let row = person::Model {
        id: id.raw(),
        sort_key: name.sort_key(),
        search_key: name.sort_key(),
        surname: name.surname,
        given: name.given,
        patronymic: name.patronymic,
        extra_time_percent: 0,
        created_at: now,
    };
    insert::<_, person::ActiveModel>(tx, "adding a person", row).await?;
    insert::<_, person_name::ActiveModel>(tx, "recording a name", recorded).await
}
