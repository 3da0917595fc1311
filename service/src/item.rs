//! The item bank at work: finding items, reading and writing them.
//!
//! A version never changes: saving adds one. A live item is drawn in its approved version until the next
//! one is approved.

mod enemies;
mod form;
mod review;

use std::collections::BTreeMap;

use domain::access::{Act, Actor, Subject, allow};
use domain::form::FormState;
use domain::id::{Id, ItemId, PersonId};
use domain::item::{Kind, Origin, Pool, State};
use domain::page::{MOST, Page};
use domain::refusal::{Fault, Refusal};
use domain::rulebook::Rule;
use domain::time::Moment;
use store::item::{Filter, Item, Listed, Version};
use store::{Conn, Tx};

use crate::{Services, audit, chance, rulebook};

pub use enemies::with_enemies;
pub use form::{MOST_OPTIONS, content_of, form_of, preview};
pub use review::{approve, needed_by, retire, revive, submit};

/// What a list of items is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Typed words.
    pub search: String,
    /// Only this rule.
    pub rule: Option<String>,
    /// Only this difficulty.
    pub difficulty: Option<u8>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only this state.
    pub state: Option<State>,
    /// Only this pool.
    pub pool: Option<Pool>,
    /// Continue after this mark.
    pub after: Option<String>,
}

/// A page of the bank.
#[derive(Clone, Debug)]
pub struct ItemPage {
    /// The items, by code.
    pub items: Page<Listed>,
    /// The pools that the actor may read.
    pub pools: Vec<Pool>,
    /// The pools that the actor may write in.
    pub writable: Vec<Pool>,
    /// The rules in force, for their names.
    pub rules: Vec<Rule>,
}

const fn reading(pool: Pool) -> Act {
    match pool {
        Pool::Practice => Act::ReadPracticeItems,
        Pool::Exam => Act::ReadExamItems,
    }
}

const fn editing(pool: Pool) -> Act {
    match pool {
        Pool::Practice => Act::EditPracticeItems,
        Pool::Exam => Act::EditExamItems,
    }
}

fn pools_to(actor: &Actor, act: fn(Pool) -> Act) -> Vec<Pool> {
    Pool::ALL.iter().copied().filter(|pool| actor.may(act(*pool))).collect()
}

fn readable(actor: &Actor) -> Result<Vec<Pool>, Refusal> {
    let pools = pools_to(actor, reading);
    if pools.is_empty() { Err(Refusal::Denied) } else { Ok(pools) }
}

/// A page of the items that the actor may read.
///
/// # Errors
/// A refusal when the actor may read no pool.
pub async fn list(s: &Services, actor: &Actor, query: Query) -> Result<ItemPage, Refusal> {
    let pools = readable(actor)?;
    let only = query.pool;
    let filter = Filter {
        search: query.search,
        pools: pools.iter().copied().filter(|pool| only.is_none_or(|only| only == *pool)).collect(),
        rule: query.rule,
        difficulty: query.difficulty,
        kind: query.kind,
        state: query.state,
        after: query.after,
    };
    let items = store::item::list(&s.db, &filter, MOST).await?;
    let rules = rulebook::in_force(&s.db).await?;
    Ok(ItemPage { items, pools, writable: pools_to(actor, editing), rules })
}

/// How many items of the pools that the actor may read wait for a second pair of eyes.
///
/// # Errors
/// A refusal when the actor may read no pool.
pub async fn waiting_count(s: &Services, actor: &Actor) -> Result<u64, Refusal> {
    Ok(store::item::count(&s.db, &readable(actor)?, State::Review).await?)
}

/// What a new item may be.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The pools that the actor may write in.
    pub pools: Vec<Pool>,
    /// The rules in force.
    pub rules: Vec<Rule>,
}

/// The pools and rules that a new item may have.
///
/// # Errors
/// A refusal when the actor may write in no pool.
pub async fn choices(s: &Services, actor: &Actor) -> Result<Choices, Refusal> {
    let pools = pools_to(actor, editing);
    if pools.is_empty() {
        return Err(Refusal::Denied);
    }
    Ok(Choices { pools, rules: rulebook::in_force(&s.db).await? })
}

/// An item with its history.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// The head.
    pub item: Item,
    /// All versions, the newest first.
    pub versions: Vec<Version>,
    /// Who wrote and approved them.
    pub names: BTreeMap<PersonId, String>,
    /// The rules in force.
    pub rules: Vec<Rule>,
    /// Whether the actor may write a version, submit, retire and revive.
    pub may_edit: bool,
    /// Whether the newest version waits for approval, and the actor may give it.
    pub may_approve: bool,
    /// Whether it was ever part of a form.
    pub used: bool,
    /// The items that it never meets in a form, with their codes.
    pub enemies: Vec<(ItemId, String)>,
}

/// An item of a pool that the actor may read.
///
/// # Errors
/// A refusal when there is no such item, or none that the actor may read.
pub async fn open(s: &Services, actor: &Actor, id: ItemId) -> Result<ItemView, Refusal> {
    let item = readable_item(&s.db, actor, id).await?;
    let versions = store::item::versions(&s.db, id).await?;
    let people = versions.iter().flat_map(|version| [version.author, version.reviewer]).flatten();
    let names = store::people::names(&s.db, people.map(Id::raw).collect::<Vec<_>>()).await?;
    let may_edit = actor.may(editing(item.pool));
    let is_waiting = versions
        .first()
        .is_some_and(|newest| awaits_approval(&item, newest) && newest.author != Some(actor.person));
    Ok(ItemView {
        names: names.into_iter().map(|(person, name)| (Id::new(person), name.full())).collect(),
        rules: rulebook::in_force(&s.db).await?,
        may_approve: may_edit && is_waiting,
        used: store::item::was_used(&s.db, id).await?,
        enemies: store::item::enemies(&s.db, id).await?,
        may_edit,
        item,
        versions,
    })
}

async fn readable_item(conn: &impl Conn, actor: &Actor, id: ItemId) -> Result<Item, Refusal> {
    let pools = readable(actor)?;
    let item = store::item::find(conn, id).await?;
    item.filter(|item| pools.contains(&item.pool)).ok_or(Refusal::NotFound)
}

async fn editable(conn: &impl Conn, actor: &Actor, id: ItemId) -> Result<Item, Refusal> {
    let item = readable_item(conn, actor, id).await?;
    allow(actor, editing(item.pool), &Subject::nobody())?;
    Ok(item)
}

async fn newest(conn: &impl Conn, id: ItemId) -> Result<Version, Refusal> {
    store::item::versions(conn, id).await?.into_iter().next().ok_or(Refusal::NotFound)
}

/// A live item waits when a version was written after the one that is drawn.
fn awaits_approval(item: &Item, newest: &Version) -> bool {
    match item.state {
        State::Review | State::Pilot => true,
        State::Live => item.current != Some(newest.id),
        State::Draft | State::Retired => false,
    }
}

/// Saves an item: a new one as a draft, a known one as its next version. The form's `version` is the
/// number of the version that was changed.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, retired, or changed by somebody else meanwhile.
pub async fn save(
    s: &Services,
    actor: &Actor,
    id: Option<ItemId>,
    form: FormState,
) -> Result<ItemId, Refusal> {
    match id {
        Some(id) => revise(s, actor, id, form).await.map(|()| id),
        None => create(s, actor, form).await,
    }
}

const TRIES: u32 = 20;

async fn create(s: &Services, actor: &Actor, mut form: FormState) -> Result<ItemId, Refusal> {
    if pools_to(actor, editing).is_empty() {
        return Err(Refusal::Denied);
    }
    let pool = Pool::of(form.value("pool"));
    match pool {
        Some(pool) => {
            allow(actor, editing(pool), &Subject::nobody())?;
        }
        None => form.problem("pool", "choose_one"),
    }
    let enemies = match pool {
        Some(pool) => enemies::read(&s.db, &mut form, pool, None).await?,
        None => enemies::Change::default(),
    };
    let typed = form::parse(&mut form, &rulebook::in_force(&s.db).await?, None);
    let (Some(pool), Some(typed)) = (pool, typed) else { return Err(Refusal::Form(form)) };
    let typed = form::Typed { enemies, ..typed };
    for _ in 0..TRIES {
        let code = free_code(&s.db, pool, &typed.rule).await?;
        let fault = match insert(s, actor, pool, code.clone(), typed.clone()).await {
            Err(Refusal::Fault(fault)) => fault,
            done => return done,
        };
        // Somebody may have taken the code meanwhile, and then the next one is tried.
        if !store::item::is_taken(&s.db, &code).await? {
            return Err(Refusal::Fault(fault));
        }
    }
    Err(Refusal::Fault(Fault::new("naming an item", "others were always faster")))
}

/// The next code of a rule and pool, such as `R3-E-O-0007`: own items carry an O, shipped ones do not.
/// Numbers are given one by one and never freed, so doubling and halving finds the first free one.
async fn free_code(conn: &impl Conn, pool: Pool, rule: &str) -> Result<String, Fault> {
    let letter = match pool {
        Pool::Practice => 'P',
        Pool::Exam => 'E',
    };
    let code = |number: u32| format!("{}-{letter}-O-{number:04}", rule.to_uppercase());
    let (mut taken, mut free) = (0, 1);
    while store::item::is_taken(conn, &code(free)).await? {
        taken = free;
        free *= 2;
    }
    while free - taken > 1 {
        let middle = taken + (free - taken) / 2;
        if store::item::is_taken(conn, &code(middle)).await? {
            taken = middle;
        } else {
            free = middle;
        }
    }
    Ok(code(free))
}

async fn insert(
    s: &Services,
    actor: &Actor,
    pool: Pool,
    code: String,
    typed: form::Typed,
) -> Result<ItemId, Refusal> {
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    let id: ItemId = chance::id(now);
    let enemies = typed.enemies.clone();
    let what = serde_json::json!({ "code": code, "pool": pool, "enemies": enemies.told() });
    let item = Item {
        id,
        code,
        rule: typed.rule.clone(),
        competency: typed.competency.clone(),
        difficulty: typed.difficulty,
        venue: typed.venue,
        enemy_set: typed.enemy_set.clone(),
        origin: Origin::Own,
        pool,
        state: State::Draft,
        current: None,
        revision: 1,
    };
    let version = next_version(&actor, id, 1, typed, now);
    s.db.write(move |tx| async move {
        store::item::insert_items(&tx, vec![(item, version)], Some(actor.person), now).await?;
        enemies::apply(&tx, id, &enemies, actor.person, now).await?;
        let subject = ("item", Some(id.raw()));
        audit::record(&services, &tx, Some(&actor), "item.created", subject, what);
        Ok(())
    })
    .await
    .map(|()| id)
}

fn next_version(actor: &Actor, item: ItemId, number: u32, typed: form::Typed, now: Moment) -> Version {
    Version {
        id: chance::id(now),
        item,
        number,
        content: typed.content,
        note: typed.note,
        author: Some(actor.person),
        reviewer: None,
        created_at: now,
    }
}

async fn revise(s: &Services, actor: &Actor, id: ItemId, form: FormState) -> Result<(), Refusal> {
    let seen = form.value("version").trim().parse::<u32>().ok();
    let (services, by, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move { revise_in(&services, &tx, &by, id, seen, form, now).await }).await
}

async fn revise_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: ItemId,
    seen: Option<u32>,
    mut form: FormState,
    now: Moment,
) -> Result<(), Refusal> {
    let mut head = editable(tx, actor, id).await?;
    let newest = newest(tx, id).await?;
    if seen != Some(newest.number) {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    if head.state == State::Retired {
        return Err(Refusal::Conflict("retired"));
    }
    let rules = rulebook::in_force(tx).await?;
    let enemies = enemies::read(tx, &mut form, head.pool, Some(id)).await?;
    let Some(typed) = form::parse(&mut form, &rules, Some(&head)) else { return Err(Refusal::Form(form)) };
    head.rule.clone_from(&typed.rule);
    head.competency.clone_from(&typed.competency);
    head.difficulty = typed.difficulty;
    head.venue = typed.venue;
    head.enemy_set.clone_from(&typed.enemy_set);
    let version = next_version(actor, id, newest.number + 1, typed, now);
    let what = serde_json::json!({ "code": head.code, "version": version.number, "enemies": enemies.told() });
    if !store::item::add_version(tx, &head, version).await? {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    enemies::apply(tx, id, &enemies, actor.person, now).await?;
    audit::record(s, tx, Some(actor), "item.revised", ("item", Some(id.raw())), what);
    Ok(())
}
