//! From draft to live and out of use again. Nobody approves what they wrote themselves, and what is
//! approved is the version that the approver has seen.

use domain::access::Actor;
use domain::id::ItemId;
use domain::item::State;
use domain::refusal::Refusal;
use store::Tx;
use store::test::Test;

use super::{awaits_approval, editable};
use crate::{Services, audit, blueprint};

/// Hands a draft over for approval.
///
/// # Errors
/// A refusal: not allowed, not a draft, or changed by somebody else meanwhile.
pub async fn submit(s: &Services, actor: &Actor, id: ItemId) -> Result<(), Refusal> {
    turn(s, actor, id, "item.submitted", |state| match state {
        State::Draft => Ok(State::Review),
        State::Review | State::Pilot | State::Live | State::Retired => Err("not_a_draft"),
    })
    .await
}

/// Takes an item out of use; forms that have it keep it. An item without which a test could no longer be
/// drawn stays: [`needed_by`] names the tests.
///
/// # Errors
/// A refusal: not allowed, retired already, needed, or changed by somebody else meanwhile.
pub async fn retire(s: &Services, actor: &Actor, id: ItemId) -> Result<(), Refusal> {
    turn(s, actor, id, "item.retired", |state| match state {
        State::Draft | State::Review | State::Pilot | State::Live => Ok(State::Retired),
        State::Retired => Err("retired"),
    })
    .await
}

/// The tests that could no longer be drawn without an item.
///
/// # Errors
/// A refusal when the actor may not edit the item.
pub async fn needed_by(s: &Services, actor: &Actor, id: ItemId) -> Result<Vec<Test>, Refusal> {
    let item = editable(&s.db, actor, id).await?;
    Ok(blueprint::needing(&s.db, &item).await?)
}

/// Takes a retired item up again, as a draft: it becomes live by approval only.
///
/// # Errors
/// A refusal: not allowed, not retired, or changed by somebody else meanwhile.
pub async fn revive(s: &Services, actor: &Actor, id: ItemId) -> Result<(), Refusal> {
    turn(s, actor, id, "item.revived", |state| match state {
        State::Retired => Ok(State::Draft),
        State::Draft | State::Review | State::Pilot | State::Live => Err("not_retired"),
    })
    .await
}

async fn turn(
    s: &Services,
    actor: &Actor,
    id: ItemId,
    action: &'static str,
    step: fn(State) -> Result<State, &'static str>,
) -> Result<(), Refusal> {
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        let mut head = editable(&tx, &actor, id).await?;
        let before = head.state;
        let next = step(before).map_err(Refusal::Conflict)?;
        if next == State::Retired && !blueprint::needing(&tx, &head).await?.is_empty() {
            return Err(Refusal::Conflict("needed_by_tests"));
        }
        head.state = next;
        if !store::item::change(&tx, &head).await? {
            return Err(Refusal::Conflict("changed_meanwhile"));
        }
        let what = serde_json::json!({ "code": head.code, "before": before });
        let subject = ("item", Some(id.raw()));
        audit::record(&services, &tx, Some(&actor), action, subject, what);
        Ok(())
    })
    .await
}

/// Approves the newest version, which `seen` must name: it becomes the one that is drawn.
///
/// # Errors
/// A refusal: not allowed, written by the actor, not waiting, or changed by somebody else meanwhile.
pub async fn approve(s: &Services, actor: &Actor, id: ItemId, seen: u32) -> Result<(), Refusal> {
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move { approve_in(&services, &tx, &actor, id, seen).await }).await
}

async fn approve_in(s: &Services, tx: &Tx, actor: &Actor, id: ItemId, seen: u32) -> Result<(), Refusal> {
    let mut head = editable(tx, actor, id).await?;
    let newest = super::newest(tx, id).await?;
    if newest.number != seen {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    if newest.author == Some(actor.person) {
        return Err(Refusal::Conflict("own_item"));
    }
    if !awaits_approval(&head, &newest) {
        return Err(Refusal::Conflict("not_in_review"));
    }
    // A revived item keeps the reviewer of old; the audit log names both.
    if !store::item::approve(tx, newest.id, actor.person).await? && newest.reviewer.is_none() {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    head.state = State::Live;
    head.current = Some(newest.id);
    if !store::item::change(tx, &head).await? {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let what = serde_json::json!({ "code": head.code, "version": newest.number });
    audit::record(s, tx, Some(actor), "item.approved", ("item", Some(id.raw())), what);
    Ok(())
}
