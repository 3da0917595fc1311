//! Test versions: what a form is drawn from and on which conditions it is sat, up to publishing.
//!
//! A published version never changes; the next one starts as a copy of the current one.

mod cells;
mod pool;
mod report;

use domain::access::{Act, Actor, Subject, allow};
use domain::form::FormState;
use domain::id::{TestId, TestVersionId};
use domain::item::{Pool, State};
use domain::refusal::{Fault, Refusal};
use domain::rulebook::{Rule, VersionState};
use domain::test::{Blueprint, Conditions, Kind};
use domain::text::line;
use domain::time::Moment;
use store::item::Item;
use store::test::{Test, Version};
use store::{Conn, Tx};

use crate::{Services, audit, chance, exam_session, rulebook};

pub use cells::{
    Depth, MOST_IN_CELL, MOST_ITEMS, Shortage, count_field, form_of, needs_acknowledgement, shortages,
    venue_field,
};
pub(crate) use pool::{Bank, Banks, bank};
pub use report::{Named, Report, report};

/// A test with its versions, and what its bank holds.
#[derive(Clone, Debug)]
pub struct TestView {
    /// The test.
    pub test: Test,
    /// All versions, the newest first.
    pub versions: Vec<Version>,
    /// The rules that the draft speaks of, or else the current version.
    pub rules: Vec<Rule>,
    /// What the bank holds.
    pub depth: Vec<Depth>,
    /// The draft, when one is open.
    pub draft: Option<Version>,
    /// Cells of the draft that the bank cannot fill.
    pub shortages: Vec<Shortage>,
    /// Whether publishing the draft needs the acknowledgement that it draws from shipped items.
    pub needs_acknowledgement: bool,
    /// Exam sessions that are open: until they are over, nothing is published.
    pub held_by: Vec<String>,
    /// Whether the actor may begin, change and publish a draft.
    pub may_edit: bool,
}

/// All tests.
///
/// # Errors
/// A refusal when the actor may not read tests.
pub async fn tests(s: &Services, actor: &Actor) -> Result<Vec<Test>, Refusal> {
    allow(actor, Act::ReadTests, &Subject::nobody())?;
    Ok(store::test::list(&s.db).await?)
}

/// A test.
///
/// # Errors
/// A refusal when the actor may not read tests, or there is no such test.
pub async fn open(s: &Services, actor: &Actor, id: TestId) -> Result<TestView, Refusal> {
    allow(actor, Act::ReadTests, &Subject::nobody())?;
    let test = store::test::find(&s.db, id).await?.ok_or(Refusal::NotFound)?;
    let versions = store::test::versions(&s.db, id).await?;
    let draft = drafted(&versions).cloned();
    let current = versions.iter().find(|version| Some(version.id) == test.current);
    let rules = match draft.as_ref().or(current) {
        Some(version) => store::rulebook::rules(&s.db, version.rulebook_version).await?,
        None => rulebook::in_force(&s.db).await?,
    };
    let depth = depth_of(&s.db, test.kind).await?;
    let empty = Blueprint::default();
    let blueprint = draft.as_ref().map_or(&empty, |draft| &draft.blueprint);
    Ok(TestView {
        shortages: shortages(blueprint, &depth),
        needs_acknowledgement: needs_acknowledgement(test.kind, blueprint, &depth),
        held_by: exam_session::holding(&s.db, id, s.now()).await?,
        may_edit: actor.may(Act::EditTests),
        test,
        rules,
        depth,
        draft,
        versions,
    })
}

fn drafted(versions: &[Version]) -> Option<&Version> {
    versions.iter().find(|version| version.state == VersionState::Draft)
}

async fn depth_of(conn: &impl Conn, kind: Kind) -> Result<Vec<Depth>, Fault> {
    let counts = store::item::depth(conn, pool::pool_of(kind)).await?;
    Ok(counts
        .into_iter()
        .map(|(rule, difficulty, live, shipped)| Depth { rule, difficulty, live, shipped })
        .collect())
}

/// The tests in force that could no longer be drawn if an item were taken out of use.
pub(crate) async fn needing(conn: &impl Conn, item: &Item) -> Result<Vec<Test>, Fault> {
    if item.state != State::Live {
        return Ok(Vec::new());
    }
    let kind = match item.pool {
        Pool::Exam => Kind::Certification,
        Pool::Practice => Kind::Practice,
    };
    let mut tests = store::test::list(conn).await?;
    tests.retain(|test| test.kind == kind);
    let current: Vec<TestVersionId> = tests.iter().filter_map(|test| test.current).collect();
    let versions = store::test::versions_by_id(conn, current).await?;
    let depth = depth_of(conn, kind).await?;
    tests.retain(|test| {
        let version = test.current.and_then(|id| versions.get(&id));
        version.is_some_and(|version| cells::needs(&version.blueprint, &depth, &item.rule, item.difficulty))
    });
    Ok(tests)
}

/// Begins a draft as a copy of the current version; the one that is open, if there is one. A draft
/// speaks of the rules in force, and leaves out cells of rules that are gone.
///
/// # Errors
/// A refusal: not allowed, no such test, or no current version to copy.
pub async fn begin_draft(s: &Services, actor: &Actor, id: TestId) -> Result<TestVersionId, Refusal> {
    allow(actor, Act::EditTests, &Subject::nobody())?;
    let (services, by, now) = (s.clone(), actor.clone(), s.now());
    let done = s.db.write(move |tx| async move { begin_in(&services, &tx, &by, id, now).await }).await;
    let fault = match done {
        Err(Refusal::Fault(fault)) => fault,
        done => return done,
    };
    // Where writers do not take turns, two may begin together; the number lets only one through.
    match drafted(&store::test::versions(&s.db, id).await?) {
        Some(draft) => Ok(draft.id),
        None => Err(Refusal::Fault(fault)),
    }
}

async fn begin_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: TestId,
    now: Moment,
) -> Result<TestVersionId, Refusal> {
    let test = store::test::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let versions = store::test::versions(tx, id).await?;
    if let Some(draft) = drafted(&versions) {
        return Ok(draft.id);
    }
    let current = versions.iter().find(|version| Some(version.id) == test.current);
    let current = current.ok_or(Refusal::Conflict("nothing_to_copy"))?;
    let published = store::rulebook::published(tx).await?;
    let rulebook_version = published.map_or(current.rulebook_version, |published| published.id);
    let rules = store::rulebook::rules(tx, rulebook_version).await?;
    let mut blueprint = current.blueprint.clone();
    blueprint.cells.retain(|cell| rules.iter().any(|rule| rule.code == cell.rule));
    let draft = Version {
        id: chance::id(now),
        test: id,
        number: versions.first().map_or(0, |newest| newest.number) + 1,
        state: VersionState::Draft,
        rulebook_version,
        blueprint,
        conditions: current.conditions.clone(),
        shipped_items_warned: false,
        note: String::new(),
        revision: 1,
        created_at: now,
        published_at: None,
    };
    store::test::insert_version(tx, &draft, Some(actor.person)).await?;
    let what = serde_json::json!({ "test": test.code, "version": draft.number });
    let subject = ("test_version", Some(draft.id.raw()));
    audit::record(s, tx, Some(actor), "test.draft_begun", subject, what);
    Ok(draft.id)
}

async fn draft(conn: &impl Conn, id: TestVersionId) -> Result<Version, Refusal> {
    let version = store::test::version(conn, id).await?.ok_or(Refusal::NotFound)?;
    match version.state {
        VersionState::Draft => Ok(version),
        VersionState::Published => Err(Refusal::Conflict("published_already")),
    }
}

/// Saves a draft. The form's `revision` is the one that was changed.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, published already, or changed by somebody else meanwhile.
pub async fn save_draft(
    s: &Services,
    actor: &Actor,
    id: TestVersionId,
    form: FormState,
) -> Result<(), Refusal> {
    allow(actor, Act::EditTests, &Subject::nobody())?;
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move { save_in(&services, &tx, &actor, id, form).await }).await
}

async fn save_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: TestVersionId,
    mut form: FormState,
) -> Result<(), Refusal> {
    let mut draft = draft(tx, id).await?;
    if read_revision(&form) != Some(draft.revision) {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let rules = store::rulebook::rules(tx, draft.rulebook_version).await?;
    let blueprint = cells::blueprint_of(&mut form, &rules);
    let conditions = Conditions::parse(&mut form);
    let note = form.check_optional("note", |text| line(text, 300)).unwrap_or_default();
    let Some(conditions) = conditions.filter(|_| form.is_clean()) else { return Err(Refusal::Form(form)) };
    draft.blueprint = blueprint;
    draft.conditions = conditions;
    draft.note = note;
    if !store::test::change_draft(tx, &draft).await? {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let subject = ("test_version", Some(id.raw()));
    audit::record(s, tx, Some(actor), "test.draft_saved", subject, as_written(&draft));
    Ok(())
}

fn as_written(version: &Version) -> serde_json::Value {
    serde_json::json!({
        "version": version.number,
        "blueprint": version.blueprint,
        "conditions": version.conditions,
        "note": version.note,
    })
}

/// Whether no form could have as many items of some venue as the draft asks for.
async fn lacks_venues(conn: &impl Conn, test: &Test, draft: &Version) -> Result<bool, Fault> {
    if draft.blueprint.venues.is_empty() {
        return Ok(false);
    }
    let candidates = store::item::drawable(conn, pool::pool_of(test.kind)).await?;
    Ok(!domain::draw::too_few(&draft.blueprint, &candidates).is_empty())
}

/// Publishes a draft: from now on it is the version that is sat, and it never changes. Fields: `revision`,
/// the one that was read; `acknowledged`, yes from whoever knows that shipped items are public.
///
/// # Errors
/// A refusal: not allowed, an empty blueprint, a bank too shallow for it, shipped items that nobody has
/// acknowledged, published already, or changed by somebody else meanwhile.
pub async fn publish(
    s: &Services,
    actor: &Actor,
    id: TestVersionId,
    form: &FormState,
) -> Result<(), Refusal> {
    allow(actor, Act::EditTests, &Subject::nobody())?;
    let (seen, acknowledged) = (read_revision(form), form.value("acknowledged") == "yes");
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move { publish_in(&services, &tx, &actor, id, seen, acknowledged).await })
        .await
}

/// The revision that a form was made from.
fn read_revision(form: &FormState) -> Option<u32> {
    form.value("revision").trim().parse().ok()
}

async fn publish_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: TestVersionId,
    seen: Option<u32>,
    acknowledged_shipped: bool,
) -> Result<(), Refusal> {
    let draft = draft(tx, id).await?;
    if seen != Some(draft.revision) {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let test = store::test::find(tx, draft.test).await?.ok_or(Refusal::NotFound)?;
    let depth = depth_of(tx, test.kind).await?;
    if !exam_session::holding(tx, draft.test, s.now()).await?.is_empty() {
        return Err(Refusal::Conflict("session_open"));
    }
    if draft.blueprint.size() == 0 {
        return Err(Refusal::Conflict("blueprint_empty"));
    }
    if !shortages(&draft.blueprint, &depth).is_empty() || lacks_venues(tx, &test, &draft).await? {
        return Err(Refusal::Conflict("bank_shallow"));
    }
    let warned = needs_acknowledgement(test.kind, &draft.blueprint, &depth);
    if warned && !acknowledged_shipped {
        return Err(Refusal::Conflict("shipped_not_acknowledged"));
    }
    if !store::test::publish(tx, &draft, warned, actor.person, s.now()).await? {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let what = serde_json::json!({
        "test": test.code, "shipped_items_warned": warned, "written": as_written(&draft),
    });
    audit::record(s, tx, Some(actor), "test.published", ("test_version", Some(id.raw())), what);
    Ok(())
}
