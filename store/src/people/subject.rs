//! Whom an act is about, and which groups a trainer keeps: what permission is judged by.

use std::collections::BTreeMap;

use domain::access::Subject;
use domain::id::{GroupId, Id, PersonId};
use domain::refusal::Fault;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{employment, trainer_group, trainer_group_member};
use crate::fault::Doing;

/// Whom an act about a person is about: their units today and the groups they are in.
///
/// # Errors
/// A fault of the database.
pub async fn subject_of(conn: &impl Conn, id: PersonId) -> Result<Subject, Fault> {
    Ok(subjects_of(conn, [id]).await?.remove(&id).unwrap_or_else(|| Subject::own(id)))
}

/// The same for some people, in two queries; everyone who was asked about is there.
///
/// # Errors
/// A fault of the database.
pub async fn subjects_of(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = PersonId> + Send,
) -> Result<BTreeMap<PersonId, Subject>, Fault> {
    let mut subjects: BTreeMap<PersonId, Subject> =
        ids.into_iter().map(|id| (id, Subject::own(id))).collect();
    let people: Vec<Uuid> = subjects.keys().map(|id| id.raw()).collect();
    for (person, unit) in units_of(conn, people.clone()).await? {
        subjects.entry(Id::new(person)).or_default().units.push(Id::new(unit));
    }
    for (person, group) in groups_of(conn, people).await? {
        subjects.entry(Id::new(person)).or_default().groups.push(Id::new(group));
    }
    Ok(subjects)
}

async fn units_of(conn: &impl Conn, people: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>, Fault> {
    employment::Entity::find()
        .select_only()
        .columns([employment::Column::PersonId, employment::Column::UnitId])
        .filter(employment::Column::PersonId.is_in(people))
        .filter(employment::Column::UntilDay.is_null())
        .order_by_asc(employment::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading the units of people")
}

async fn groups_of(conn: &impl Conn, people: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>, Fault> {
    trainer_group_member::Entity::find()
        .select_only()
        .columns([trainer_group_member::Column::PersonId, trainer_group_member::Column::GroupId])
        .filter(trainer_group_member::Column::PersonId.is_in(people))
        .filter(trainer_group_member::Column::RemovedAt.is_null())
        .order_by_asc(trainer_group_member::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading the groups of people")
}

/// The groups that a trainer looks after.
///
/// # Errors
/// A fault of the database.
pub async fn groups_kept_by(conn: &impl Conn, trainer: PersonId) -> Result<Vec<GroupId>, Fault> {
    let groups: Vec<Uuid> = trainer_group::Entity::find()
        .select_only()
        .column(trainer_group::Column::Id)
        .filter(trainer_group::Column::TrainerId.eq(trainer.raw()))
        .filter(trainer_group::Column::ArchivedAt.is_null())
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading a trainer's groups")?;
    Ok(groups.into_iter().map(Id::new).collect())
}
