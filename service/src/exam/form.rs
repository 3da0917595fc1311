//! A drawn form, with what its items say. Neither ever changes, so each is read once and kept for a while.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::attempt::Value;
use domain::draw::{Seed, option_token};
use domain::id::{AttemptId, ItemVersionId};
use domain::item::Content;
use domain::journal::{self, Told};
use domain::refusal::Fault;
use store::attempt::{Attempt, Event, Slot};

use crate::Services;
use crate::kept::Kept;

/// A form: the questions of an attempt, in the order shown.
pub(crate) struct Form {
    slots: Vec<(Slot, Arc<Content>)>,
    seed: Seed,
}

impl Form {
    /// The questions with what they say.
    pub(crate) fn slots(&self) -> impl Iterator<Item = &(Slot, Arc<Content>)> {
        self.slots.iter()
    }

    /// How many questions it has.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// A question by its place, from 1.
    pub(crate) fn slot(&self, position: u32) -> Option<&Slot> {
        self.slots.iter().map(|(slot, _)| slot).find(|slot| slot.position == position)
    }

    /// The options of a question as this attempt shows them: token and index.
    pub(crate) fn shown(&self, slot: &Slot) -> Vec<(String, u8)> {
        slot.order.iter().map(|option| (option_token(&self.seed, slot.position, *option), *option)).collect()
    }
}

/// What a journal comes to: pure, by `domain::journal::fold`.
///
/// # Errors
/// A fault when an event that counted cannot be read.
pub(crate) fn told(events: &[Event]) -> Result<journal::Answers, Fault> {
    let values: Vec<Option<Value>> = events
        .iter()
        .map(|event| event.verdict.counts().then(|| serde_json::from_str(&event.value)).transpose())
        .collect::<Result<_, _>>()
        .map_err(|error| Fault::new("reading an event that counted", error))?;
    Ok(journal::fold(events.iter().zip(&values).filter_map(|(event, value)| {
        Some(Told {
            position: event.position,
            ord: event.ord,
            writer: event.writer,
            value: value.as_ref()?,
            verdict: event.verdict,
            at: event.received_at,
        })
    })))
}

/// The options that count, as indexes, by question; questions without an answer are left out.
///
/// # Errors
/// A fault when an event that counted cannot be read.
pub fn answers(slots: &[Slot], seed: &Seed, events: &[Event]) -> Result<BTreeMap<u32, Vec<u8>>, Fault> {
    let told = told(events)?;
    Ok(slots
        .iter()
        .filter_map(|slot| {
            let answer = told.answers.get(&slot.position).filter(|answer| !answer.tokens.is_empty())?;
            let index = |token: &String| {
                slot.order.iter().copied().find(|option| option_token(seed, slot.position, *option) == *token)
            };
            Some((slot.position, answer.tokens.iter().filter_map(index).collect()))
        })
        .collect())
}

/// The form of an attempt.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn of(s: &Services, conn: &impl store::Conn, held: &Attempt) -> Result<Arc<Form>, Fault> {
    if let Some(form) = s.forms.drawn.get(&held.id) {
        return Ok(form);
    }
    let slots = store::attempt::slots(conn, held.id).await?;
    let contents = contents(s, conn, &slots).await?;
    let form = Arc::new(filled(slots, &contents, held.seed)?);
    // A form that is read inside the write that draws it may still be rolled back; its id is never used again.
    s.forms.drawn.put(held.id, Arc::clone(&form));
    Ok(form)
}

/// Keeps the form of an attempt that has just begun, where all that its items say is in memory: its first page
/// need not read what was written a moment ago.
pub(crate) fn keep(s: &Services, id: AttemptId, seed: Seed, slots: Vec<Slot>) {
    let content = |slot: &Slot| Some((slot.version, s.forms.contents.get(&slot.version)?));
    let Some(contents) = slots.iter().map(content).collect::<Option<HashMap<_, _>>>() else { return };
    if let Ok(form) = filled(slots, &contents, seed) {
        s.forms.drawn.put(id, Arc::new(form));
    }
}

/// The forms of some attempts, in a few queries however many they are. They are looked at once, and not kept.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn of_many(
    s: &Services,
    conn: &impl store::Conn,
    attempts: &[Attempt],
) -> Result<BTreeMap<AttemptId, Form>, Fault> {
    let mut slots = store::attempt::slots_of(conn, attempts.iter().map(|held| held.id)).await?;
    let each: BTreeMap<ItemVersionId, Slot> =
        slots.values().flatten().map(|slot| (slot.version, slot.clone())).collect();
    let contents = contents(s, conn, &each.into_values().collect::<Vec<_>>()).await?;
    attempts
        .iter()
        .map(|held| {
            let slots = slots.remove(&held.id).unwrap_or_default();
            Ok((held.id, filled(slots, &contents, held.seed)?))
        })
        .collect()
}

fn filled(
    slots: Vec<Slot>,
    contents: &HashMap<ItemVersionId, Arc<Content>>,
    seed: Seed,
) -> Result<Form, Fault> {
    let filled = |slot: Slot| {
        let content = contents
            .get(&slot.version)
            .cloned()
            .ok_or_else(|| Fault::new("reading a form", format!("item version {} is gone", slot.version)))?;
        Ok((slot, content))
    };
    Ok(Form { slots: slots.into_iter().map(filled).collect::<Result<_, Fault>>()?, seed })
}

async fn contents(
    s: &Services,
    conn: &impl store::Conn,
    slots: &[Slot],
) -> Result<HashMap<ItemVersionId, Arc<Content>>, Fault> {
    let mut found = HashMap::new();
    let mut missing = Vec::new();
    for slot in slots {
        match s.forms.contents.get(&slot.version) {
            Some(content) => {
                found.insert(slot.version, content);
            }
            None => missing.push(slot.version),
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    for (id, version) in store::item::versions_by_id(conn, missing).await? {
        let content = Arc::new(version.content);
        s.forms.contents.put(id, Arc::clone(&content));
        found.insert(id, content);
    }
    Ok(found)
}

/// What is kept in memory of forms.
pub(crate) struct Forms {
    drawn: Kept<AttemptId, Arc<Form>>,
    contents: Kept<ItemVersionId, Arc<Content>>,
}

impl Default for Forms {
    fn default() -> Self {
        // A form weighs about 5 kB, a content about 2 kB: some 30 MB when both are full.
        Self { drawn: Kept::new(2_000), contents: Kept::new(2_000) }
    }
}
