//! Before a draft is published: is the bank deep enough, and are its forms alike?

use domain::access::{Act, Actor, Subject, allow};
use domain::draw::Candidate;
use domain::fairness::{Fairness, simulate};
use domain::id::{Id, ItemId};
use domain::refusal::{Fault, Refusal};
use domain::test::Blueprint;
use tokio::sync::Semaphore;

use super::TestView;
use super::pool::pool_of;
use crate::Services;

/// How many items a report names.
const MOST_NAMED: usize = 20;

/// A thousand forms keep a core busy for a moment: however many ask, it is one core.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// What a draft's forms would be.
#[derive(Clone, Debug)]
pub struct Report {
    /// The cells, and a thousand forms.
    pub fairness: Fairness,
    /// The items that are drawn most often, the most used one first.
    pub named: Vec<Named>,
    /// How many items are in more forms than the draft's exposure cap; the most used of them are named.
    pub over_cap: usize,
}

/// An item of a report.
#[derive(Clone, Debug)]
pub struct Named {
    /// The item.
    pub item: ItemId,
    /// What people call it.
    pub code: String,
    /// In how many forms of a thousand it is.
    pub permille: u32,
}

/// The report of a test's draft; none without a draft.
///
/// # Errors
/// A refusal when the actor may not publish tests.
pub async fn report(s: &Services, actor: &Actor, test: &TestView) -> Result<Option<Report>, Refusal> {
    allow(actor, Act::EditTests, &Subject::nobody())?;
    let Some(draft) = test.draft.as_ref() else { return Ok(None) };
    let candidates = store::item::drawable(&s.db, pool_of(test.test.kind)).await?;
    let fairness = simulated(draft.blueprint.clone(), candidates).await?;
    let drawn = fairness.draws.as_ref().map_or(&[][..], |draws| draws.exposures.as_slice());
    let cap = draft.conditions.exposure_cap_bp;
    let over_cap = drawn.iter().filter(|(_, permille)| permille * 10 > cap).count();
    let most = || drawn.iter().take(MOST_NAMED);
    let mut codes = store::item::codes(&s.db, most().map(|(item, _)| *item).collect::<Vec<_>>()).await?;
    let named = most()
        .filter_map(|(item, permille)| {
            Some(Named { item: Id::new(*item), code: codes.remove(item)?, permille: *permille })
        })
        .collect();
    Ok(Some(Report { fairness, named, over_cap }))
}

async fn simulated(blueprint: Blueprint, candidates: Vec<Candidate>) -> Result<Fairness, Fault> {
    let _turn = ONE_AT_A_TIME
        .acquire()
        .await
        .map_err(|error| Fault::new("waiting for a turn to draw forms", error))?;
    tokio::task::spawn_blocking(move || simulate(&blueprint, &candidates))
        .await
        .map_err(|error| Fault::new("drawing forms for a report", error))
}
