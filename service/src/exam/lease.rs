//! Who may write: taking the lease, and what an attempt is for a tab that has nothing to send.

use domain::access::Actor;
use domain::attempt::State;
use domain::id::{AttemptId, WriterId};
use domain::refusal::Refusal;
use domain::time::Moment;
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

/// Takes the lease for a tab with scripts.
///
/// The writer that holds it resumes, also after a new sign-in; a page of the same web session is
/// upgraded; anything else needs the person's word.
///
/// # Errors
/// A refusal when the attempt is not the actor's.
pub async fn take_over(
    s: &Services,
    actor: &Actor,
    id: AttemptId,
    known: Option<WriterId>,
    kind: LeaseKind,
    confirmed: bool,
) -> Result<Lease, Refusal> {
    let (services, actor) = (s.clone(), actor.clone());
    s.db.record(Patience::Long, move |tx| async move {
        let now = services.now();
        let held = attempt::own(&tx, &actor, id).await?;
        if matches!(held.clockwork().state_at(now), State::TimeUp | State::Finished) {
            return Ok(Lease::Over);
        }
        let resumes = known == Some(held.writer) && held.lease_kind == LeaseKind::Island;
        let upgrades = held.lease_kind == LeaseKind::Page && held.lease_session == actor.session;
        // A proctor has let them go on elsewhere: nobody is asked.
        let is_free = held.lease_session.raw().is_nil();
        if !(resumes || upgrades || is_free || confirmed) {
            return Ok(Lease::Asks);
        }
        if resumes {
            let taken = store::attempt::take_lease(&tx, &held, held.writer, kind, actor.session, now).await?;
            let lease = Lease::Held { writer: held.writer, seq: held.writer_seq };
            return Ok(if taken { lease } else { Lease::Asks });
        }
        let Some(writer) = give(&tx, &actor, &held, kind, now).await? else { return Ok(Lease::Asks) };
        if upgrades {
            // The same browser goes on, now with scripts; the writers of the attempt say so.
            return Ok(Lease::Held { writer, seq: 0 });
        }
        let what = serde_json::json!({ "from": held.writer, "to": writer, "confirmed": confirmed });
        let subject = ("attempt", Some(id.raw()));
        audit::record(&services, &tx, Some(&actor), "attempt.taken_over", subject, what);
        Ok(Lease::Held { writer, seq: 0 })
    })
    .await
}

/// Gives the lease to a new writer; none when somebody was faster.
async fn give(
    tx: &Tx,
    actor: &Actor,
    held: &Attempt,
    kind: LeaseKind,
    now: Moment,
) -> Result<Option<WriterId>, Refusal> {
    let writer = chance::id(now);
    if !store::attempt::take_lease(tx, held, writer, kind, actor.session, now).await? {
        return Ok(None);
    }
    name(tx, actor, held, writer, kind, now).await?;
    Ok(Some(writer))
}

async fn name(
    tx: &Tx,
    actor: &Actor,
    held: &Attempt,
    writer: WriterId,
    kind: LeaseKind,
    now: Moment,
) -> Result<(), Refusal> {
    let place = u32::try_from(store::attempt::writers(tx, held.id).await?.len()).unwrap_or(u32::MAX) + 1;
    store::attempt::insert_writer(tx, held.id, writer, place, (kind, actor.session), now).await?;
    Ok(())
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
        name(tx, actor, &held, writer, LeaseKind::Page, now).await?;
        return Ok(Some((held, writer, 0)));
    }
    // The same browser, without scripts now: its form sitting is a writer of its own.
    if give(tx, actor, &held, LeaseKind::Page, now).await?.is_none() {
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
