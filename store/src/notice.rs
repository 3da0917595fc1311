//! What people should know, shown in the product.

use domain::id::{Id, PersonId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::notice;
use crate::fault::Doing;
use crate::query::insert;

/// A notice: a kind and its parameters, put into words when shown.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id.
    pub id: Uuid,
    /// For whom.
    pub person: PersonId,
    /// What about.
    pub kind: String,
    /// JSON.
    pub params: String,
    /// When.
    pub created_at: Moment,
    /// When it was read.
    pub read_at: Option<Moment>,
}

/// Adds a notice.
///
/// # Errors
/// A fault of the database.
pub async fn add(tx: &Tx, new: Notice) -> Result<(), Fault> {
    let row = notice::Model {
        id: new.id,
        person_id: new.person.raw(),
        kind: new.kind,
        params: new.params,
        created_at: new.created_at,
        read_at: new.read_at,
    };
    insert::<_, notice::ActiveModel>(tx, "adding a notice", row).await
}

/// The latest notices of a person.
///
/// # Errors
/// A fault of the database.
pub async fn of_person(conn: &impl Conn, person: PersonId, limit: u64) -> Result<Vec<Notice>, Fault> {
    let rows = notice::Entity::find()
        .filter(notice::Column::PersonId.eq(person.raw()))
        .order_by_desc(notice::Column::CreatedAt)
        .order_by_desc(notice::Column::Id)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("reading notices")?;
    Ok(rows
        .into_iter()
        .map(|row| Notice {
            id: row.id,
            person: Id::new(row.person_id),
            kind: row.kind,
            params: row.params,
            created_at: row.created_at,
            read_at: row.read_at,
        })
        .collect())
}

/// How many notices a person has not read.
///
/// # Errors
/// A fault of the database.
pub async fn unread(conn: &impl Conn, person: PersonId) -> Result<u64, Fault> {
    notice::Entity::find()
        .filter(notice::Column::PersonId.eq(person.raw()))
        .filter(notice::Column::ReadAt.is_null())
        .count(&conn.on())
        .await
        .doing("counting notices")
}

/// Marks all notices of a person as read.
///
/// # Errors
/// A fault of the database.
pub async fn read_all(tx: &Tx, person: PersonId, now: Moment) -> Result<(), Fault> {
    notice::Entity::update_many()
        .col_expr(notice::Column::ReadAt, Expr::value(now))
        .filter(notice::Column::PersonId.eq(person.raw()))
        .filter(notice::Column::ReadAt.is_null())
        .exec(&tx.on())
        .await
        .doing("marking notices as read")?;
    Ok(())
}
