//! Groups of learners that trainers look after. Who may see whom by them is in [`crate::people`].

use domain::id::{GroupId, Id, PersonId};
use domain::people::FullName;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{person, trainer_group, trainer_group_member};
use crate::fault::Doing;
use crate::query::{insert, meet};

/// The most groups of one trainer that a list shows.
const MOST_GROUPS: u64 = 100;
/// The most members that a list shows, over all its groups.
const MOST_MEMBERS: u64 = 2000;

/// A group with its members.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its title.
    pub title: String,
    /// Who looks after it.
    pub trainer: PersonId,
    /// When it was made.
    pub created_at: Moment,
    /// Who is in it, in the order of their names.
    pub members: Vec<Member>,
}

/// A person in a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// Their name today.
    pub name: FullName,
    /// Since when.
    pub added_at: Moment,
}

/// Adds a group.
///
/// # Errors
/// A fault of the database.
pub async fn insert_group(
    conn: &impl Conn,
    id: GroupId,
    title: &str,
    trainer: PersonId,
    now: Moment,
) -> Result<(), Fault> {
    let row = trainer_group::Model {
        id: id.raw(),
        title: title.to_owned(),
        trainer_id: trainer.raw(),
        created_at: now,
        archived_at: None,
    };
    insert::<_, trainer_group::ActiveModel>(conn, "adding a group", row).await
}

/// Puts a person into a group; false when they are in it already.
///
/// # Errors
/// A fault of the database.
pub async fn add_member(
    tx: &Tx,
    id: Uuid,
    group: GroupId,
    person: PersonId,
    now: Moment,
) -> Result<bool, Fault> {
    let row = trainer_group_member::ActiveModel {
        id: Set(id),
        group_id: Set(group.raw()),
        person_id: Set(person.raw()),
        added_at: Set(now),
        removed_at: Set(None),
    };
    let added = trainer_group_member::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("adding a person to a group")?;
    Ok(added > 0)
}

/// Takes a person out of a group; false when they are not in it.
///
/// # Errors
/// A fault of the database.
pub async fn remove_member(tx: &Tx, group: GroupId, person: PersonId, now: Moment) -> Result<bool, Fault> {
    let done = trainer_group_member::Entity::update_many()
        .col_expr(trainer_group_member::Column::RemovedAt, Expr::value(now))
        .filter(trainer_group_member::Column::GroupId.eq(group.raw()))
        .filter(trainer_group_member::Column::PersonId.eq(person.raw()))
        .filter(trainer_group_member::Column::RemovedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("taking a person out of a group")?;
    Ok(done.rows_affected > 0)
}

/// The groups that a trainer looks after, the oldest first, with their members.
///
/// # Errors
/// A fault of the database.
pub async fn of_trainer(conn: &impl Conn, trainer: PersonId) -> Result<Vec<Group>, Fault> {
    let rows = trainer_group::Entity::find()
        .filter(trainer_group::Column::TrainerId.eq(trainer.raw()))
        .filter(trainer_group::Column::ArchivedAt.is_null())
        .order_by_asc(trainer_group::Column::CreatedAt)
        .order_by_asc(trainer_group::Column::Id)
        .limit(MOST_GROUPS)
        .all(&conn.on())
        .await
        .doing("listing a trainer's groups")?;
    let members = members_of(conn, rows.iter().map(|row| row.id).collect()).await?;
    Ok(rows
        .into_iter()
        .map(|row| Group {
            members: members.iter().filter(|member| member.group_id == row.id).map(read_member).collect(),
            id: Id::new(row.id),
            title: row.title,
            trainer: Id::new(row.trainer_id),
            created_at: row.created_at,
        })
        .collect())
}

#[derive(FromQueryResult)]
struct MemberRow {
    group_id: Uuid,
    person_id: Uuid,
    surname: String,
    given: String,
    patronymic: Option<String>,
    added_at: Moment,
}

fn read_member(row: &MemberRow) -> Member {
    Member {
        person: Id::new(row.person_id),
        name: FullName {
            surname: row.surname.clone(),
            given: row.given.clone(),
            patronymic: row.patronymic.clone(),
        },
        added_at: row.added_at,
    }
}

async fn members_of(conn: &impl Conn, groups: Vec<Uuid>) -> Result<Vec<MemberRow>, Fault> {
    trainer_group_member::Entity::find()
        .select_only()
        .columns([
            trainer_group_member::Column::GroupId,
            trainer_group_member::Column::PersonId,
            trainer_group_member::Column::AddedAt,
        ])
        .columns([person::Column::Surname, person::Column::Given, person::Column::Patronymic])
        .join(
            JoinType::InnerJoin,
            meet(
                trainer_group_member::Entity,
                trainer_group_member::Column::PersonId,
                person::Entity,
                person::Column::Id,
            ),
        )
        .filter(trainer_group_member::Column::GroupId.is_in(groups))
        .filter(trainer_group_member::Column::RemovedAt.is_null())
        .order_by_asc(person::Column::SortKey)
        .order_by_asc(person::Column::Id)
        .order_by_asc(trainer_group_member::Column::Id)
        .limit(MOST_MEMBERS)
        .into_model::<MemberRow>()
        .all(&conn.on())
        .await
        .doing("listing the members of groups")
}
