//! Learning: the path, lessons, progress, admission, enrolment.

use std::sync::Arc;

use domain::access::{Act, Actor, Subject, allow};
use domain::certification::{Standing, cycle, standing};
use domain::form::FormState;
use domain::id::{EnrolmentId, LessonId, PersonId};
use domain::programme::{Check, NextStep, TestStanding, next_step};
use domain::refusal::{Fault, Refusal};
use domain::test::NotNow;
use domain::time::{Day, Moment};
use store::Patience;
use store::certification::{Candidacy, Version};
pub use store::programme::{Lesson, LessonHead, Module};
use store::progress::Enrolment;

use crate::{Services, audit, catalogue, chance, test};

/// The certification that the product is about. Others can be added beside it.
pub const CERTIFICATION: &str = "administrator";

/// A person's path to the badge.
#[derive(Clone, Debug)]
pub struct Path {
    /// The certification's title.
    pub title: String,
    /// The modules of the programme; none without an enrolment.
    pub modules: Arc<Vec<Module>>,
    /// The lessons that are done.
    pub done: Vec<LessonId>,
    /// When the programme has to be finished.
    pub due: Option<Day>,
    /// The test, with why it cannot be started now.
    pub test: Option<(store::test::Test, store::test::Version, Option<NotNow>)>,
    /// What the person is today.
    pub standing: Standing,
    /// Until when, if certified.
    pub until: Option<Day>,
    /// The one thing to do next.
    pub next: NextStep<LessonId>,
    /// The open attempt, if one runs.
    pub running: Option<domain::id::AttemptId>,
}

impl Path {
    /// How many lessons there are.
    #[must_use]
    pub fn lessons(&self) -> usize {
        self.modules.iter().map(|module| module.lessons.len()).sum()
    }

    /// How many lessons of a module are done.
    #[must_use]
    pub fn done_in(&self, module: &Module) -> usize {
        module.lessons.iter().filter(|lesson| self.done.contains(&lesson.id)).count()
    }
}

/// The own path.
///
/// # Errors
/// A fault of the database.
pub async fn path(s: &Services, actor: &Actor) -> Result<Path, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let version = current(s).await?;
    let now = s.now();
    let periods = store::certification::periods_of(&s.db, [actor.person]).await?;
    let periods: Vec<_> =
        periods.into_values().flatten().filter(|p| p.certification == version.certification).collect();
    let judged: Vec<_> = periods.into_iter().map(|recorded| recorded.period).collect();
    let (standing, period) = standing(&judged, s.today(), now, version.renewal_window_days);
    let until = period.map(|period| period.until);
    let candidacy = store::certification::open_candidacy(&s.db, actor.person, version.certification).await?;
    let Some(candidacy) = candidacy else {
        let next = next_step(standing.is_valid(), false, None, TestStanding::Open);
        return Ok(Path {
            title: version.title,
            modules: Arc::default(),
            done: Vec::new(),
            due: None,
            test: None,
            standing,
            until,
            next,
            running: None,
        });
    };
    let (enrolment, modules, done) = learning(s, &candidacy).await?;
    let shown = test::standing_of(s, actor.person, version.test, Some(&candidacy)).await?;
    let next_lesson = modules
        .iter()
        .flat_map(|module| &module.lessons)
        .map(|lesson| lesson.id)
        .find(|lesson| !done.contains(lesson));
    let next = next_step(standing.is_valid(), true, next_lesson, shown.standing);
    Ok(Path {
        title: version.title,
        modules,
        done,
        due: enrolment.and_then(|enrolment| enrolment.due),
        test: Some((shown.test, shown.version, shown.not_now)),
        standing,
        until,
        next,
        running: shown.running,
    })
}

async fn learning(
    s: &Services,
    candidacy: &Candidacy,
) -> Result<(Option<Enrolment>, Arc<Vec<Module>>, Vec<LessonId>), Fault> {
    let Some(enrolment) = store::progress::of_candidacy(&s.db, candidacy.id).await? else {
        return Ok((None, Arc::default(), Vec::new()));
    };
    let modules = catalogue::outline(s, &s.db, enrolment.programme_version).await?;
    let done = done(s, &enrolment).await?;
    Ok((Some(enrolment), modules, done))
}

async fn done(s: &Services, enrolment: &Enrolment) -> Result<Vec<LessonId>, Fault> {
    Ok(store::progress::done(&s.db, enrolment.id).await?.into_iter().map(|(id, _)| id).collect())
}

/// The certification that people are enrolled for today.
///
/// # Errors
/// A fault: nothing was seeded.
pub async fn current(s: &Services) -> Result<Version, Fault> {
    current_on(s, &s.db).await
}

/// The same, also within a write.
pub(crate) async fn current_on(s: &Services, conn: &impl store::Conn) -> Result<Version, Fault> {
    catalogue::certification(s, conn)
        .await?
        .ok_or_else(|| Fault::new("finding the certification", "the database holds none; run `server seed`"))
}

/// A lesson with its place on the path.
#[derive(Clone, Debug)]
pub struct LessonView {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// Its module.
    pub module: Module,
    /// How many lessons of the module are done.
    pub done_in_module: usize,
    /// Whether this one is.
    pub is_done: bool,
    /// The lesson before and after, over the whole programme.
    pub previous: Option<LessonId>,
    /// The lesson after.
    pub next: Option<LessonId>,
}

/// A lesson of the own programme.
///
/// # Errors
/// A refusal when it is not part of a programme that the actor is on.
pub async fn lesson(s: &Services, actor: &Actor, id: LessonId) -> Result<LessonView, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    Ok(own_lesson(s, actor, id).await?.0)
}

async fn own_lesson(
    s: &Services,
    actor: &Actor,
    id: LessonId,
) -> Result<(LessonView, Enrolment, Vec<LessonId>), Refusal> {
    let version = current(s).await?;
    // The open candidacy first; after it is closed, its lessons stay readable.
    for enrolment in store::progress::towards(&s.db, actor.person, version.certification).await? {
        let modules = catalogue::outline(s, &s.db, enrolment.programme_version).await?;
        let all: Vec<LessonId> = modules.iter().flat_map(|m| &m.lessons).map(|lesson| lesson.id).collect();
        let Some(at) = all.iter().position(|lesson| *lesson == id) else { continue };
        let done = done(s, &enrolment).await?;
        let lesson = catalogue::lesson(s, &s.db, id).await?.ok_or(Refusal::NotFound)?;
        let module = modules.iter().find(|m| m.id == lesson.module).cloned().ok_or(Refusal::NotFound)?;
        let view = LessonView {
            done_in_module: module.lessons.iter().filter(|lesson| done.contains(&lesson.id)).count(),
            is_done: done.contains(&id),
            previous: at.checked_sub(1).and_then(|before| all.get(before).copied()),
            next: all.get(at + 1).copied(),
            lesson,
            module,
        };
        return Ok((view, enrolment, all));
    }
    Err(Refusal::NotFound)
}

/// An answered self-check.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The question.
    pub check: Check,
    /// What was chosen.
    pub chosen: u8,
}

impl Checked {
    /// Whether the choice is the right one.
    #[must_use]
    pub const fn is_right(&self) -> bool {
        self.chosen == self.check.key
    }
}

/// Answers the self-check of a lesson, which finishes it. The last lesson admits to the test.
///
/// # Errors
/// A refusal: not the actor's lesson, or a question was left out.
pub async fn finish_lesson(
    s: &Services,
    actor: &Actor,
    id: LessonId,
    mut form: FormState,
) -> Result<Vec<Checked>, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let (view, enrolment, all) = own_lesson(s, actor, id).await?;
    let mut checked = Vec::with_capacity(view.lesson.checks.len());
    for (number, check) in view.lesson.checks.iter().enumerate() {
        let field = format!("check{number}");
        match form.value(&field).parse::<u8>() {
            Ok(chosen) if usize::from(chosen) < check.options.len() => {
                checked.push(Checked { check: check.clone(), chosen });
            }
            _ => form.problem(&field, "choose_one"),
        }
    }
    if !form.is_clean() {
        return Err(Refusal::Form(form));
    }
    let chosen: Vec<u8> = checked.iter().map(|answer| answer.chosen).collect();
    let answers =
        serde_json::to_string(&chosen).map_err(|error| Fault::new("keeping a self-check", error))?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.record(Patience::Long, move |tx| async move {
        store::progress::finish(&tx, chance::uuid(now), enrolment.id, id, Some(answers), now).await?;
        admit_when_done(&services, &tx, &actor, &enrolment, &all, now).await
    })
    .await?;
    Ok(checked)
}

async fn admit_when_done(
    s: &Services,
    tx: &store::Tx,
    actor: &Actor,
    enrolment: &Enrolment,
    all: &[LessonId],
    now: Moment,
) -> Result<(), Refusal> {
    let done = store::progress::done(tx, enrolment.id).await?;
    let is_finished = all.iter().all(|lesson| done.iter().any(|(known, _)| known == lesson));
    if is_finished && store::certification::admit(tx, enrolment.candidacy, now).await? {
        let subject = ("candidacy", Some(enrolment.candidacy.raw()));
        audit::record(s, tx, Some(actor), "candidacy.admitted", subject, serde_json::json!({}));
    }
    Ok(())
}

/// Puts a person on the programme of the certification.
///
/// # Errors
/// A refusal: no such person, out of reach, on it already, or certified and not yet in the renewal window.
pub async fn enrol(s: &Services, actor: &Actor, person: PersonId, due: Option<Day>) -> Result<(), Refusal> {
    let subject = store::people::subject_of(&s.db, person).await?;
    allow(actor, Act::Enrol, &subject)?;
    store::people::find(&s.db, person).await?.ok_or(Refusal::NotFound)?;
    let version = current(s).await?;
    let now = s.now();
    let today = s.today();
    if due.is_some_and(|due| due < today) {
        let mut form = FormState::default();
        form.problem("due", "in_the_past");
        return Err(Refusal::Form(form));
    }
    let periods = store::certification::periods_of(&s.db, [person]).await?;
    let judged: Vec<_> = periods
        .into_values()
        .flatten()
        .filter(|p| p.certification == version.certification)
        .map(|p| p.period)
        .collect();
    let (is, _) = standing(&judged, today, now, version.renewal_window_days);
    if is == Standing::Certified {
        return Err(Refusal::Conflict("certified_already"));
    }
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        let candidacy = Candidacy {
            id: chance::id(now),
            person,
            certification: version.certification,
            version: version.id,
            cycle: cycle(is),
            opened_at: now,
            opened_by: Some(actor.person),
            admitted_at: None,
            ready_at: None,
            closed_at: None,
            outcome: None,
        };
        if !store::certification::open(&tx, &candidacy).await? {
            return Err(Refusal::Conflict("enrolled_already"));
        }
        let enrolment = Enrolment {
            id: chance::id::<domain::id::Enrolment>(now),
            person,
            programme_version: version.programme_version,
            candidacy: candidacy.id,
            basis: "hand".to_owned(),
            enrolled_by: Some(actor.person),
            enrolled_at: now,
            due,
        };
        let id: EnrolmentId = enrolment.id;
        store::progress::insert_enrolments(&tx, vec![enrolment]).await?;
        let what = serde_json::json!({ "due": due, "enrolment": id });
        audit::notify(&tx, person, "enrolled", serde_json::json!({ "due": due }), now);
        audit::record(&services, &tx, Some(&actor), "person.enrolled", ("person", Some(person.raw())), what);
        Ok(())
    })
    .await
}
