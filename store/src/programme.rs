//! Programmes: versions, modules, lessons.

use domain::id::{Id, LessonId, ModuleId, ProgrammeId, ProgrammeVersionId};
use domain::programme::{Check, LessonKind};
use domain::refusal::Fault;
use domain::rulebook::VersionState;
use domain::time::Moment;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{lesson, module, programme, programme_version};
use crate::fault::{Doing, coded, json, number, to_json};
use crate::query::{insert, insert_all};

/// A version of a programme.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its id.
    pub id: ProgrammeVersionId,
    /// Which programme.
    pub programme: ProgrammeId,
    /// Its number.
    pub number: i32,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// When it was made.
    pub created_at: Moment,
}

/// A module with the heads of its lessons.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its id.
    pub id: ModuleId,
    /// From 1.
    pub position: u32,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Its lessons.
    pub lessons: Vec<LessonHead>,
}

/// A lesson without its text.
#[derive(Clone, Debug)]
pub struct LessonHead {
    /// Its id.
    pub id: LessonId,
    /// From 1.
    pub position: u32,
    /// Its title.
    pub title: String,
    /// How long it takes.
    pub minutes: u32,
}

/// A lesson.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Its id.
    pub id: LessonId,
    /// Its module.
    pub module: ModuleId,
    /// What it is.
    pub kind: LessonKind,
    /// Its title.
    pub title: String,
    /// What one can do after it.
    pub summary: String,
    /// How long it takes.
    pub minutes: u32,
    /// Rule codes.
    pub rules: Vec<String>,
    /// Markdown.
    pub body: String,
    /// The self-check.
    pub checks: Vec<Check>,
}

/// A lesson to add, with its code and address.
#[derive(Clone, Debug)]
pub struct NewLesson {
    /// The lesson.
    pub lesson: Lesson,
    /// From 1.
    pub position: u32,
    /// A stable code.
    pub code: String,
    /// Its name in files.
    pub slug: String,
}

/// A module to add.
#[derive(Clone, Debug)]
pub struct NewModule {
    /// Its id.
    pub id: ModuleId,
    /// From 1.
    pub position: u32,
    /// Its name in files.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Rule codes.
    pub rules: Vec<String>,
    /// Its lessons.
    pub lessons: Vec<NewLesson>,
}

/// Adds a programme.
///
/// # Errors
/// A fault of the database.
pub async fn insert_programme(
    conn: &impl Conn,
    id: ProgrammeId,
    code: &str,
    title: &str,
) -> Result<(), Fault> {
    let row = programme::Model { id: id.raw(), code: code.to_owned(), title: title.to_owned() };
    insert::<_, programme::ActiveModel>(conn, "adding a programme", row).await
}

/// Adds a published version with its modules and lessons.
///
/// # Errors
/// A fault of the database.
pub async fn insert_version(
    conn: &impl Conn,
    version: Version,
    modules: Vec<NewModule>,
) -> Result<(), Fault> {
    let row = programme_version::Model {
        id: version.id.raw(),
        programme_id: version.programme.raw(),
        number: version.number,
        state: VersionState::Published.code().to_owned(),
        title: version.title,
        summary: version.summary,
        created_at: version.created_at,
        published_at: Some(version.created_at),
    };
    insert::<_, programme_version::ActiveModel>(conn, "adding a version of a programme", row).await?;
    let mut module_rows = Vec::new();
    let mut lesson_rows = Vec::new();
    for new in modules {
        module_rows.push(module::Model {
            id: new.id.raw(),
            version_id: version.id.raw(),
            position: number("module", "position", new.position)?,
            slug: new.slug,
            title: new.title,
            summary: new.summary,
            rules: to_json(&new.rules)?,
        });
        for lesson in new.lessons {
            lesson_rows.push(lesson_row(lesson)?);
        }
    }
    insert_all::<module::Model, module::ActiveModel>(conn, "adding modules", module_rows).await?;
    insert_all::<lesson::Model, lesson::ActiveModel>(conn, "adding lessons", lesson_rows).await
}

fn lesson_row(new: NewLesson) -> Result<lesson::Model, Fault> {
    Ok(lesson::Model {
        id: new.lesson.id.raw(),
        module_id: new.lesson.module.raw(),
        position: number("lesson", "position", new.position)?,
        code: new.code,
        slug: new.slug,
        kind: new.lesson.kind.code().to_owned(),
        title: new.lesson.title,
        summary: new.lesson.summary,
        minutes: number("lesson", "minutes", new.lesson.minutes)?,
        rules: to_json(&new.lesson.rules)?,
        body: new.lesson.body,
        checks: to_json(&new.lesson.checks)?,
    })
}

#[derive(FromQueryResult)]
struct HeadRow {
    id: Uuid,
    module_id: Uuid,
    position: i32,
    title: String,
    minutes: i32,
}

/// The modules of a version with the heads of their lessons, in order.
///
/// # Errors
/// A fault of the database.
pub async fn outline(conn: &impl Conn, version: ProgrammeVersionId) -> Result<Vec<Module>, Fault> {
    let modules = module::Entity::find()
        .filter(module::Column::VersionId.eq(version.raw()))
        .order_by_asc(module::Column::Position)
        .all(&conn.on())
        .await
        .doing("reading modules")?;
    let lessons = lesson::Entity::find()
        .select_only()
        .columns([
            lesson::Column::Id,
            lesson::Column::ModuleId,
            lesson::Column::Position,
            lesson::Column::Title,
            lesson::Column::Minutes,
        ])
        .filter(lesson::Column::ModuleId.is_in(modules.iter().map(|row| row.id)))
        .order_by_asc(lesson::Column::Position)
        .into_model::<HeadRow>()
        .all(&conn.on())
        .await
        .doing("reading the heads of lessons")?;
    modules
        .into_iter()
        .map(|row| {
            Ok(Module {
                id: Id::new(row.id),
                position: number("module", "position", row.position)?,
                title: row.title,
                summary: row.summary,
                lessons: lessons
                    .iter()
                    .filter(|head| head.module_id == row.id)
                    .map(|head| {
                        Ok(LessonHead {
                            id: Id::new(head.id),
                            position: number("lesson", "position", head.position)?,
                            title: head.title.clone(),
                            minutes: number("lesson", "minutes", head.minutes)?,
                        })
                    })
                    .collect::<Result<_, Fault>>()?,
            })
        })
        .collect()
}

/// Finds a lesson.
///
/// # Errors
/// A fault of the database.
pub async fn lesson(conn: &impl Conn, id: LessonId) -> Result<Option<Lesson>, Fault> {
    let row = lesson::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding a lesson")?;
    row.map(|row| {
        Ok(Lesson {
            id: Id::new(row.id),
            module: Id::new(row.module_id),
            kind: coded("lesson", "kind", &row.kind, LessonKind::of)?,
            title: row.title,
            summary: row.summary,
            minutes: number("lesson", "minutes", row.minutes)?,
            rules: json("lesson", "rules", &row.rules)?,
            body: row.body,
            checks: json("lesson", "checks", &row.checks)?,
        })
    })
    .transpose()
}

/// The title of a version.
///
/// # Errors
/// A fault of the database.
pub async fn title(conn: &impl Conn, id: ProgrammeVersionId) -> Result<Option<String>, Fault> {
    let row = programme_version::Entity::find_by_id(id.raw())
        .one(&conn.on())
        .await
        .doing("finding a version of a programme")?;
    Ok(row.map(|row| row.title))
}
