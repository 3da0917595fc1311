//! Checking an attempt: everything that follows from frozen records is worked out again, and compared with
//! what is recorded. Nothing is taken from memory, and nothing is written.

mod journal;

use std::collections::BTreeMap;
use std::fmt;

use domain::attempt::Stored;
use domain::draw::{Candidate, Drawn, draw, hex};
use domain::grading::{self, Score};
use domain::id::{AttemptId, Id, ItemVersionId, SigningKeyId};
use domain::item::{Content, Kind, Pool};
use domain::journal::{EMPTY, Link};
use domain::receipt::Receipt;
use domain::refusal::{Fault, Refusal};
use domain::regrade::changed;
use domain::test::Kind as TestKind;
use store::attempt::{Attempt, Event, Slot};
use store::receipt::Kept;
use store::signing_key::Purpose;
use store::test::Version;

use crate::{Services, exam, regrade};

/// The first thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub what: String,
    /// What follows from the frozen records.
    pub expected: String,
    /// What is recorded.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.what, self.expected, self.found)
    }
}

/// What was checked, and holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holds {
    /// Questions that were drawn again.
    pub questions: usize,
    /// Events whose hashes and verdicts were worked out again.
    pub events: usize,
    /// What a finished attempt came to: points, points that were possible, and the key of its receipt.
    pub finished: Option<(u32, u32, SigningKeyId)>,
}

/// What checking an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// All holds.
    Holds(Holds),
    /// Something does not: the first of it.
    Differs(Difference),
}

/// Why checking stops.
enum Stop {
    Differs(Difference),
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn differs(what: impl Into<String>, expected: impl fmt::Display, found: impl fmt::Display) -> Stop {
    Stop::Differs(Difference { what: what.into(), expected: expected.to_string(), found: found.to_string() })
}

fn same<T: PartialEq + fmt::Display>(what: impl Into<String>, expected: &T, found: &T) -> Result<(), Stop> {
    if expected == found { Ok(()) } else { Err(differs(what, expected, found)) }
}

/// Checks an attempt against its frozen records.
///
/// # Errors
/// A refusal when there is no such attempt, or a fault of the database.
pub async fn attempt(s: &Services, id: AttemptId) -> Result<Verified, Refusal> {
    let held = store::attempt::find(&s.db, id).await?.ok_or(Refusal::NotFound)?;
    match check(s, &held).await {
        Ok(holds) => Ok(Verified::Holds(holds)),
        Err(Stop::Differs(difference)) => Ok(Verified::Differs(difference)),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

async fn check(s: &Services, held: &Attempt) -> Result<Holds, Stop> {
    let version = store::test::version(&s.db, held.version).await?;
    let version = version.ok_or_else(|| Fault::new("checking an attempt", "its test version is gone"))?;
    let slots = store::attempt::slots(&s.db, held.id).await?;
    form(s, held, &version, &slots).await?;
    let events = store::attempt::journal(&s.db, held.id).await?;
    let links = journal::chain(held, &events)?;
    let finished = held.state == Stored::Finished;
    let receipt =
        if finished { Some(receipt(s, held, &version, &slots, (&events, &links)).await?) } else { None };
    let writers = store::attempt::writers(&s.db, held.id).await?;
    let closed_after = receipt.as_ref().map(|(receipt, _)| receipt.events);
    journal::verdicts(held, &slots, &events, &writers, closed_after)?;
    let finished = match receipt {
        Some((_, key)) => {
            let score = score(s, held, &version, &slots, &events).await?;
            Some((score.points, score.max, key))
        }
        None => None,
    };
    Ok(Holds { questions: slots.len(), events: events.len(), finished })
}

/// The form follows from what could be drawn, the blueprint, the seed, and what the person had seen.
async fn form(s: &Services, held: &Attempt, version: &Version, slots: &[Slot]) -> Result<(), Stop> {
    let mut pool = store::attempt::pool(&s.db, held.pool)
        .await?
        .ok_or_else(|| Fault::new("checking a form", "what it was drawn from is gone"))?;
    give_keys(s, &mut pool).await?;
    let test = store::test::find(&s.db, held.test).await?;
    let kind = test.ok_or_else(|| Fault::new("checking a form", "its test is gone"))?.kind;
    let from = match kind {
        TestKind::Certification => Pool::Exam,
        TestKind::Practice => Pool::Practice,
    };
    let seen = store::item::seen_by(&s.db, held.person, from, held.started_at).await?;
    let drawn = draw(&version.blueprint, version.conditions.policy(), &pool, &seen, held.seed)
        .map_err(|_| differs("the form", "items for every cell of the blueprint", "a pool without them"))?;
    same("the number of questions", &drawn.len(), &slots.len())?;
    for (position, (drawn, slot)) in (1u32..).zip(drawn.iter().zip(slots)) {
        question(position, drawn, slot)?;
    }
    Ok(())
}

fn question(position: u32, drawn: &Drawn, slot: &Slot) -> Result<(), Stop> {
    let of = |what: &str| format!("question {position}, {what}");
    same(of("its place"), &position, &slot.position)?;
    same(of("the item"), &drawn.item, &slot.item.raw())?;
    same(of("the version of the item"), &drawn.version, &slot.version.raw())?;
    same(of("the rule"), &drawn.rule, &slot.rule)?;
    same(of("how it is answered"), &drawn.kind.code(), &slot.kind.code())?;
    same(of("the order of its options"), &listed(&drawn.order), &listed(&slot.order))
}

fn listed(order: &[u8]) -> String {
    order.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")
}

/// An ordering is never shown in its right order, so its key takes part in the draw; a pool is kept without
/// keys.
async fn give_keys(s: &Services, pool: &mut [Candidate]) -> Result<(), Fault> {
    let orderings = pool.iter().filter(|candidate| candidate.kind == Kind::Ordering);
    let ids: Vec<ItemVersionId> = orderings.map(|c| Id::new(c.version)).collect();
    let mut versions = store::item::versions_by_id(&s.db, ids).await?;
    for candidate in pool.iter_mut().filter(|candidate| candidate.kind == Kind::Ordering) {
        if let Some(version) = versions.remove(&Id::new(candidate.version)) {
            candidate.key = version.content.key;
        }
    }
    Ok(())
}

/// The receipt is ours, and says what the records say; with the key that signed it.
async fn receipt(
    s: &Services,
    held: &Attempt,
    version: &Version,
    slots: &[Slot],
    (events, links): (&[Event], &[Link]),
) -> Result<(Receipt, SigningKeyId), Stop> {
    let (kept, said) = signed(s, held).await?;
    let count = usize::try_from(said.events).unwrap_or(usize::MAX);
    let journal = match count.checked_sub(1) {
        None => Some(&EMPTY),
        Some(last) => links.get(last),
    };
    let journal = journal.ok_or_else(|| {
        differs("the number of events", format!("{count} or more, by the receipt"), links.len())
    })?;
    let counted: Vec<Event> = events.iter().take(count).cloned().collect();
    let answers = exam::answers(slots, &held.seed, &counted)?;
    let expected = Receipt {
        attempt: held.id,
        // The test may have been given another title since.
        test: said.test.clone(),
        version: version.number,
        name: held.as_was.name.clone(),
        started_at: held.started_at,
        finished_at: held.finished_at.unwrap_or(held.deadline_at),
        cause: held.finish_cause.clone().unwrap_or_default(),
        questions: u32::try_from(slots.len()).unwrap_or(u32::MAX),
        answered: u32::try_from(answers.len()).unwrap_or(u32::MAX),
        events: said.events,
        journal: *journal,
        issued_at: kept.issued_at,
    };
    for (expected, found) in expected.text().lines().zip(kept.body.lines()) {
        same("the receipt", &format!("«{expected}»"), &format!("«{found}»"))?;
    }
    Ok((said, kept.key))
}

/// The receipt as it was signed by a key of ours.
async fn signed(s: &Services, held: &Attempt) -> Result<(Kept, Receipt), Stop> {
    let kept = store::receipt::of(&s.db, held.id).await?;
    let kept = kept.ok_or_else(|| differs("the receipt", "one of a finished attempt", "none"))?;
    let signer = s.keys.find(&s.db, Purpose::Receipt, kept.key).await?;
    let signer = signer.ok_or_else(|| differs("the receipt's key", "one of this server", kept.key))?;
    if !signer.has_signed(&kept.body, &kept.signature) {
        return Err(differs("the receipt's signature", "one of its text", "one of another text or key"));
    }
    let said = Receipt::parse(&kept.body);
    let said = said.ok_or_else(|| differs("the receipt", "a text of version 1", "something else"))?;
    Ok((kept, said))
}

/// The score follows from the journal, the keys as they were mended by then, and the marks of the version.
async fn score(
    s: &Services,
    held: &Attempt,
    version: &Version,
    slots: &[Slot],
    events: &[Event],
) -> Result<Score, Stop> {
    let contents = contents(s, slots).await?;
    let mut answers = exam::answers(slots, &held.seed, events)?;
    let changes = regrade::worked_with(s, held.id).await?;
    let graded: Vec<Option<grading::Slot>> = slots
        .iter()
        .map(|slot| {
            let content = contents.get(&slot.version).ok_or_else(|| {
                Fault::new("checking a score", format!("item version {} is gone", slot.version))
            })?;
            let as_drawn = grading::Slot {
                position: slot.position,
                rule: slot.rule.clone(),
                kind: slot.kind,
                key: content.key.clone(),
                answer: answers.remove(&slot.position),
            };
            Ok(changed(as_drawn, changes.get(&slot.version).map(|approved| &approved.change)))
        })
        .collect::<Result<_, Fault>>()?;
    let graded: Vec<grading::Slot> = graded.into_iter().flatten().collect();
    let expected = grading::grade(&graded, version.conditions.pass_bp, version.conditions.rule_pass_bp);
    let found = store::attempt::scores(&s.db, [held.id]).await?.remove(&held.id);
    let found = found.ok_or_else(|| differs("the result", "one for a finished attempt", "none"))?;
    scores(&expected, &found)?;
    Ok(expected)
}

async fn contents(s: &Services, slots: &[Slot]) -> Result<BTreeMap<ItemVersionId, Content>, Fault> {
    let versions = store::item::versions_by_id(&s.db, slots.iter().map(|slot| slot.version)).await?;
    Ok(versions.into_iter().map(|(id, version)| (id, version.content)).collect())
}

fn scores(expected: &Score, found: &Score) -> Result<(), Stop> {
    same("the points", &expected.points, &found.points)?;
    same("the points that were possible", &expected.max, &found.max)?;
    same("whether it was passed", &expected.passed, &found.passed)?;
    for (expected, found) in expected.per_rule.iter().zip(&found.per_rule) {
        let of = |what: &str| format!("rule {}, {what}", expected.rule);
        same(of("its code"), &expected.rule, &found.rule)?;
        same(of("the points"), &expected.points, &found.points)?;
        same(of("the points that were possible"), &expected.max, &found.max)?;
        same(of("whether its mark was met"), &expected.met, &found.met)?;
    }
    same("the number of rules", &expected.per_rule.len(), &found.per_rule.len())?;
    for (expected, found) in expected.per_item.iter().zip(&found.per_item) {
        same("the place of a graded question", &expected.position, &found.position)?;
        same(format!("question {}, the points", expected.position), &expected.points, &found.points)?;
    }
    same("the number of graded questions", &expected.per_item.len(), &found.per_item.len())
}

fn shown(link: &Link) -> String {
    hex(link)
}
