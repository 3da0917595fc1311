//! Writing the audit log, sealing it, and checking the seal.

use domain::access::{Act, Actor, Subject, allow};
use domain::audit::{self, Link};
use domain::id::PersonId;
use domain::page::Page;
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use store::audit::Entry;
use store::{Patience, Tx};
use uuid::Uuid;

use crate::{Services, chance};

tokio::task_local! {
    /// The id of the request under way, for the log and the audit.
    pub static REQUEST_ID: String;
}

/// The id of the request under way; empty outside one.
#[must_use]
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// Writes what was done, at the end of the transaction that does it.
pub fn record(
    s: &Services,
    tx: &Tx,
    actor: Option<&Actor>,
    action: &str,
    subject: (&str, Option<Uuid>),
    payload: serde_json::Value,
) {
    record_by(s, tx, actor.map(|actor| actor.person), action, subject, payload);
}

/// The same for somebody who has no session yet.
pub(crate) fn record_by(
    s: &Services,
    tx: &Tx,
    actor: Option<PersonId>,
    action: &str,
    subject: (&str, Option<Uuid>),
    payload: serde_json::Value,
) {
    let now = s.now();
    let salt = chance::bytes::<16>();
    let payload = payload.to_string();
    let entry = Entry {
        id: chance::uuid(now),
        at: now,
        actor,
        action: action.to_owned(),
        subject_kind: subject.0.to_owned(),
        subject: subject.1,
        payload_hash: audit::payload_hash(&salt, &payload).to_vec(),
        request_id: request_id(),
    };
    store::audit::record(tx, entry, chance::uuid(now), salt.to_vec(), payload);
}

/// A line of the log as it is shown.
#[derive(Clone, Debug)]
pub struct Line {
    /// When.
    pub at: Moment,
    /// Who; none for the server itself.
    pub actor: Option<String>,
    /// What was done: a code.
    pub action: String,
    /// To what: a code and an id.
    pub subject: (String, Option<Uuid>),
    /// The name of the person to whom it was done.
    pub subject_name: Option<String>,
    /// The payload, as JSON; none when it was erased.
    pub payload: Option<String>,
}

/// A page of the log, the latest first.
///
/// # Errors
/// A refusal when the actor may not read it.
pub async fn list(
    s: &Services,
    actor: &Actor,
    action: Option<&str>,
    by: Option<PersonId>,
    before: Option<&str>,
) -> Result<Page<Line>, Refusal> {
    allow(actor, Act::ReadAudit, &Subject::nobody())?;
    let page = store::audit::list(&s.db, action, by, before, domain::page::MOST).await?;
    let person_of = |entry: &Entry| entry.subject.filter(|_| entry.subject_kind == "person");
    let of_entry = |entry: &Entry| [entry.actor.map(domain::id::Id::raw), person_of(entry)];
    let people: Vec<Uuid> = page.rows.iter().flat_map(|(entry, _)| of_entry(entry)).flatten().collect();
    let names = store::people::names(&s.db, people).await?;
    let name = |id: Option<Uuid>| id.and_then(|id| names.get(&id)).map(domain::people::FullName::full);
    Ok(page.map(|(entry, payload)| Line {
        at: entry.at,
        actor: name(entry.actor.map(domain::id::Id::raw)),
        subject_name: name(person_of(&entry)),
        action: entry.action,
        subject: (entry.subject_kind, entry.subject),
        payload,
    }))
}

const AT_ONCE: u64 = 200;

/// Seals entries that are not in the chain yet; how many.
///
/// # Errors
/// A fault of the database; also when another sealer was faster, and then it seals.
pub async fn seal(s: &Services) -> Result<u64, Fault> {
    let now = s.now();
    s.db.record(Patience::Long, move |tx| async move {
        // An entry that is being written right now may get an earlier time than one already sealed;
        // the chain keeps the order in which the sealer saw them.
        let entries = store::audit::unsealed(&tx, AT_ONCE).await?;
        let (mut seq, mut link) = store::audit::chain_end(&tx).await?;
        let mut links = Vec::with_capacity(entries.len());
        for entry in &entries {
            seq += 1;
            link = chained(&link, seq, entry);
            links.push((chance::uuid(now), seq, entry.id, link));
        }
        let sealed = u64::try_from(links.len()).unwrap_or(0);
        store::audit::insert_links(&tx, links, now).await?;
        Ok(sealed)
    })
    .await
}

fn chained(before: &Link, seq: i64, entry: &Entry) -> Link {
    audit::link(
        before,
        &audit::Entry {
            seq,
            id: entry.id.as_bytes(),
            at_micros: entry.at.timestamp_micros(),
            actor: entry.actor.map(domain::id::Id::raw).as_ref().map_or(&[], |id| id.as_bytes()),
            action: &entry.action,
            subject_kind: &entry.subject_kind,
            subject: entry.subject.as_ref().map_or(&[], |id| id.as_bytes()),
            payload_hash: &entry.payload_hash,
        },
    )
}

/// What checking the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every link holds: how many.
    Whole(i64),
    /// The first link that does not hold.
    Broken(i64),
}

/// Walks the whole chain.
///
/// # Errors
/// A fault of the database.
pub async fn verify(s: &Services) -> Result<Verified, Fault> {
    let (mut seq, mut link) = (0, audit::EMPTY);
    loop {
        let piece = store::audit::chain_after(&s.db, seq, AT_ONCE).await?;
        if piece.is_empty() {
            return Ok(Verified::Whole(seq));
        }
        for (number, stored, entry) in piece {
            let expected = entry.as_ref().map(|entry| chained(&link, number, entry));
            if number != seq + 1 || expected != Some(stored) {
                return Ok(Verified::Broken(seq + 1));
            }
            (seq, link) = (number, stored);
        }
    }
}

/// Tells a person something, at the end of the transaction that causes it.
pub fn notify(tx: &Tx, person: PersonId, kind: &str, params: serde_json::Value, now: Moment) {
    let notice = store::notice::Notice {
        id: chance::uuid(now),
        person,
        kind: kind.to_owned(),
        params: params.to_string(),
        created_at: now,
        read_at: None,
    };
    store::notice::add(tx, notice);
}
