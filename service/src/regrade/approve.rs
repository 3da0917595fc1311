//! Deciding on a regrade: a second person, one write.

use domain::access::{Act, Actor, Subject, allow};
use domain::form::FormState;
use domain::id::RegradeId;
use domain::job::Followup;
use domain::refusal::{Fault, Refusal};
use domain::regrade::{State, may_decide, reason};
use domain::time::{Moment, minutes, seconds};
use store::Tx;
use store::job::NewJob;
use store::regrade::Regrade;

use super::follow::{self, About};
use super::prepare::code_of;
use super::{changes, subject};
use crate::{Services, audit, chance};

/// What approving came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The new scores are the current ones.
    Approved,
    /// They were already.
    Already,
    /// Time has passed it by: nothing was changed, and it has to be prepared again.
    Stale,
}

/// What was worked out is not what there is any more.
const STALE: &str = "regrade_stale";
const DECIDED: &str = "regrade_decided";

/// Approves a regrade: in one write the prepared scores become the current ones, candidacies follow, and doubts are
/// raised about certificates. Approving twice is approving once.
///
/// # Errors
/// A refusal when the actor may not, prepared it, wrote the item, or somebody has decided otherwise.
pub async fn approve(s: &Services, actor: &Actor, id: RegradeId) -> Result<Outcome, Refusal> {
    allow(actor, Act::Regrade, &Subject::nobody())?;
    let (services, by) = (s.clone(), actor.clone());
    let done = s.db.write(move |tx| async move { approve_in(&services, &tx, &by, id).await }).await;
    match done {
        // All of it was rolled back; that it is stale is noted on its own.
        Err(Refusal::Conflict(STALE)) => set_aside(s, actor, id).await.map(|()| Outcome::Stale),
        Ok(outcome) => {
            // From now on this server grades with the change; if not, the worker reads it, or catches up.
            if let Err(error) = changes::reload(s).await {
                tracing::error!(regrade.id = %id, %error, "Reading what regrade {id} changes failed");
            }
            Ok(outcome)
        }
        Err(refusal) => Err(refusal),
    }
}

async fn approve_in(s: &Services, tx: &Tx, actor: &Actor, id: RegradeId) -> Result<Outcome, Refusal> {
    let now = s.now();
    let subject = subject(tx, id).await?;
    let regrade = &subject.regrade;
    may_decide(actor.person, regrade.prepared_by, subject.version.author).map_err(Refusal::Conflict)?;
    if !store::regrade::decide(tx, id, State::Approved, actor.person, "", now).await? {
        return match store::regrade::find(tx, id).await?.map(|found| found.state) {
            Some(State::Approved) => Ok(Outcome::Already),
            Some(State::Prepared | State::Rejected | State::Stale) | None => Err(Refusal::Conflict(DECIDED)),
        };
    }
    let prepared = store::regrade::covered(tx, id).await?;
    if store::regrade::uncovered_count(tx, id, subject.forms()).await? > 0
        || !store::regrade::switch(tx, id, prepared).await?
    {
        return Err(Refusal::Conflict(STALE));
    }
    let following = follow::apply(s, tx, id, now).await?;
    let counts = store::regrade::counts(tx, id).await?;
    if counts.concerned() <= super::PIECE {
        follow::tell(tx, id, now).await?;
    }
    follow_up(tx, id, now).await?;
    let what = serde_json::json!({
        "code": subject.item.code, "change": code_of(&regrade.change), "reason": regrade.reason,
        "attempts": counts.all(), "moved": counts.moved,
        "now_passes": counts.now_passes, "now_fails": counts.now_fails,
        "ready": following.ready.len(), "taken_back": following.back.len(), "doubts": following.doubts.len(),
    });
    let subject = ("regrade", Some(id.raw()));
    audit::record(s, tx, Some(actor), "regrade.approved", subject, what);
    Ok(Outcome::Approved)
}

/// Asks for the work that follows. Servers believe what they know for ten seconds: after that, whatever was graded
/// without the change is there to be found. The second look is for a write that took its time.
async fn follow_up(tx: &Tx, id: RegradeId, now: Moment) -> Result<(), Fault> {
    for (kind, when, run_at) in [
        (Followup::Tell, "now", now),
        (Followup::CatchUp, "soon", now + seconds(15)),
        (Followup::CatchUp, "later", now + minutes(10)),
    ] {
        store::job::enqueue(tx, job(kind, id, when, run_at, now)?).await?;
    }
    Ok(())
}

/// Work on a regrade; `when` keeps it from being asked for twice.
pub(super) fn job(
    kind: Followup,
    regrade: RegradeId,
    when: &str,
    run_at: Moment,
    now: Moment,
) -> Result<NewJob, Fault> {
    Ok(NewJob {
        id: chance::id(now),
        name: kind.code().to_owned(),
        payload: About { regrade, after: None }.write()?,
        key: Some(format!("{}:{regrade}:{when}", kind.code())),
        run_at,
        created_at: now,
    })
}

/// Rejects a regrade, with a reason in the field `note`. What was prepared stays as it is, seen by nobody.
///
/// # Errors
/// A refusal when the actor may not, prepared it, wrote the item, gave no reason, or somebody has decided already.
pub async fn reject(s: &Services, actor: &Actor, id: RegradeId, mut form: FormState) -> Result<(), Refusal> {
    allow(actor, Act::Regrade, &Subject::nobody())?;
    let found = subject(&s.db, id).await?;
    may_decide(actor.person, found.regrade.prepared_by, found.version.author).map_err(Refusal::Conflict)?;
    let Some(note) = form.check("note", reason) else { return Err(Refusal::Form(form)) };
    let (services, by, code) = (s.clone(), actor.clone(), found.item.code);
    s.db.write(move |tx| async move {
        decide(&services, &tx, &by, &found.regrade, (State::Rejected, &note, "regrade.rejected"), &code).await
    })
    .await
}

async fn set_aside(s: &Services, actor: &Actor, id: RegradeId) -> Result<(), Refusal> {
    let found = subject(&s.db, id).await?;
    let (services, by, code) = (s.clone(), actor.clone(), found.item.code);
    s.db.write(move |tx| async move {
        let done =
            decide(&services, &tx, &by, &found.regrade, (State::Stale, "", "regrade.stale"), &code).await;
        match done {
            // Somebody has noted it, or prepared it again, meanwhile.
            Err(Refusal::Conflict(DECIDED)) => Ok(()),
            done => done,
        }
    })
    .await
}

async fn decide(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    regrade: &Regrade,
    (state, note, action): (State, &str, &str),
    code: &str,
) -> Result<(), Refusal> {
    if !store::regrade::decide(tx, regrade.id, state, actor.person, note, s.now()).await? {
        return Err(Refusal::Conflict(DECIDED));
    }
    let what = serde_json::json!({ "code": code, "change": code_of(&regrade.change), "note": note });
    let subject = ("regrade", Some(regrade.id.raw()));
    audit::record(s, tx, Some(actor), action, subject, what);
    Ok(())
}
