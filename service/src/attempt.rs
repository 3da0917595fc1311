//! Starting an attempt, reading its paper, handing it in, and what it came to.

use domain::access::{Act, Actor, Subject, allow};
use domain::attempt::{State, Stored, Timing, deadline};
use domain::draw::{Candidate, draw};
use domain::id::{AttemptId, TestId, WriterId};
use domain::item::{Content, Kind, Pool};
use domain::journal::Answers;
use domain::refusal::{Fault, Refusal};
use domain::test::Kind as TestKind;
use domain::time::Moment;
use sha2::{Digest, Sha256};
use store::Tx;
use store::attempt::{AsWas, Attempt, LeaseKind, Slot};

use crate::exam_session::Entry;
use crate::{Services, audit, chance, exam, exam_session, test};

/// Starts a test, or returns the attempt that is open: a second start changes nothing.
///
/// # Errors
/// A refusal: no such test, no consent, not now, keys that the actor may see, or a bank too shallow for
/// the blueprint.
pub async fn start(
    s: &Services,
    actor: &Actor,
    id: TestId,
    kind: TestKind,
    consents: bool,
) -> Result<AttemptId, Refusal> {
    start_at(s, actor, id, kind, consents, Entry::default()).await
}

/// The same, for somebody who may have a seat in an exam session: with a start code, from an address.
///
/// # Errors
/// The same, and why a session lets them not in, beside the field `start_code`.
pub async fn start_at(
    s: &Services,
    actor: &Actor,
    id: TestId,
    kind: TestKind,
    consents: bool,
    entry: Entry,
) -> Result<AttemptId, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let now = s.now();
    if let Some(open) = store::attempt::open_of(&s.db, actor.person, id).await? {
        if test::is_running(&open, now) {
            return Ok(open.id);
        }
        crate::exam::close(s, open.id).await?;
    }
    exam_session::knock(s, actor, id, &entry).await?;
    let (services, actor) = (s.clone(), actor.clone());
    let by = (kind, consents);
    s.db.write(move |tx| async move { start_in(&services, &tx, &actor, id, by, &entry, now).await }).await
}

async fn start_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: TestId,
    (kind, consents): (TestKind, bool),
    entry: &Entry,
    now: Moment,
) -> Result<AttemptId, Refusal> {
    if let Some(open) = store::attempt::open_of(tx, actor.person, id).await? {
        return Ok(open.id);
    }
    // Whoever may see the keys of exam items may not sit a form that contains them.
    if kind == TestKind::Certification && actor.may(Act::ReadExamItems) {
        return Err(Refusal::Conflict("knows_the_keys"));
    }
    let test = store::test::find(tx, id).await?.filter(|test| test.kind == kind).ok_or(Refusal::NotFound)?;
    let at = exam_session::admit(s, tx, actor, id, entry, now).await?;
    let sat = at.as_ref().map(|at| at.session.version).or(test.current).ok_or(Refusal::NotFound)?;
    let version = store::test::version(tx, sat).await?.ok_or(Refusal::NotFound)?;
    let candidacy = test::candidacy_for(s, tx, actor.person, kind).await?;
    let earlier = test::attempts_within(tx, actor.person, id, candidacy.as_ref()).await?;
    let history = test::history(tx, &earlier, now).await?;
    test::eligible(&test, &version, candidacy.as_ref(), &history, at.is_some(), now)
        .map_err(|_| Refusal::Conflict("not_now"))?;
    if !consents && kind == TestKind::Certification {
        let mut form = domain::form::FormState::default();
        form.problem("consent", "consent_needed");
        return Err(Refusal::Form(form));
    }
    let person = store::people::find(tx, actor.person).await?.ok_or(Refusal::NotFound)?;
    let pool = match kind {
        TestKind::Certification => Pool::Exam,
        TestKind::Practice => Pool::Practice,
    };
    let candidates = crate::blueprint::drawable(tx, &test, now).await?;
    let seen = store::item::seen_by(tx, actor.person, pool).await?;
    let seed = chance::bytes::<32>();
    let policy = version.conditions.policy();
    let drawn = draw(&version.blueprint, policy, &candidates, &seen, seed).map_err(|shallow| {
        tracing::warn!(?shallow, test = %test.code, "The bank is too shallow for the blueprint");
        Refusal::Conflict("bank_shallow")
    })?;
    let timing = Timing {
        started_at: now,
        limit_minutes: version.conditions.limit_minutes,
        extra_percent: person.extra_time_percent,
        window_end: at.as_ref().map(|at| at.session.window.closes_at),
        extension_ms: 0,
        paused_ms: 0,
    };
    let attempt = Attempt {
        id: chance::id(now),
        test: test.id,
        version: version.id,
        person: actor.person,
        candidacy: candidacy.map(|candidacy| candidacy.id),
        number: history.started + 1,
        seed,
        pool: keep_pool(tx, &candidates, now).await?,
        state: Stored::Open,
        started_at: now,
        deadline_at: deadline(&timing),
        grace_seconds: version.conditions.grace_seconds,
        extra_percent: person.extra_time_percent,
        extension_ms: 0,
        paused_ms: 0,
        paused_at: None,
        finished_at: None,
        finish_cause: None,
        last_ord: 0,
        journal_hash: domain::journal::EMPTY,
        writer: chance::id(now),
        writer_seq: 0,
        lease_kind: LeaseKind::Page,
        lease_session: actor.session,
        session: at.as_ref().map(|at| at.session.id),
        as_was: as_was(tx, actor.person).await?,
    };
    if !store::attempt::insert_attempt(tx, &attempt, &timing).await? {
        // Somebody was faster by a hair: theirs is the attempt.
        let open = store::attempt::open_of(tx, actor.person, id).await?;
        return open.map(|open| open.id).ok_or(Refusal::Conflict("not_now"));
    }
    if let Some(at) = &at
        && !store::exam_session::take_seat(tx, at.seat.id, attempt.id).await?
    {
        return Err(Refusal::Conflict("not_now"));
    }
    let slots = (1u32..)
        .zip(drawn)
        .map(|(position, item)| Slot {
            id: chance::uuid(now),
            position,
            item: domain::id::Id::new(item.item),
            version: domain::id::Id::new(item.version),
            rule: item.rule,
            kind: item.kind,
            order: item.order,
        })
        .collect();
    store::attempt::insert_slots(tx, attempt.id, slots).await?;
    let lease = (attempt.lease_kind, attempt.lease_session);
    store::attempt::insert_writer(tx, attempt.id, attempt.writer, 1, lease, now).await?;
    let what =
        serde_json::json!({ "test": test.code, "number": attempt.number, "deadline": attempt.deadline_at });
    let subject = ("attempt", Some(attempt.id.raw()));
    audit::record::<Refusal>(s, tx, Some(actor), "attempt.started", subject, what).await?;
    Ok(attempt.id)
}

async fn keep_pool(tx: &Tx, candidates: &[Candidate], now: Moment) -> Result<uuid::Uuid, Fault> {
    let content = serde_json::to_string(candidates)
        .map_err(|error| Fault::new("keeping what could be drawn", error))?;
    let digest = Sha256::digest(content.as_bytes()).to_vec();
    store::attempt::keep_pool(tx, chance::uuid(now), digest, || Ok(content), now).await
}

/// A person as they are now, to be kept with a record.
pub(crate) async fn as_was(conn: &impl store::Conn, person: domain::id::PersonId) -> Result<AsWas, Fault> {
    let name = store::people::find(conn, person).await?.map(|person| person.name.full()).unwrap_or_default();
    let jobs = store::people::employments(conn, person).await?;
    let job = jobs.iter().find(|job| job.until.is_none()).or(jobs.first());
    Ok(AsWas {
        name,
        position: job.map(|job| job.position_title.clone()).unwrap_or_default(),
        unit: job.map(|job| job.unit_name.clone()).unwrap_or_default(),
        unit_id: job.map(|job| job.unit),
    })
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
    let attempt = own(&s.db, actor, id).await?;
    let test = store::test::find(&s.db, attempt.test).await?.ok_or(Refusal::NotFound)?;
    let form = exam::form::of(s, &s.db, &attempt).await?;
    let told = exam::told(&store::attempt::journal(&s.db, id).await?)?;
    let now = s.now();
    let questions = form.slots().map(|(slot, content)| question(&attempt, slot, content, &told)).collect();
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
    let tests = store::test::list(&s.db).await?;
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
