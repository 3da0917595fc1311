//! Who may write: taking the lease, and what an attempt is for a tab that has nothing to send.

use domain::access::Actor;
use domain::attempt::State;
use domain::id::{AttemptId, WriterId};
use domain::refusal::Refusal;
use store::attempt::{Attempt, LeaseKind};
use store::{Patience, Tx};

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
const TRIES: u32 = 5;

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
    for _ in 0..TRIES {
        let (services, actor) = (s.clone(), actor.clone());
        let taken =
            s.db.record(Patience::Long, move |tx| async move {
                let asked = Asked { name, kind, confirmed };
                try_to_take(&services, &tx, &actor, id, asked).await
            })
            .await?;
        if let Some(lease) = taken {
            return Ok(lease);
        }
    }
    Ok(Lease::Asks)
}

struct Asked {
    name: Option<WriterId>,
    kind: LeaseKind,
    confirmed: bool,
}

/// None when somebody was faster.
async fn try_to_take(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: AttemptId,
    asked: Asked,
) -> Result<Option<Lease>, Refusal> {
    let now = s.now();
    let held = attempt::own(tx, actor, id).await?;
    if matches!(held.clockwork().state_at(now), State::TimeUp | State::Finished) {
        let (count, is_known) = store::attempt::count_writers(tx, id, asked.name).await?;
        if let Some(name) = asked.name.filter(|name| !name.raw().is_nil())
            && !is_known
            && count < MOST_WRITERS
        {
            let by = (asked.kind, actor.session);
            store::attempt::insert_writer(tx, id, name, count.saturating_add(1), by, now).await?;
        }
        return Ok(Some(Lease::Over));
    }
    if asked.name == Some(held.writer) && held.lease_kind == LeaseKind::Island {
        let (writer, seq) = (held.writer, held.writer_seq);
        let taken = store::attempt::take_lease(tx, &held, writer, asked.kind, actor.session, now).await?;
        return Ok(taken.then_some(Lease::Held { writer, seq }));
    }
    let upgrades = held.lease_kind == LeaseKind::Page && held.lease_session == actor.session;
    // A proctor has let them go on elsewhere: nobody is asked.
    let is_free = held.lease_session.raw().is_nil();
    if !(upgrades || is_free || asked.confirmed) {
        return Ok(Some(Lease::Asks));
    }
    let Some(writer) = give(s, tx, actor, &held, (asked.name, asked.kind)).await? else { return Ok(None) };
    // Where the same browser goes on, now with scripts, the writers of the attempt say enough.
    if !upgrades {
        let what = serde_json::json!({ "from": held.writer, "to": writer, "confirmed": asked.confirmed });
        let subject = ("attempt", Some(id.raw()));
        audit::record(s, tx, Some(actor), "attempt.taken_over", subject, what);
    }
    Ok(Some(Lease::Held { writer, seq: 0 }))
}

/// Gives the lease to a new writer, under the wanted name if that is nobody's yet; none when somebody was
/// faster.
async fn give(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    held: &Attempt,
    (wanted, kind): (Option<WriterId>, LeaseKind),
) -> Result<Option<WriterId>, Refusal> {
    let now = s.now();
    let (count, is_known) = store::attempt::count_writers(tx, held.id, wanted).await?;
    let writer = wanted.filter(|name| !is_known && !name.raw().is_nil()).unwrap_or_else(|| chance::id(now));
    if !store::attempt::take_lease(tx, held, writer, kind, actor.session, now).await? {
        return Ok(None);
    }
    let by = (kind, actor.session);
    store::attempt::insert_writer(tx, held.id, writer, count.saturating_add(1), by, now).await?;
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
    if give(s, tx, actor, &held, (None, LeaseKind::Page)).await?.is_none() {
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
