//! Starting an attempt, reading its paper, handing it in, and what it came to.

mod start;

use domain::access::{Act, Actor, Subject, allow};
use domain::attempt::State;
use domain::id::{AttemptId, WriterId};
use domain::item::{Content, Kind};
use domain::journal::Answers;
use domain::refusal::{Fault, Refusal};
use domain::test::Kind as TestKind;
use domain::time::Moment;
use store::attempt::{AsWas, Attempt, LeaseKind, Slot};

pub use self::start::{start, start_at};
use crate::{Services, catalogue, exam};

/// A person as they are now, to be kept with a record.
pub(crate) async fn as_was(conn: &impl store::Conn, person: domain::id::PersonId) -> Result<AsWas, Fault> {
    Ok(as_now(conn, person).await?.map(|(_, as_was)| as_was).unwrap_or_default())
}

/// The same, with the extra time of their profile, percent; none when nobody has the id.
pub(crate) async fn as_now(
    conn: &impl store::Conn,
    person: domain::id::PersonId,
) -> Result<Option<(u32, AsWas)>, Fault> {
    let found = store::people::at_their_job(conn, person).await?;
    Ok(found.map(|(person, job)| {
        let as_was = AsWas {
            name: person.name.full(),
            position: job.as_ref().map(|job| job.position_title.clone()).unwrap_or_default(),
            unit: job.as_ref().map(|job| job.unit_name.clone()).unwrap_or_default(),
            unit_id: job.map(|job| job.unit),
        };
        (person.extra_time_percent, as_was)
    }))
}

/// A question as the candidate sees it. No key, no rationale, no difficulty.
#[derive(Clone, Debug)]
pub struct Question {
    /// From 1.
    pub position: u32,
    /// How it is answered.
    pub kind: Kind,
    /// The situation and the question.
    pub stem: String,
    /// Token and text of each option, in the order shown.
    pub options: Vec<(String, String)>,
    /// Tokens of the answer that is kept.
    pub answer: Vec<String>,
    /// When it was kept.
    pub saved_at: Option<Moment>,
    /// Marked to look at again.
    pub marked: bool,
}

impl Question {
    /// Whether the answer is whole: an ordering needs all options placed.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        match self.kind {
            Kind::Single | Kind::Multiple => !self.answer.is_empty(),
            Kind::Ordering => self.answer.len() == self.options.len(),
        }
    }
}

/// An attempt as its page shows it.
#[derive(Clone, Debug)]
pub struct Paper {
    /// The attempt.
    pub attempt: AttemptId,
    /// The test's title.
    pub title: String,
    /// For certification or practice.
    pub kind: TestKind,
    /// What it is now.
    pub state: State,
    /// Until when answers count.
    pub deadline: Moment,
    /// Milliseconds until then; below zero within the grace.
    pub time_left_ms: i64,
    /// Who holds the lease.
    pub writer: WriterId,
    /// Whether this web session holds it.
    pub is_mine: bool,
    /// Whether a tab with scripts holds it.
    pub held_by_island: bool,
    /// The questions.
    pub questions: Vec<Question>,
}

/// The paper of an own attempt.
///
/// # Errors
/// A refusal when it is not the actor's.
pub async fn paper(s: &Services, actor: &Actor, id: AttemptId) -> Result<Paper, Refusal> {
    paper_of(s, actor, &own(&s.db, actor, id).await?).await
}

pub(crate) async fn paper_of(s: &Services, actor: &Actor, attempt: &Attempt) -> Result<Paper, Refusal> {
    let id = attempt.id;
    let test = catalogue::test(s, &s.db, attempt.test).await?.ok_or(Refusal::NotFound)?;
    let form = exam::form::of(s, &s.db, attempt).await?;
    let told = exam::told(&store::attempt::journal(&s.db, id).await?)?;
    let now = s.now();
    let questions = form.slots().map(|(slot, content)| question(attempt, slot, content, &told)).collect();
    Ok(Paper {
        attempt: id,
        title: test.title,
        kind: test.kind,
        state: attempt.clockwork().state_at(now),
        deadline: attempt.deadline_at,
        time_left_ms: attempt.clockwork().time_left_ms(now),
        writer: attempt.writer,
        is_mine: attempt.lease_session == actor.session,
        held_by_island: attempt.lease_kind == LeaseKind::Island,
        questions,
    })
}

/// An own attempt: the lease authorises nothing, the person must own it.
pub(crate) async fn own(conn: &impl store::Conn, actor: &Actor, id: AttemptId) -> Result<Attempt, Refusal> {
    let attempt = store::attempt::find(conn, id).await?.ok_or(Refusal::NotFound)?;
    owned(actor, &attempt)?;
    Ok(attempt)
}

/// Refuses an attempt that is not the actor's.
pub(crate) fn owned(actor: &Actor, attempt: &Attempt) -> Result<(), Refusal> {
    allow(actor, Act::Learn, &Subject::own(attempt.person))?;
    Ok(())
}

fn question(attempt: &Attempt, slot: &Slot, content: &Content, told: &Answers) -> Question {
    let answer = told.answers.get(&slot.position);
    Question {
        position: slot.position,
        kind: slot.kind,
        stem: content.stem.clone(),
        options: slot
            .order
            .iter()
            .map(|option| {
                let text = content.options.get(usize::from(*option)).cloned().unwrap_or_default();
                (exam::token(attempt, slot.position, *option), text)
            })
            .collect(),
        answer: answer.map_or_else(Vec::new, |answer| answer.tokens.clone()),
        saved_at: answer.map(|answer| answer.at),
        marked: told.marked.contains(&slot.position),
    }
}

/// An own attempt in a list.
#[derive(Clone, Debug)]
pub struct Sat {
    /// The attempt.
    pub attempt: Attempt,
    /// The test.
    pub test: store::test::Test,
    /// What it is now.
    pub state: State,
    /// The result, once graded.
    pub score: Option<domain::grading::Score>,
}

/// Own attempts, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn results(s: &Services, actor: &Actor) -> Result<Vec<Sat>, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    Ok(results_of(s, actor.person).await?)
}

pub(crate) async fn results_of(s: &Services, person: domain::id::PersonId) -> Result<Vec<Sat>, Fault> {
    let attempts = store::attempt::of_person(&s.db, person).await?;
    let tests = catalogue::tests(s, &s.db).await?;
    let mut scores = store::attempt::scores(&s.db, attempts.iter().map(|attempt| attempt.id)).await?;
    let now = s.now();
    Ok(attempts
        .into_iter()
        .filter_map(|attempt| {
            let test = tests.iter().find(|test| test.id == attempt.test)?.clone();
            let state = attempt.clockwork().state_at(now);
            let score = scores.remove(&attempt.id);
            Some(Sat { attempt, test, state, score })
        })
        .collect())
}
