//! What everybody reads and hardly anybody changes: published tests, rules, lessons. Read once, and kept in memory.
//!
//! Who asks within a write gives the write: it must never wait for a second connection, which may wait for the first.

use std::sync::Arc;

use domain::id::{LessonId, ProgrammeVersionId, RulebookVersionId, TestId, TestVersionId};
use domain::refusal::Fault;
use domain::rulebook::Rule;
use store::Conn;
use store::certification::Version as CertificationVersion;
use store::programme::{Lesson, Module};
use store::test::{Test, Version};

use crate::Services;
use crate::kept::{Fresh, Kept};
use crate::programme::CERTIFICATION;

/// What is kept.
pub(crate) struct Catalogue {
    certification: Fresh<(), Option<CertificationVersion>>,
    all_tests: Fresh<(), Arc<Vec<Test>>>,
    tests: Fresh<TestId, Option<Test>>,
    versions: Fresh<TestVersionId, Option<Version>>,
    rules: Fresh<RulebookVersionId, Arc<Vec<Rule>>>,
    // A published programme never changes.
    outlines: Kept<ProgrammeVersionId, Arc<Vec<Module>>>,
    lessons: Kept<LessonId, Arc<Lesson>>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self {
            certification: Fresh::new(1),
            all_tests: Fresh::new(1),
            tests: Fresh::new(100),
            versions: Fresh::new(100),
            rules: Fresh::new(20),
            outlines: Kept::new(20),
            lessons: Kept::new(500),
        }
    }
}

/// The certification that people are enrolled for today.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn certification(
    s: &Services,
    conn: &impl Conn,
) -> Result<Option<CertificationVersion>, Fault> {
    let read = store::certification::published(conn, CERTIFICATION);
    s.catalogue.certification.read(s, (), read).await
}

/// All tests.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn tests(s: &Services, conn: &impl Conn) -> Result<Arc<Vec<Test>>, Fault> {
    let read = async { store::test::list(conn).await.map(Arc::new) };
    s.catalogue.all_tests.read(s, (), read).await
}

/// A test.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn test(s: &Services, conn: &impl Conn, id: TestId) -> Result<Option<Test>, Fault> {
    s.catalogue.tests.read(s, id, store::test::find(conn, id)).await
}

/// A version of a test.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn test_version(
    s: &Services,
    conn: &impl Conn,
    id: TestVersionId,
) -> Result<Option<Version>, Fault> {
    s.catalogue.versions.read(s, id, store::test::version(conn, id)).await
}

/// The rules of a version of the standard.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn rules(
    s: &Services,
    conn: &impl Conn,
    id: RulebookVersionId,
) -> Result<Arc<Vec<Rule>>, Fault> {
    let read = async { store::rulebook::rules(conn, id).await.map(Arc::new) };
    s.catalogue.rules.read(s, id, read).await
}

/// The modules of a published programme, with the heads of their lessons.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn outline(
    s: &Services,
    conn: &impl Conn,
    id: ProgrammeVersionId,
) -> Result<Arc<Vec<Module>>, Fault> {
    if let Some(modules) = s.catalogue.outlines.get(&id) {
        return Ok(modules);
    }
    let modules = Arc::new(store::programme::outline(conn, id).await?);
    s.catalogue.outlines.put(id, Arc::clone(&modules));
    Ok(modules)
}

/// A lesson of a published programme.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn lesson(
    s: &Services,
    conn: &impl Conn,
    id: LessonId,
) -> Result<Option<Arc<Lesson>>, Fault> {
    if let Some(lesson) = s.catalogue.lessons.get(&id) {
        return Ok(Some(lesson));
    }
    let Some(lesson) = store::programme::lesson(conn, id).await? else { return Ok(None) };
    let lesson = Arc::new(lesson);
    s.catalogue.lessons.put(id, Arc::clone(&lesson));
    Ok(Some(lesson))
}
