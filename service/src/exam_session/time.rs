//! Changing time: more of it, or none until further notice, for one candidate, a room or a centre.

use std::collections::BTreeMap;

use domain::access::Actor;
use domain::attempt::Timing;
use domain::form::FormState;
use domain::id::{ExamSessionId, PersonId, TestVersionId};
use domain::refusal::{Fault, Refusal};
use domain::text::line;
use domain::time::Moment;
use domain::timing::{Asked, Changed, Kind, LeftOut, MINUTES, Scope, changed};
use store::Tx;
use store::attempt::{Attempt, Change};

use super::{own, record, trainees};
use crate::{Services, chance};

/// Two proctors may change one attempt at once; whoever comes second reads again.
pub(super) const TRIES: u32 = 5;

/// Somebody whose time was not changed.
#[derive(Clone, Debug)]
pub struct Left {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Why.
    pub why: LeftOut,
}

/// What a change came to.
#[derive(Clone, Debug)]
pub struct Retimed {
    /// How.
    pub kind: Kind,
    /// How many attempts were changed.
    pub changed: usize,
    /// For whom it came too late.
    pub too_late: Vec<Left>,
}

/// What is asked for.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) asked: Asked,
    pub(super) scope: Scope,
    pub(super) person: Option<PersonId>,
    pub(super) reason: String,
}

fn read(form: &mut FormState) -> Option<Order> {
    let kind = Kind::of(form.value("kind"));
    let scope = Scope::of(form.value("scope"));
    let person = form.value("person").parse::<PersonId>().ok();
    let reason = form.check("reason", |text| line(text, 300));
    if scope.is_none() || (scope == Some(Scope::One) && person.is_none()) {
        form.problem("scope", "choose_one");
    }
    let asked = match kind {
        Some(Kind::Extension) => form.number("minutes", MINUTES.0, MINUTES.1).map(Asked::Extension),
        Some(Kind::Pause) => Some(Asked::Pause),
        Some(Kind::Resume) => Some(Asked::Resume),
        // The end of a session is changed on a page of its own.
        Some(Kind::Window) | None => {
            form.problem("kind", "choose_one");
            None
        }
    };
    if !form.is_clean() {
        return None;
    }
    let person = person.filter(|_| scope == Some(Scope::One));
    Some(Order { asked: asked?, scope: scope?, person, reason: reason? })
}

/// Changes the time of those who are answering. Fields: `kind` (extension, pause, resume), `scope` (one, room,
/// centre), `person` for one, `minutes` for an extension, `reason`.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, or nobody whose time it could be.
pub async fn retime(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    mut form: FormState,
) -> Result<Retimed, Refusal> {
    own(&s.db, actor, id).await?;
    let Some(order) = read(&mut form) else { return Err(Refusal::Form(form)) };
    for _ in 0..TRIES {
        let (services, actor, order) = (s.clone(), actor.clone(), order.clone());
        let done =
            s.db.write(move |tx| async move { retime_in(&services, &tx, &actor, id, order).await }).await;
        match done {
            Err(Refusal::Conflict("changed_meanwhile")) => {}
            done => return done,
        }
    }
    Err(Refusal::Conflict("changed_meanwhile"))
}

async fn retime_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: ExamSessionId,
    order: Order,
) -> Result<Retimed, Refusal> {
    let session = own(tx, actor, id).await?;
    let unit = (order.scope == Scope::Centre).then_some(session.unit);
    let held = store::attempt::in_scope(tx, id, unit, order.person).await?;
    let people: Vec<PersonId> = held.iter().map(|held| held.person).collect();
    if people.contains(&actor.person) {
        return Err(Refusal::Conflict("own_session"));
    }
    // Another session of the centre may have them.
    if !trainees(tx, actor, people).await?.is_empty() {
        return Err(Refusal::Conflict("own_trainee"));
    }
    let now = s.now();
    let mut done = Vec::new();
    let mut left = Vec::new();
    for (held, timing) in timings(tx, held).await? {
        match changed(&timing, held.clockwork(), order.asked, now) {
            Ok(to) => done.push((held, to)),
            Err(why) => left.push(Left { person: held.person, name: held.as_was.name, why }),
        }
    }
    if done.is_empty() {
        return Err(Refusal::Conflict(nobody(&left)));
    }
    save(tx, actor, &order, &done, now).await?;
    // Whoever has handed in is left out of a room as a matter of course.
    left.retain(|left| left.why == LeftOut::TooLate);
    let what = serde_json::json!({
        "kind": order.asked.kind(), "scope": order.scope, "reason": order.reason,
        "minutes": minutes_of(order.asked),
        "attempts": done.iter().map(|(held, _)| held.id).collect::<Vec<_>>(),
        "too_late": left.iter().map(|left| left.person).collect::<Vec<_>>(),
    });
    record(s, tx, actor, id, "attempt.time_changed", what).await?;
    Ok(Retimed { kind: order.asked.kind(), changed: done.len(), too_late: left })
}

const fn minutes_of(asked: Asked) -> u32 {
    match asked {
        Asked::Extension(more) => more,
        Asked::Pause | Asked::Resume | Asked::Window(_) => 0,
    }
}

/// Why nobody's time was changed.
fn nobody(left: &[Left]) -> &'static str {
    match left.last().map(|left| left.why) {
        None => "nobody_sits",
        Some(_) if left.iter().any(|left| left.why == LeftOut::TooLate) => "too_late",
        Some(LeftOut::TooLate | LeftOut::Finished) => "attempt_over",
        Some(LeftOut::Paused) => "paused_already",
        Some(LeftOut::Running) => "not_paused",
    }
}

/// The attempts, each with all that its deadline depends on.
pub(super) async fn timings(tx: &Tx, held: Vec<Attempt>) -> Result<Vec<(Attempt, Timing)>, Fault> {
    let versions: BTreeMap<TestVersionId, _> =
        store::test::versions_by_id(tx, held.iter().map(|held| held.version).collect::<Vec<_>>()).await?;
    let sessions = held.iter().filter_map(|held| held.session).collect::<Vec<_>>();
    let windows = store::exam_session::windows(tx, sessions).await?;
    held.into_iter()
        .map(|held| {
            let version = versions.get(&held.version).ok_or_else(|| {
                Fault::new("changing time", format!("test version {} is gone", held.version))
            })?;
            let window = held.session.and_then(|session| windows.get(&session));
            let timing = Timing {
                started_at: held.started_at,
                limit_minutes: version.conditions.limit_minutes,
                extra_percent: held.extra_percent,
                window_end: window.map(|window| window.closes_at),
                extension_ms: held.extension_ms,
                paused_ms: held.paused_ms,
            };
            Ok((held, timing))
        })
        .collect()
}

pub(super) async fn save(
    tx: &Tx,
    actor: &Actor,
    order: &Order,
    done: &[(Attempt, Changed)],
    now: Moment,
) -> Result<(), Refusal> {
    let mut changes = Vec::with_capacity(done.len());
    for (held, to) in done {
        if !store::attempt::retime(tx, held, *to).await? {
            return Err(Refusal::Conflict("changed_meanwhile"));
        }
        changes.push(Change {
            id: chance::uuid(now),
            attempt: held.id,
            kind: order.asked.kind(),
            ms: to.ms,
            reason: order.reason.clone(),
            scope: order.scope,
            by: actor.person,
            at: now,
        });
    }
    Ok(store::attempt::insert_changes(tx, changes).await?)
}
