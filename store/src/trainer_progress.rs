//! How far the people of a group have come, and changes of a group itself.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{GroupId, Id, PersonId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{enrolment, lesson, lesson_progress, module, trainer_group};
use crate::fault::{Doing, number};
use crate::query::meet;

/// How far somebody has come in the programme that they were last put on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Lessons that are done.
    pub done: u32,
    /// All lessons of the programme.
    pub lessons: u32,
}

/// The progress of some people, in three queries; those who were never enrolled are left out.
///
/// # Errors
/// A fault of the database.
pub async fn of_people(
    conn: &impl Conn,
    people: impl IntoIterator<Item = PersonId> + Send,
) -> Result<BTreeMap<PersonId, Progress>, Fault> {
    let people: Vec<Uuid> = people.into_iter().map(Id::raw).collect();
    let rows: Vec<(Uuid, Uuid, Uuid)> = enrolment::Entity::find()
        .select_only()
        .columns([enrolment::Column::PersonId, enrolment::Column::Id, enrolment::Column::ProgrammeVersionId])
        .filter(enrolment::Column::PersonId.is_in(people))
        .order_by_asc(enrolment::Column::EnrolledAt)
        .order_by_asc(enrolment::Column::Id)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading enrolments of a group")?;
    // The latest enrolment of a person comes last and stays.
    let latest: BTreeMap<Uuid, (Uuid, Uuid)> =
        rows.into_iter().map(|(person, enrolment, version)| (person, (enrolment, version))).collect();
    let done = done_in(conn, latest.values().map(|(enrolment, _)| *enrolment).collect()).await?;
    let lessons = lessons_in(conn, latest.values().map(|(_, version)| *version).collect()).await?;
    Ok(latest
        .into_iter()
        .map(|(person, (enrolment, version))| {
            let progress = Progress {
                done: done.get(&enrolment).copied().unwrap_or(0),
                lessons: lessons.get(&version).copied().unwrap_or(0),
            };
            (Id::new(person), progress)
        })
        .collect())
}

/// How many lessons of some enrolments are done.
async fn done_in(conn: &impl Conn, enrolments: Vec<Uuid>) -> Result<BTreeMap<Uuid, u32>, Fault> {
    let rows: Vec<(Uuid, i64)> = lesson_progress::Entity::find()
        .select_only()
        .column(lesson_progress::Column::EnrolmentId)
        .column_as(lesson_progress::Column::Id.count(), "done")
        .filter(lesson_progress::Column::EnrolmentId.is_in(enrolments))
        .filter(lesson_progress::Column::DoneAt.is_not_null())
        .group_by(lesson_progress::Column::EnrolmentId)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting finished lessons")?;
    counted("lesson_progress", rows)
}

/// How many lessons some versions of programmes have.
async fn lessons_in(conn: &impl Conn, versions: BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, u32>, Fault> {
    let rows: Vec<(Uuid, i64)> = lesson::Entity::find()
        .select_only()
        .column(module::Column::VersionId)
        .column_as(lesson::Column::Id.count(), "lessons")
        .join(
            JoinType::InnerJoin,
            meet(lesson::Entity, lesson::Column::ModuleId, module::Entity, module::Column::Id),
        )
        .filter(module::Column::VersionId.is_in(versions))
        .group_by(module::Column::VersionId)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("counting lessons")?;
    counted("lesson", rows)
}

fn counted(table: &'static str, rows: Vec<(Uuid, i64)>) -> Result<BTreeMap<Uuid, u32>, Fault> {
    rows.into_iter().map(|(id, count)| Ok((id, number(table, "count", count)?))).collect()
}

/// Renames a group; false when it is not the trainer's, or archived.
///
/// # Errors
/// A fault of the database.
pub async fn rename(tx: &Tx, id: GroupId, trainer: PersonId, title: &str) -> Result<bool, Fault> {
    let done = trainer_group::Entity::update_many()
        .col_expr(trainer_group::Column::Title, Expr::value(title))
        .filter(trainer_group::Column::Id.eq(id.raw()))
        .filter(trainer_group::Column::TrainerId.eq(trainer.raw()))
        .filter(trainer_group::Column::ArchivedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("renaming a group")?;
    Ok(done.rows_affected > 0)
}

/// Puts a group away; false when it is not the trainer's, or archived already.
///
/// # Errors
/// A fault of the database.
pub async fn archive(tx: &Tx, id: GroupId, trainer: PersonId, now: Moment) -> Result<bool, Fault> {
    let done = trainer_group::Entity::update_many()
        .col_expr(trainer_group::Column::ArchivedAt, Expr::value(now))
        .filter(trainer_group::Column::Id.eq(id.raw()))
        .filter(trainer_group::Column::TrainerId.eq(trainer.raw()))
        .filter(trainer_group::Column::ArchivedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("archiving a group")?;
    Ok(done.rows_affected > 0)
}
