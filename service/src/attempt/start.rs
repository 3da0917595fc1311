//! Starting an attempt. What takes long (reading the bank, drawing the form) happens before the write, so that a
//! room that starts at once does not wait for it one after another; the rule is judged again inside.

use domain::access::{Act, Actor, Subject, allow};
use domain::attempt::{Stored, Timing, deadline};
use domain::draw::{Drawn, draw};
use domain::form::FormState;
use domain::id::{AttemptId, CandidacyId, Id, TestId};
use domain::refusal::Refusal;
use domain::test::Kind as TestKind;
use domain::time::Moment;
use store::attempt::{Attempt, LeaseKind, Slot};
use store::certification::Candidacy;
use store::test::{Test, Version};
use store::{Patience, Tx};

use super::as_now;
use crate::blueprint::{Bank, bank};
use crate::exam_session::{Admitted, Entry};
use crate::{Services, audit, catalogue, chance, exam, exam_session, test};

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

/// The version was another one when the form was drawn: it is drawn again.
const TRIES: u32 = 3;

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
        if test::is_running(open.clockwork(), now) {
            return Ok(open.id);
        }
        crate::exam::close(s, open.id).await?;
    }
    // Whoever may see the keys of exam items may not sit a form that contains them.
    if kind == TestKind::Certification && actor.may(Act::ReadExamItems) {
        return Err(Refusal::Conflict("knows_the_keys"));
    }
    let mut at = exam_session::knock(s, actor, id, &entry).await?;
    for again in 0..TRIES {
        if again > 0 {
            at = exam_session::seat_for(&s.db, actor.person, id, now).await?.filter(Admitted::is_open);
        }
        let drawn = prepare(s, actor, id, (kind, consents), at.as_ref(), now).await?;
        let (services, actor, entry) = (s.clone(), actor.clone(), entry.clone());
        let (seed, slots) = (drawn.seed, slots(&drawn.form, now));
        let form = slots.clone();
        let started =
            s.db.record(Patience::Long, move |tx| async move {
                enter(&services, &tx, &actor, (drawn, slots), &entry, now).await
            })
            .await?;
        match started {
            Some(Started::Now(id)) => {
                exam::form::keep(s, id, seed, form);
                return Ok(id);
            }
            Some(Started::Before(id)) => return Ok(id),
            None => {}
        }
    }
    Err(Refusal::Conflict("not_now"))
}

/// What a start comes to.
enum Started {
    /// It begins now.
    Now(AttemptId),
    /// It had begun before: in another tab, by a second click.
    Before(AttemptId),
}

/// An attempt that is drawn and not yet started.
struct Prepared {
    test: Test,
    version: Version,
    bank: std::sync::Arc<Bank>,
    pool: Option<uuid::Uuid>,
    form: Vec<Drawn>,
    seed: domain::draw::Seed,
    extra_percent: u32,
    as_was: store::attempt::AsWas,
    judged: Option<Judged>,
}

/// It was judged before the write that the attempt may begin outside of any session.
#[derive(Clone, Copy)]
struct Judged {
    candidacy: Option<CandidacyId>,
    pool: uuid::Uuid,
    number: u32,
}

async fn prepare(
    s: &Services,
    actor: &Actor,
    id: TestId,
    (kind, consents): (TestKind, bool),
    at: Option<&Admitted>,
    now: Moment,
) -> Result<Prepared, Refusal> {
    let db = &s.db;
    let test =
        catalogue::test(s, &s.db, id).await?.filter(|test| test.kind == kind).ok_or(Refusal::NotFound)?;
    let sat = at.map(|at| at.session.version).or(test.current).ok_or(Refusal::NotFound)?;
    let version = catalogue::test_version(s, &s.db, sat).await?.ok_or(Refusal::NotFound)?;
    if !consents && kind == TestKind::Certification {
        let mut form = FormState::default();
        form.problem("consent", "consent_needed");
        return Err(Refusal::Form(form));
    }
    let (extra_percent, as_was) = as_now(db, actor.person).await?.ok_or(Refusal::NotFound)?;
    let bank = bank(s, &test, now).await?;
    let seen = store::item::seen_by(db, actor.person, bank.pool, now).await?;
    let seed = chance::bytes::<32>();
    let policy = version.conditions.policy();
    let form = draw(&version.blueprint, policy, &bank.candidates, &seen, seed).map_err(|shallow| {
        tracing::warn!(?shallow, test = %test.code, "The bank is too shallow for the blueprint");
        Refusal::Conflict("bank_shallow")
    })?;
    let pool = bank.kept(s).await?;
    let judged = match (at, pool) {
        (None, Some(pool)) => judge(s, actor, (&test, &version), pool, now).await?,
        (Some(_), _) | (None, None) => None,
    };
    Ok(Prepared { test, version, bank, pool, form, seed, extra_percent, as_was, judged })
}

/// Judges before the write, so that within it one statement asks whether all is still so. None where something is in
/// the way: then it is judged and said within the write.
async fn judge(
    s: &Services,
    actor: &Actor,
    (test, version): (&Test, &Version),
    pool: uuid::Uuid,
    now: Moment,
) -> Result<Option<Judged>, Refusal> {
    let candidacy = test::candidacy_for(s, &s.db, actor.person, test.kind).await?;
    let tally = test::tally_within(&s.db, actor.person, test.id, candidacy.as_ref()).await?;
    let history = test::history(&tally, now);
    let may = test::eligible(test, version, candidacy.as_ref(), &history, false, now).is_ok();
    let waits = candidacy.as_ref().is_none_or(|candidacy| candidacy.ready_at.is_none());
    let (candidacy, number) = (candidacy.map(|candidacy| candidacy.id), history.started + 1);
    Ok((may && waits && tally.open.is_none()).then_some(Judged { candidacy, pool, number }))
}

/// Starts what was prepared, if it may be started now; none when another version is sat meanwhile.
async fn enter(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    (prepared, slots): (Prepared, Vec<Slot>),
    entry: &Entry,
    now: Moment,
) -> Result<Option<Started>, Refusal> {
    if let Some(Judged { candidacy, pool, number }) = prepared.judged {
        let (id, timing) = (chance::id(now), timing(&prepared, None, now));
        let attempt = attempt(&prepared, actor, (id, pool, candidacy, number), None, &timing);
        if store::attempt::insert_attempt_as_judged(tx, &attempt, &timing).await? {
            return begun(s, tx, actor, &prepared.test, &attempt, slots).map(Some);
        }
    }
    let Prepared { test, version, .. } = &prepared;
    let candidacy: Option<Candidacy> = test::candidacy_for(s, tx, actor.person, test.kind).await?;
    let tally = test::tally_within(tx, actor.person, test.id, candidacy.as_ref()).await?;
    if let Some(open) = &tally.open {
        return Ok(Some(Started::Before(open.id)));
    }
    let at = exam_session::admit(s, tx, actor, test.id, entry, now).await?;
    let history = test::history(&tally, now);
    test::eligible(test, version, candidacy.as_ref(), &history, at.is_some(), now)
        .map_err(|_| Refusal::Conflict("not_now"))?;
    let sat = at.as_ref().map(|at| at.session.version).or(test.current);
    if sat != Some(version.id) {
        return Ok(None);
    }
    let (id, timing) = (chance::id(now), timing(&prepared, at.as_ref(), now));
    let pool = if let Some(kept) = prepared.pool {
        kept
    } else {
        let (digest, bank) = (prepared.bank.digest.clone(), std::sync::Arc::clone(&prepared.bank));
        store::attempt::keep_pool(tx, chance::uuid(now), digest, || Ok(bank.content.clone()), now).await?
    };
    let candidacy = candidacy.map(|candidacy| candidacy.id);
    let attempt = attempt(&prepared, actor, (id, pool, candidacy, history.started + 1), at.as_ref(), &timing);
    if !store::attempt::insert_attempt(tx, &attempt, &timing).await? {
        // Somebody was faster by a hair: theirs is the attempt.
        let open = store::attempt::open_of(tx, actor.person, test.id).await?;
        return open.map(|open| Some(Started::Before(open.id))).ok_or(Refusal::Conflict("not_now"));
    }
    if let Some(at) = &at
        && !exam_session::sit(tx, at, attempt.id).await?
    {
        return Err(Refusal::Conflict("not_now"));
    }
    begun(s, tx, actor, &prepared.test, &attempt, slots).map(Some)
}

/// What belongs to an attempt that was just added.
fn begun(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    test: &Test,
    attempt: &Attempt,
    slots: Vec<Slot>,
) -> Result<Started, Refusal> {
    store::attempt::insert_slots(tx, attempt.id, slots)?;
    let (lease, now) = ((attempt.lease_kind, attempt.lease_session), attempt.started_at);
    store::attempt::insert_writer_at_end(tx, attempt.id, attempt.writer, 1, lease, now)?;
    let what = serde_json::json!({
        "test": test.code, "number": attempt.number, "deadline": attempt.deadline_at,
    });
    let subject = ("attempt", Some(attempt.id.raw()));
    audit::record(s, tx, Some(actor), "attempt.started", subject, what);
    Ok(Started::Now(attempt.id))
}

fn timing(prepared: &Prepared, at: Option<&Admitted>, now: Moment) -> Timing {
    Timing {
        started_at: now,
        limit_minutes: prepared.version.conditions.limit_minutes,
        extra_percent: prepared.extra_percent,
        window_end: at.map(|at| at.session.window.closes_at),
        extension_ms: 0,
        paused_ms: 0,
    }
}

fn attempt(
    prepared: &Prepared,
    actor: &Actor,
    (id, pool, candidacy, number): (AttemptId, uuid::Uuid, Option<CandidacyId>, u32),
    at: Option<&Admitted>,
    timing: &Timing,
) -> Attempt {
    Attempt {
        id,
        test: prepared.test.id,
        version: prepared.version.id,
        person: actor.person,
        candidacy,
        number,
        seed: prepared.seed,
        pool,
        state: Stored::Open,
        started_at: timing.started_at,
        deadline_at: deadline(timing),
        grace_seconds: prepared.version.conditions.grace_seconds,
        extra_percent: prepared.extra_percent,
        extension_ms: 0,
        paused_ms: 0,
        paused_at: None,
        finished_at: None,
        finish_cause: None,
        last_ord: 0,
        journal_hash: domain::journal::EMPTY,
        writer: chance::id(timing.started_at),
        writer_seq: 0,
        lease_kind: LeaseKind::Page,
        lease_session: actor.session,
        session: at.map(|at| at.session.id),
        as_was: prepared.as_was.clone(),
    }
}

fn slots(form: &[Drawn], now: Moment) -> Vec<Slot> {
    (1u32..)
        .zip(form)
        .map(|(position, item)| Slot {
            id: chance::uuid(now),
            position,
            item: Id::new(item.item),
            version: Id::new(item.version),
            rule: item.rule.clone(),
            kind: item.kind,
            order: item.order.clone(),
        })
        .collect()
}
