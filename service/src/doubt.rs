//! Certificates that a regrade has put in doubt. They are valid until a person decides otherwise.

use std::collections::BTreeMap;

use domain::access::{Act, Actor, Reach, allow, is_conflicted, reach};
use domain::certification::Period;
use domain::form::FormState;
use domain::id::{AttemptId, DoubtId, PersonId, RegradeId};
use domain::page::{MOST, Page};
use domain::refusal::{Fault, Refusal};
use domain::regrade::{DoubtState, reason};
use store::Tx;
use store::certification::Recorded;
use store::doubt::Doubt;
use store::people::Listed;
use store::regrade::Told;

use crate::{Services, audit, certification};

/// A doubt with all that has to be known to decide it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The doubt.
    pub doubt: Doubt,
    /// Who, and where they work.
    pub person: Listed,
    /// What the regrade did to the attempt, and why.
    pub told: Told,
    /// The period that is in doubt.
    pub period: Period,
    /// Whether the actor may not decide: themselves, or their own trainee.
    pub is_conflicted: bool,
}

fn within(actor: &Actor) -> Result<Reach, Refusal> {
    let within = reach(actor, Act::Decide);
    if within == Reach::Nothing { Err(Refusal::Denied) } else { Ok(within) }
}

/// A page of open doubts about people within the actor's reach, the longest waiting first.
///
/// # Errors
/// A refusal when the actor decides on nobody.
pub async fn list(s: &Services, actor: &Actor, after: Option<&str>) -> Result<Page<Shown>, Refusal> {
    let within = within(actor)?;
    let page = store::doubt::open(&s.db, &within, after, MOST).await?;
    Ok(Page { rows: shown(s, actor, &within, page.rows).await?, next: page.next })
}

/// How many doubts about people within the actor's reach are open.
///
/// # Errors
/// A refusal when the actor decides on nobody.
pub async fn count(s: &Services, actor: &Actor) -> Result<u64, Refusal> {
    Ok(store::doubt::open_count(&s.db, &within(actor)?).await?)
}

/// One doubt, open or decided.
///
/// # Errors
/// A refusal when the person is out of reach or a conflict.
pub async fn open(s: &Services, actor: &Actor, id: DoubtId) -> Result<Shown, Refusal> {
    let doubt = reached(s, actor, id).await?;
    shown(s, actor, &within(actor)?, vec![doubt]).await?.pop().ok_or(Refusal::NotFound)
}

async fn reached(s: &Services, actor: &Actor, id: DoubtId) -> Result<Doubt, Refusal> {
    let doubt = store::doubt::find(&s.db, id).await?.ok_or(Refusal::NotFound)?;
    let subject = store::people::subject_of(&s.db, doubt.person).await?;
    allow(actor, Act::Decide, &subject)?;
    Ok(doubt)
}

/// Doubts with all that is shown of them, in as many queries for fifty as for one.
async fn shown(s: &Services, actor: &Actor, within: &Reach, doubts: Vec<Doubt>) -> Result<Vec<Shown>, Fault> {
    let people: Vec<PersonId> = doubts.iter().map(|doubt| doubt.person).collect();
    let placed = store::people::placed(&s.db, within, people.clone()).await?;
    let subjects = store::people::subjects_of(&s.db, people).await?;
    let periods = store::certification::periods_by_id(&s.db, doubts.iter().map(|doubt| doubt.period)).await?;
    let regrades: Vec<RegradeId> = doubts.iter().map(|doubt| doubt.regrade).collect();
    let attempts: Vec<AttemptId> = doubts.iter().map(|doubt| doubt.attempt).collect();
    let told = store::regrade::among(&s.db, regrades, attempts).await?;
    let mut told: BTreeMap<(RegradeId, AttemptId), Told> =
        told.into_iter().map(|told| ((told.regrade, told.moved.attempt), told)).collect();
    let row = |doubt: Doubt| {
        // Whoever has left the reach since the list was read is left out of it.
        let person = placed.get(&doubt.person)?.clone();
        Some(Shown {
            person,
            told: told.remove(&(doubt.regrade, doubt.attempt))?,
            period: periods.get(&doubt.period)?.period.clone(),
            is_conflicted: is_conflicted(actor, subjects.get(&doubt.person)?),
            doubt,
        })
    };
    Ok(doubts.into_iter().filter_map(row).collect())
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The certificate stays.
    Kept,
    /// It was revoked.
    Revoked,
}

/// Decides a doubt: the field `verdict` says `keep` or `revoke`, the field `reason` why.
///
/// # Errors
/// A refusal when the person is out of reach or a conflict, fields are wrong, or it was decided already.
pub async fn decide(
    s: &Services,
    actor: &Actor,
    id: DoubtId,
    mut form: FormState,
) -> Result<Decided, Refusal> {
    let doubt = reached(s, actor, id).await?;
    let verdict = match form.value("verdict") {
        "keep" => Some(Decided::Kept),
        "revoke" => Some(Decided::Revoked),
        _ => {
            form.problem("verdict", "choose_one");
            None
        }
    };
    let reason = form.check("reason", reason);
    let (Some(verdict), Some(reason)) = (verdict, reason) else { return Err(Refusal::Form(form)) };
    let period = store::certification::period(&s.db, doubt.period).await?.ok_or(Refusal::NotFound)?;
    let (services, by) = (s.clone(), actor.clone());
    s.db.write(
        move |tx| async move { decide_in(&services, &tx, &by, (&doubt, &period), verdict, &reason).await },
    )
    .await
    .map(|()| verdict)
}

async fn decide_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    (doubt, period): (&Doubt, &Recorded),
    verdict: Decided,
    reason: &str,
) -> Result<(), Refusal> {
    let now = s.now();
    let state = match verdict {
        Decided::Kept => DoubtState::Kept,
        Decided::Revoked => DoubtState::Revoked,
    };
    if !store::doubt::decide(tx, doubt.id, state, actor.person, reason, now).await? {
        return Err(Refusal::Conflict("doubt_decided"));
    }
    if verdict == Decided::Revoked {
        let basis = format!("regrade:{}", doubt.regrade);
        // Where it was revoked on other grounds meanwhile, that stands.
        certification::revoke_in(s, tx, actor, period, (reason, &basis), now).await?;
        return Ok(());
    }
    let params = serde_json::json!({ "until": period.period.until });
    audit::notify(tx, doubt.person, "certificate_kept", params, now);
    let what = serde_json::json!({ "period": doubt.period, "regrade": doubt.regrade, "reason": reason });
    let subject = ("person", Some(doubt.person.raw()));
    audit::record(s, tx, Some(actor), "certification.kept", subject, what);
    Ok(())
}
