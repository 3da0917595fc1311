//! Enrolments, and how far people have come.

use domain::id::{CandidacyId, CertificationId, EnrolmentId, Id, LessonId, PersonId, ProgrammeVersionId};
use domain::refusal::Fault;
use domain::time::{Day, Moment};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{candidacy, enrolment, lesson_progress};
use crate::fault::Doing;
use crate::query::{insert_all, meet};

/// A person on a programme.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Its id.
    pub id: EnrolmentId,
    /// Who.
    pub person: PersonId,
    /// On which version.
    pub programme_version: ProgrammeVersionId,
    /// For which candidacy.
    pub candidacy: CandidacyId,
    /// hand, rule or seed.
    pub basis: String,
    /// By whom.
    pub enrolled_by: Option<PersonId>,
    /// When.
    pub enrolled_at: Moment,
    /// To be finished by.
    pub due: Option<Day>,
}

/// Adds enrolments.
///
/// # Errors
/// A fault of the database.
pub async fn insert_enrolments(conn: &impl Conn, new: Vec<Enrolment>) -> Result<(), Fault> {
    let rows = new
        .into_iter()
        .map(|new| enrolment::Model {
            id: new.id.raw(),
            person_id: new.person.raw(),
            programme_version_id: new.programme_version.raw(),
            candidacy_id: new.candidacy.raw(),
            basis: new.basis,
            enrolled_by: new.enrolled_by.map(Id::raw),
            enrolled_at: new.enrolled_at,
            due_day: new.due.map(Day::date),
        })
        .collect();
    insert_all::<enrolment::Model, enrolment::ActiveModel>(conn, "enrolling", rows).await
}

/// The enrolment of a candidacy.
///
/// # Errors
/// A fault of the database.
pub async fn of_candidacy(conn: &impl Conn, candidacy: CandidacyId) -> Result<Option<Enrolment>, Fault> {
    let row = enrolment::Entity::find()
        .filter(enrolment::Column::CandidacyId.eq(candidacy.raw()))
        .one(&conn.on())
        .await
        .doing("finding an enrolment")?;
    Ok(row.map(read))
}

/// The enrolments of a person for a certification: that of the open candidacy first, then the latest.
///
/// # Errors
/// A fault of the database.
pub async fn towards(
    conn: &impl Conn,
    person: PersonId,
    certification: CertificationId,
) -> Result<Vec<Enrolment>, Fault> {
    let rows = enrolment::Entity::find()
        .join(
            JoinType::InnerJoin,
            meet(enrolment::Entity, enrolment::Column::CandidacyId, candidacy::Entity, candidacy::Column::Id),
        )
        .filter(candidacy::Column::PersonId.eq(person.raw()))
        .filter(candidacy::Column::CertificationId.eq(certification.raw()))
        .order_by_asc(candidacy::Column::ClosedAt.is_not_null())
        .order_by_desc(candidacy::Column::OpenedAt)
        .order_by_desc(candidacy::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading enrolments")?;
    Ok(rows.into_iter().map(read).collect())
}

/// All enrolments of a person, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn of_person(conn: &impl Conn, person: PersonId) -> Result<Vec<Enrolment>, Fault> {
    let rows = enrolment::Entity::find()
        .filter(enrolment::Column::PersonId.eq(person.raw()))
        .order_by_desc(enrolment::Column::EnrolledAt)
        .order_by_desc(enrolment::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading enrolments")?;
    Ok(rows.into_iter().map(read).collect())
}

fn read(row: enrolment::Model) -> Enrolment {
    Enrolment {
        id: Id::new(row.id),
        person: Id::new(row.person_id),
        programme_version: Id::new(row.programme_version_id),
        candidacy: Id::new(row.candidacy_id),
        basis: row.basis,
        enrolled_by: row.enrolled_by.map(Id::new),
        enrolled_at: row.enrolled_at,
        due: row.due_day.map(Day::new),
    }
}

/// The lessons of an enrolment that are done, in the order they were.
///
/// # Errors
/// A fault of the database.
pub async fn done(conn: &impl Conn, enrolment: EnrolmentId) -> Result<Vec<(LessonId, Moment)>, Fault> {
    let rows: Vec<(Uuid, Option<Moment>)> = lesson_progress::Entity::find()
        .select_only()
        .columns([lesson_progress::Column::LessonId, lesson_progress::Column::DoneAt])
        .filter(lesson_progress::Column::EnrolmentId.eq(enrolment.raw()))
        .filter(lesson_progress::Column::DoneAt.is_not_null())
        .order_by_asc(lesson_progress::Column::DoneAt)
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("reading progress")?;
    Ok(rows.into_iter().filter_map(|(lesson, at)| Some((Id::new(lesson), at?))).collect())
}

/// Notes that a lesson is done; done once is done for good.
///
/// # Errors
/// A fault of the database.
pub async fn finish(
    tx: &Tx,
    id: Uuid,
    enrolment: EnrolmentId,
    lesson: LessonId,
    answers: Option<String>,
    now: Moment,
) -> Result<(), Fault> {
    let row = lesson_progress::ActiveModel {
        id: Set(id),
        enrolment_id: Set(enrolment.raw()),
        lesson_id: Set(lesson.raw()),
        opened_at: Set(now),
        done_at: Set(Some(now)),
        answers: Set(answers),
    };
    lesson_progress::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([lesson_progress::Column::EnrolmentId, lesson_progress::Column::LessonId])
                .update_column(lesson_progress::Column::Answers)
                .to_owned(),
        )
        .exec_without_returning(&tx.on())
        .await
        .doing("noting a finished lesson")?;
    Ok(())
}

/// Adds finished lessons of many enrolments at once.
///
/// # Errors
/// A fault of the database.
pub async fn insert_done(
    conn: &impl Conn,
    done: Vec<(Uuid, EnrolmentId, LessonId)>,
    now: Moment,
) -> Result<(), Fault> {
    let rows = done
        .into_iter()
        .map(|(id, enrolment, lesson)| lesson_progress::Model {
            id,
            enrolment_id: enrolment.raw(),
            lesson_id: lesson.raw(),
            opened_at: now,
            done_at: Some(now),
            answers: None,
        })
        .collect();
    insert_all::<lesson_progress::Model, lesson_progress::ActiveModel>(conn, "adding progress", rows).await
}
