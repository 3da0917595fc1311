//! The audit log and the chain over it.

use domain::audit::Link;
use domain::id::{Id, PersonId};
use domain::page::Page;
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{audit_entry, audit_link, audit_payload};
use crate::fault::{Doing, corrupt};
use crate::query::{insert_all, insert_at_end};

/// An entry of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Moment,
    /// Who; none for the server itself.
    pub actor: Option<PersonId>,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which one.
    pub subject: Option<Uuid>,
    /// The salted hash of the payload.
    pub payload_hash: Vec<u8>,
    /// The request.
    pub request_id: String,
}

/// Adds an entry and its payload, at the end of the write.
pub fn record(tx: &Tx, entry: Entry, payload_id: Uuid, salt: Vec<u8>, payload: String) {
    let row = audit_entry::Model {
        id: entry.id,
        at: entry.at,
        actor_id: entry.actor.map(Id::raw),
        action: entry.action,
        subject_kind: entry.subject_kind,
        subject_id: entry.subject,
        payload_hash: entry.payload_hash,
        request_id: entry.request_id,
    };
    insert_at_end::<_, audit_entry::ActiveModel>(tx, "writing the audit log", row);
    let row = audit_payload::Model { id: payload_id, entry_id: entry.id, salt, payload };
    insert_at_end::<_, audit_payload::ActiveModel>(tx, "writing the audit log", row);
}

fn read(row: audit_entry::Model) -> Entry {
    Entry {
        id: row.id,
        at: row.at,
        actor: row.actor_id.map(Id::new),
        action: row.action,
        subject_kind: row.subject_kind,
        subject: row.subject_id,
        payload_hash: row.payload_hash,
        request_id: row.request_id,
    }
}

/// Lists the log, the latest first, with the payloads that are still there.
///
/// # Errors
/// A fault of the database.
pub async fn list(
    conn: &impl Conn,
    action: Option<&str>,
    actor: Option<PersonId>,
    before: Option<&str>,
    size: u64,
) -> Result<Page<(Entry, Option<String>)>, Fault> {
    let mut all = Condition::all();
    if let Some(action) = action {
        all = all.add(audit_entry::Column::Action.eq(action));
    }
    if let Some(actor) = actor {
        all = all.add(audit_entry::Column::ActorId.eq(actor.raw()));
    }
    if let Some((at, id)) = before.and_then(read_mark) {
        all =
            all.add(Condition::any().add(audit_entry::Column::At.lt(at)).add(
                Condition::all().add(audit_entry::Column::At.eq(at)).add(audit_entry::Column::Id.lt(id)),
            ));
    }
    let rows = audit_entry::Entity::find()
        .filter(all)
        .order_by_desc(audit_entry::Column::At)
        .order_by_desc(audit_entry::Column::Id)
        .limit(size + 1)
        .all(&conn.on())
        .await
        .doing("reading the audit log")?;
    let payloads = audit_payload::Entity::find()
        .filter(audit_payload::Column::EntryId.is_in(rows.iter().map(|row| row.id)))
        .all(&conn.on())
        .await
        .doing("reading payloads of the audit log")?;
    let with = rows
        .into_iter()
        .map(|row| {
            let payload = payloads.iter().find(|p| p.entry_id == row.id).map(|p| p.payload.clone());
            (read(row), payload)
        })
        .collect();
    Ok(Page::cut(with, size, |(entry, _)| format!("{}~{}", entry.at.timestamp_micros(), entry.id)))
}

fn read_mark(mark: &str) -> Option<(Moment, Uuid)> {
    let (at, id) = mark.split_once('~')?;
    Some((Moment::from_timestamp_micros(at.parse().ok()?)?, id.parse().ok()?))
}

/// Entries that no link seals yet, the oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn unsealed(conn: &impl Conn, limit: u64) -> Result<Vec<Entry>, Fault> {
    let sealed = Query::select().column(audit_link::Column::EntryId).from(audit_link::Entity).to_owned();
    let rows = audit_entry::Entity::find()
        .filter(audit_entry::Column::Id.not_in_subquery(sealed))
        .order_by_asc(audit_entry::Column::At)
        .order_by_asc(audit_entry::Column::Id)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("looking for unsealed entries")?;
    Ok(rows.into_iter().map(read).collect())
}

/// The end of the chain: the last number and its link.
///
/// # Errors
/// A fault of the database.
pub async fn chain_end(conn: &impl Conn) -> Result<(i64, Link), Fault> {
    let last = audit_link::Entity::find()
        .order_by_desc(audit_link::Column::Seq)
        .one(&conn.on())
        .await
        .doing("finding the end of the audit chain")?;
    last.map_or(Ok((0, domain::audit::EMPTY)), |row| Ok((row.seq, link_of(row.chain_hash)?)))
}

fn link_of(bytes: Vec<u8>) -> Result<Link, Fault> {
    bytes.try_into().map_err(|bytes: Vec<u8>| corrupt("audit_link", "chain_hash", &bytes.len()))
}

/// Adds links. Two sealers at once: the unique number refuses the second, whose group rolls back.
///
/// # Errors
/// A fault of the database.
pub async fn insert_links(tx: &Tx, links: Vec<(Uuid, i64, Uuid, Link)>, now: Moment) -> Result<(), Fault> {
    let rows = links
        .into_iter()
        .map(|(id, seq, entry_id, link)| audit_link::Model {
            id,
            seq,
            entry_id,
            chain_hash: link.to_vec(),
            sealed_at: now,
        })
        .collect();
    insert_all::<audit_link::Model, audit_link::ActiveModel>(tx, "sealing the audit log", rows).await
}

/// A piece of the chain after a number, with the entries it seals; an entry that is gone is none.
///
/// # Errors
/// A fault of the database.
pub async fn chain_after(
    conn: &impl Conn,
    seq: i64,
    limit: u64,
) -> Result<Vec<(i64, Link, Option<Entry>)>, Fault> {
    let links = audit_link::Entity::find()
        .filter(audit_link::Column::Seq.gt(seq))
        .order_by_asc(audit_link::Column::Seq)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("reading the audit chain")?;
    let entries = audit_entry::Entity::find()
        .filter(audit_entry::Column::Id.is_in(links.iter().map(|link| link.entry_id)))
        .all(&conn.on())
        .await
        .doing("reading sealed entries")?;
    links
        .into_iter()
        .map(|link| {
            let entry = entries.iter().find(|entry| entry.id == link.entry_id).cloned().map(read);
            Ok((link.seq, link_of(link.chain_hash)?, entry))
        })
        .collect()
}
