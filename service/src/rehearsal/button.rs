//! The administrator's button: a rehearsal beside the server that people use, on a database that is thrown away.
//!
//! Invariants: one at a time, on all servers together; none begins while an exam session is open, and one that runs
//! gives way to a session that opens; the last one is kept as a fact, changed only as it was read.

mod last;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use domain::access::{Act, Actor, Subject, allow};
use domain::form::FormState;
use domain::refusal::{Fault, Refusal};
use domain::rehearsal::Plan;
use domain::time::Moment;
use store::Tx;
use tokio::sync::watch;
use uuid::Uuid;

use self::last::read;
pub use self::last::{By, Errors, Last, Outcome, Report, Times, Why};
use crate::{Services, audit, chance, facts};

/// The fact that keeps the last one.
const LAST: &str = "rehearsal_last";
const BEGINNING: &str = "beginning a rehearsal";
const ENDING: &str = "noting how a rehearsal ended";
/// How often the end is written down again because somebody changed the fact meanwhile.
const TRIES: u32 = 5;

/// A rehearsal on its way: its report as JSON, also when targets were missed, or why there is none.
pub type Run = Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;

/// Whoever can rehearse.
pub trait Rehearse: Send + Sync {
    /// Begins a rehearsal. Dropping the answer ends it.
    fn run(&self, plan: Plan) -> Run;
}

/// Who rehearses for this server, and what runs in it.
#[derive(Default)]
pub(crate) struct Button {
    runner: OnceLock<Arc<dyn Rehearse>>,
    running: Mutex<Option<Running>>,
}

impl Button {
    fn running(&self) -> Option<Running> {
        let held = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone().filter(|running| !running.stop.is_closed())
    }

    fn hold(&self, running: Running) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
    }
}

/// A rehearsal that runs in this process. Its task listens until the end is written down.
#[derive(Clone)]
struct Running {
    id: Uuid,
    until: Moment,
    stop: watch::Sender<Option<Why>>,
}

impl Running {
    /// Ends it, unless it is being ended already, and waits until that is written down.
    async fn end(&self, why: Why) {
        self.stop.send_if_modified(|asked| {
            let is_first = asked.is_none();
            if is_first {
                *asked = Some(why);
            }
            is_first
        });
        self.stop.closed().await;
    }
}

impl Services {
    /// Lets administrators rehearse: whoever serves says so once.
    pub fn can_rehearse(&self, runner: Arc<dyn Rehearse>) {
        if self.rehearsing.runner.set(runner).is_err() {
            tracing::warn!("Who rehearses was said before; the first stays");
        }
    }
}

/// What the page of the button shows.
#[derive(Clone, Debug)]
pub struct Status {
    /// Whether this server can rehearse at all.
    pub can_run: bool,
    /// The titles of the exam sessions that are open.
    pub open_sessions: Vec<String>,
    /// How many people sit a test right now.
    pub sitting_now: u64,
    /// The last rehearsal, which may still run.
    pub last: Option<Last>,
}

/// How things stand.
///
/// # Errors
/// A refusal when the actor may not see it.
pub async fn status(s: &Services, actor: &Actor) -> Result<Status, Refusal> {
    allow(actor, Act::ReadJobs, &Subject::nobody())?;
    let now = s.now();
    let open = store::exam_session::open_now(&s.db, now).await?;
    Ok(Status {
        can_run: s.rehearsing.runner.get().is_some(),
        open_sessions: open.into_iter().map(|session| session.title).collect(),
        sitting_now: super::open_attempts(s).await?,
        last: read(facts::get(s, LAST).await?.as_deref()).map(|last| last.at(now)),
    })
}

/// Whether the actor may begin and end rehearsals. To see them is not enough: an auditor changes nothing.
#[must_use]
pub fn may_start(actor: &Actor) -> bool {
    actor.may(Act::ReadJobs) && actor.may(Act::EditSettings)
}

fn insist(actor: &Actor) -> Result<(), Refusal> {
    allow(actor, Act::ReadJobs, &Subject::nobody())?;
    allow(actor, Act::EditSettings, &Subject::nobody())?;
    Ok(())
}

/// Begins a rehearsal. Fields: `candidates`, `minutes`.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, `rehearsal_unavailable`, `session_open`, `rehearsal_running`.
pub async fn start(s: &Services, actor: &Actor, mut form: FormState) -> Result<(), Refusal> {
    insist(actor)?;
    let Some(plan) = Plan::parse(&mut form) else { return Err(Refusal::Form(form)) };
    let runner = s.rehearsing.runner.get().cloned().ok_or(Refusal::Conflict("rehearsal_unavailable"))?;
    let now = s.now();
    let last = Last {
        id: chance::uuid(now),
        by: who(s, actor).await?,
        started_at: now,
        plan,
        stopped_by: None,
        ended_at: None,
        outcome: None,
    };
    // A task of its own: somebody who closes the page now must not leave a claim behind and nothing that runs.
    let begun = begin(s.clone(), actor.clone(), runner, last);
    let begun = tokio::spawn(audit::REQUEST_ID.scope(audit::request_id(), begun)).await;
    begun.map_err(|error| Refusal::Fault(Fault::new(BEGINNING, error)))?
}

async fn who(s: &Services, actor: &Actor) -> Result<By, Fault> {
    let id = actor.person.raw();
    let names = store::people::names(&s.db, [id]).await?;
    let name = names.get(&id).map_or_else(|| actor.name.clone(), domain::people::FullName::full);
    Ok(By { person: actor.person, name })
}

async fn begin(s: Services, actor: Actor, runner: Arc<dyn Rehearse>, new: Last) -> Result<(), Refusal> {
    let (services, claimed) = (s.clone(), new.clone());
    s.db.write(move |tx| async move { claim(&services, &tx, &actor, &claimed).await }).await?;
    if let Some(before) = s.rehearsing.running() {
        // Its end is written down already, or nobody waits for it any more.
        before.end(Why::Interrupted).await;
    }
    let (stop, stopped) = watch::channel(None);
    s.rehearsing.hold(Running { id: new.id, until: new.plan.given_up_at(new.started_at), stop });
    tracing::info!(rehearsal.id = %new.id, "A rehearsal has begun");
    let run = runner.run(new.plan);
    tokio::spawn(attend(s, new.id, run, stopped));
    Ok(())
}

async fn claim(s: &Services, tx: &Tx, actor: &Actor, new: &Last) -> Result<(), Refusal> {
    if !store::exam_session::open_now(tx, new.started_at).await?.is_empty() {
        return Err(Refusal::Conflict("session_open"));
    }
    let kept = store::setting::fact(tx, LAST).await?;
    let is_running = read(kept.as_deref()).is_some_and(|last| last.is_running(new.started_at));
    if is_running || !change(tx, kept.as_deref(), new).await? {
        return Err(Refusal::Conflict("rehearsal_running"));
    }
    let what = serde_json::json!({ "candidates": new.plan.candidates, "minutes": new.plan.minutes });
    audit::record(s, tx, Some(actor), "rehearsal.started", ("rehearsal", Some(new.id)), what);
    Ok(())
}

/// Keeps what is known of the last one, if the fact is still as it was read.
async fn change(tx: &Tx, kept: Option<&str>, last: &Last) -> Result<bool, Fault> {
    let text = serde_json::to_string(last).map_err(|error| Fault::new("writing down a rehearsal", error))?;
    store::setting::change_fact(tx, chance::uuid(last.started_at), LAST, kept, &text).await
}

/// Waits for the end, or for somebody who ends it, and writes down what it came to.
async fn attend(s: Services, id: Uuid, run: Run, mut stopped: watch::Receiver<Option<Why>>) {
    let outcome = tokio::select! {
        biased;
        why = told(&mut stopped) => Outcome::Stopped(why),
        came = run => Outcome::of(came),
    };
    match note_end(&s, id, outcome).await {
        Ok(()) => tracing::info!(rehearsal.id = %id, "A rehearsal has ended"),
        Err(fault) => tracing::error!(rehearsal.id = %id, %fault, "How a rehearsal ended was not kept"),
    }
    // Only now: whoever ends it waits for this.
    drop(stopped);
}

/// Why it is to end, once somebody says so.
async fn told(stopped: &mut watch::Receiver<Option<Why>>) -> Why {
    let why = stopped.wait_for(Option::is_some).await.ok().and_then(|why| *why);
    match why {
        Some(why) => why,
        None => std::future::pending().await,
    }
}

async fn note_end(s: &Services, id: Uuid, outcome: Outcome) -> Result<(), Fault> {
    for _ in 0..TRIES {
        let (services, outcome) = (s.clone(), outcome.clone());
        let noted = s.db.write(move |tx| async move { end_in(&services, &tx, id, outcome).await });
        if noted.await? {
            return Ok(());
        }
    }
    Err(Fault::busy(ENDING, "others were faster"))
}

/// False when somebody changed the fact meanwhile. One that another has taken the place of is left alone.
async fn end_in(s: &Services, tx: &Tx, id: Uuid, outcome: Outcome) -> Result<bool, Fault> {
    let kept = store::setting::fact(tx, LAST).await?;
    let Some(last) = read(kept.as_deref()).filter(|last| last.id == id && last.ended_at.is_none()) else {
        return Ok(true);
    };
    let what = serde_json::json!({ "outcome": outcome.code() });
    let ended = Last { ended_at: Some(s.now()), outcome: Some(outcome), ..last };
    if !change(tx, kept.as_deref(), &ended).await? {
        return Ok(false);
    }
    let by = ended.stopped_by.as_ref().map(|by| by.person);
    audit::record_by(s, tx, by, "rehearsal.ended", ("rehearsal", Some(id)), what);
    Ok(true)
}

/// Ends the rehearsal that runs, wherever it does. When none does, that is what was wanted.
///
/// # Errors
/// A refusal when the actor may not.
pub async fn stop(s: &Services, actor: &Actor) -> Result<(), Refusal> {
    insist(actor)?;
    let (by, now) = (who(s, actor).await?, s.now());
    s.db.write(move |tx| async move {
        let kept = store::setting::fact(&tx, LAST).await?;
        if let Some(last) = read(kept.as_deref()).filter(|last| last.is_running(now)) {
            // If somebody was faster, it has ended or is being ended.
            change(&tx, kept.as_deref(), &Last { stopped_by: Some(by), ..last }).await?;
        }
        Ok::<_, Fault>(())
    })
    .await?;
    if let Some(running) = s.rehearsing.running() {
        running.end(Why::ByHand).await;
    }
    Ok(())
}

/// Ends the rehearsal that runs in this process, if there is a reason to: an open exam session, somebody who asked for
/// it at another server, or that it takes too long. Asks the database for nothing when none runs.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn make_way(s: &Services) -> Result<(), Fault> {
    let Some(running) = s.rehearsing.running() else { return Ok(()) };
    let now = s.now();
    if now >= running.until {
        running.end(Why::Interrupted).await;
    } else if !store::exam_session::open_now(&s.db, now).await?.is_empty() {
        running.end(Why::SessionOpened).await;
    } else if read(facts::get(s, LAST).await?.as_deref())
        .is_some_and(|last| last.is_asked_to_stop(running.id))
    {
        running.end(Why::ByHand).await;
    }
    Ok(())
}

/// Ends the rehearsal that runs in this process, because the process ends.
pub async fn quit(s: &Services) {
    if let Some(running) = s.rehearsing.running() {
        running.end(Why::Interrupted).await;
    }
}
