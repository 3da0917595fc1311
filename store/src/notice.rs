//! What people should know, shown in the product.

mod due;

use domain::id::{Id, NoticeId, PersonId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

pub use self::due::{Ending, Unfinished, ending, holders, told, unfinished};
use crate::db::{Conn, Tx};
use crate::entity::notice;
use crate::fault::Doing;
use crate::query::insert_at_end;

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

/// Adds a notice, at the end of the write.
pub fn add(tx: &Tx, new: Notice) {
    insert_at_end::<_, notice::ActiveModel>(tx, "adding a notice", row(new, None));
}

fn row(new: Notice, dedup_key: Option<String>) -> notice::Model {
    notice::Model {
        id: new.id,
        person_id: new.person.raw(),
        kind: new.kind,
        params: new.params,
        created_at: new.created_at,
        read_at: new.read_at,
        dedup_key,
    }
}

/// Adds notices, each with a key; those whose key was used before are left out. How many were added.
///
/// # Errors
/// A fault of the database.
pub async fn add_once(tx: &Tx, new: Vec<(Notice, String)>) -> Result<u64, Fault> {
    if new.is_empty() {
        return Ok(0);
    }
    let rows: Vec<notice::ActiveModel> =
        new.into_iter().map(|(new, key)| row(new, Some(key)).into_active_model()).collect();
    notice::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("adding notices")
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
    Ok(rows.into_iter().map(read).collect())
}

fn read(row: notice::Model) -> Notice {
    Notice {
        id: row.id,
        person: Id::new(row.person_id),
        kind: row.kind,
        params: row.params,
        created_at: row.created_at,
        read_at: row.read_at,
    }
}

/// Finds a notice of a person.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: NoticeId, person: PersonId) -> Result<Option<Notice>, Fault> {
    let row = notice::Entity::find_by_id(id.raw())
        .filter(notice::Column::PersonId.eq(person.raw()))
        .one(&conn.on())
        .await
        .doing("finding a notice")?;
    Ok(row.map(read))
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

/// Marks a notice of a person as read; false when it was.
///
/// # Errors
/// A fault of the database.
pub async fn mark_read(tx: &Tx, id: NoticeId, person: PersonId, now: Moment) -> Result<bool, Fault> {
    let done = notice::Entity::update_many()
        .col_expr(notice::Column::ReadAt, Expr::value(now))
        .filter(notice::Column::Id.eq(id.raw()))
        .filter(notice::Column::PersonId.eq(person.raw()))
        .filter(notice::Column::ReadAt.is_null())
        .exec(&tx.on())
        .await
        .doing("marking a notice as read")?;
    Ok(done.rows_affected > 0)
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
