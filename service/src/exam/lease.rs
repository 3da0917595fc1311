//! Who may write: taking the lease, and what an attempt is for a tab that has nothing to send.

use domain::access::Actor;
use domain::attempt::State;
use domain::id::{AttemptId, WriterId};
use domain::refusal::{Fault, Refusal};
use store::attempt::{Attempt, LeaseKind};
use store::{Conn, Patience, Tx};

use crate::{Services, attempt, audit, chance};

/// What taking the lease came to.
#[derive(Clone, Debug)]
pub enum Lease {
    /// Held: write under this name, counting on from this number.
    Held {
        /// The writer.
        writer: WriterId,
        /// Its last number.
        seq: i64,
    },
    /// Another tab or device holds it: ask the person, then call again with their word.
    Asks,
    /// There is nothing left to write.
    Over,
}

/// After the end, names for what was never sent are given up to this many; nobody needs as many.
const MOST_WRITERS: u32 = 100;
/// Others may take the lease between reading it and taking it; then it is read again.
const TRIES: u32 = 20;

/// Takes the lease for a tab with scripts.
///
/// The tab says under which name it writes: the one it was given, or a new one. A new one becomes the name of
/// the writer if the lease is given, so a tab that never heard the reply asks again and resumes. The writer
/// that holds the lease resumes, also after a new sign-in; a page of the same web session is upgraded; anything
/// else needs the person's word. When all is over there is no lease: a new name is noted, for what was chosen
/// and never sent; it is kept as late.
///
/// # Errors
/// A refusal when the attempt is not the actor's.
pub async fn take_over(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    name: Option<WriterId>,
    kind: LeaseKind,
    confirmed: bool,
) -> Result<Lease, Refusal> {
    let asked = Asked { name, kind, confirmed };
    for _ in 0..TRIES {
        if let Some(lease) = try_to_take(s, actor, id, asked).await? {
            return Ok(lease);
        }
    }
    Ok(Lease::Asks)
}

#[derive(Clone, Copy)]
struct Asked {
    name: Option<WriterId>,
    kind: LeaseKind,
    confirmed: bool,
}

/// None when somebody was faster. What it rests on is read before the write, which takes the lease only from whom it
/// was read with: a room that starts at once stands in line for the write, so it is short.
async fn try_to_take(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    asked: Asked,
) -> Result<Option<Lease>, Refusal> {
    let now = s.now();
    let held = attempt::own(&s.db, actor, id).await?;
    if matches!(held.clockwork().state_at(now), State::TimeUp | State::Finished) {
        if let Some(name) = asked.name {
            note_name(s, actor, id, name, asked.kind).await?;
        }
        return Ok(Some(Lease::Over));
    }
    if asked.name == Some(held.writer) && held.lease_kind == LeaseKind::Island {
        let (writer, seq, by) = (held.writer, held.writer_seq, actor.session);
        let taking = s.db.record(Patience::Long, move |tx| async move {
            store::attempt::take_lease(&tx, &held, writer, asked.kind, by, now).await
        });
        return Ok(taking.await?.then_some(Lease::Held { writer, seq }));
    }
    let upgrades = held.lease_kind == LeaseKind::Page && held.lease_session == actor.session;
    // A proctor has let them go on elsewhere: nobody is asked.
    let is_free = held.lease_session.raw().is_nil();
    if !(upgrades || is_free || asked.confirmed) {
        return Ok(Some(Lease::Asks));
    }
    let wanted = wanted(s, &s.db, id, asked.name).await?;
    let (services, actor) = (s.clone(), actor.clone());
    let giving = s.db.record(Patience::Long, move |tx| async move {
        let from = held.writer;
        let Some(writer) = give(&services, &tx, &actor, &held, (wanted, asked.kind)).await? else {
            return Ok(None);
        };
        // Where the same browser goes on, now with scripts, the writers of the attempt say enough.
        if !upgrades {
            let what = serde_json::json!({ "from": from, "to": writer, "confirmed": asked.confirmed });
            let subject = ("attempt", Some(id.raw()));
            audit::record(&services, &tx, Some(&actor), "attempt.taken_over", subject, what);
        }
        Ok::<_, Fault>(Some(Lease::Held { writer, seq: 0 }))
    });
    Ok(giving.await?)
}

/// Notes a name after the end, so that what was chosen and never sent can be kept as late.
async fn note_name(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    name: WriterId,
    kind: LeaseKind,
) -> Result<(), Fault> {
    let (now, by) = (s.now(), (kind, actor.session));
    s.db.record(Patience::Long, move |tx| async move {
        let (count, is_known) = store::attempt::count_writers(&tx, id, Some(name)).await?;
        if name.raw().is_nil() || is_known || count >= MOST_WRITERS {
            return Ok(());
        }
        store::attempt::insert_writer(&tx, id, name, count.saturating_add(1), by, now).await
    })
    .await
}

/// A writer that is to be named: under the wanted name if that is nobody's yet, and its place among the others.
async fn wanted(
    s: &Services,
    conn: &impl Conn,
    id: AttemptId,
    wanted: Option<WriterId>,
) -> Result<(WriterId, u32), Fault> {
    let (count, is_known) = store::attempt::count_writers(conn, id, wanted).await?;
    let name = wanted.filter(|name| !is_known && !name.raw().is_nil());
    Ok((name.unwrap_or_else(|| chance::id(s.now())), count.saturating_add(1)))
}

/// Gives the lease to a new writer; none when somebody was faster.
async fn give(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    held: &Attempt,
    ((writer, place), kind): ((WriterId, u32), LeaseKind),
) -> Result<Option<WriterId>, Fault> {
    let (now, by) = (s.now(), (kind, actor.session));
    if !store::attempt::take_lease(tx, held, writer, kind, actor.session, now).await? {
        return Ok(None);
    }
    store::attempt::insert_writer_at_end(tx, held.id, writer, place, by, now)?;
    Ok(Some(writer))
}

/// Whom a page's form writes as, and that writer's last number; none when somebody was faster.
pub(super) async fn for_form(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    held: Attempt,
    is_over: bool,
) -> Result<Option<(Attempt, WriterId, i64)>, Refusal> {
    let now = s.now();
    if held.lease_kind == LeaseKind::Page && held.lease_session == actor.session {
        let (writer, seq) = (held.writer, held.writer_seq);
        return Ok(Some((held, writer, seq)));
    }
    if is_over {
        // There is no lease to take any more; what comes is kept under a name of its own, as late.
        let writer = chance::id(now);
        let (count, _) = store::attempt::count_writers(tx, held.id, None).await?;
        let by = (LeaseKind::Page, actor.session);
        store::attempt::insert_writer(tx, held.id, writer, count.saturating_add(1), by, now).await?;
        return Ok(Some((held, writer, 0)));
    }
    // The same browser, without scripts now: its form sitting is a writer of its own.
    let named = wanted(s, tx, held.id, None).await?;
    if give(s, tx, actor, &held, (named, LeaseKind::Page)).await?.is_none() {
        return Ok(None);
    }
    let held = store::attempt::find(tx, held.id).await?.ok_or(Refusal::NotFound)?;
    let (writer, seq) = (held.writer, held.writer_seq);
    Ok(Some((held, writer, seq)))
}

/// What an attempt is now.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// What it is.
    pub state: State,
    /// Until the deadline.
    pub time_left_ms: i64,
    /// Who holds the lease.
    pub writer: WriterId,
}

/// What an own attempt is now.
///
/// # Errors
/// A refusal when it is not the actor's.
pub async fn state(s: &Services, actor: &Actor, id: AttemptId) -> Result<Now, Refusal> {
    let held = attempt::own(&s.db, actor, id).await?;
    let now = s.now();
    Ok(Now {
        state: held.clockwork().state_at(now),
        time_left_ms: held.clockwork().time_left_ms(now),
        writer: held.writer,
    })
}
