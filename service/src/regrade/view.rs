//! A regrade before and after it was decided: what it does, to how many, and to whom.

use std::collections::BTreeMap;

use domain::access::{Act, Actor, Reach, allow, reach};
use domain::id::{Id, PersonId, RegradeId};
use domain::item::Content;
use domain::page::{MOST, Page};
use domain::people::FullName;
use domain::refusal::{Fault, Refusal};
use domain::regrade::{State, may_decide};
use store::certification::Seen;
use store::people::Listed;
use store::regrade::{Counts, Moved, Regrade};

use super::follow::following;
use super::{examined, subject};
use crate::Services;

/// Somebody whose score is another one.
#[derive(Clone, Debug)]
pub struct Mover {
    /// Who, and where they work.
    pub person: Listed,
    /// What happens to which attempt.
    pub moved: Moved,
}

/// What would follow for candidacies and certificates.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    /// Become ready for a decision.
    pub ready: usize,
    /// Were ready, and would not be any more.
    pub back: usize,
    /// Certificates, each with its badge, that a person would have to decide about.
    pub doubts: usize,
}

/// A regrade as its page shows it.
#[derive(Clone, Debug)]
pub struct RegradeView {
    /// The regrade. Its change holds a key: only who may read exam items is shown it.
    pub regrade: Regrade,
    /// The code of the item.
    pub code: String,
    /// The item's id, for those who may open it.
    pub item: domain::id::ItemId,
    /// The number of the version.
    pub number: u32,
    /// What the version says; none for those who may not read exam items.
    pub content: Option<Content>,
    /// Who wants it.
    pub prepared_by: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// How many attempts it does what to.
    pub counts: Counts,
    /// What would follow; none once it was decided.
    pub numbers: Option<Numbers>,
    /// Finished attempts that came since, or whose score was changed since.
    pub missed: u64,
    /// Open attempts with the item: they will be graded with the change.
    pub open: u64,
    /// Those within reach whose score is another one; none for those who may not see results.
    pub people: Option<Page<Mover>>,
    /// Those whose score is another one, and who are out of the actor's reach.
    pub beyond: u64,
    /// Whether the actor may decide.
    pub may_decide: bool,
    /// Why the actor may not decide although others may: a code.
    pub obstacle: Option<&'static str>,
    /// Whether the actor may have it prepared again.
    pub may_again: bool,
}

impl RegradeView {
    /// Whether it has to be prepared again before anybody can approve.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        match self.regrade.state {
            State::Prepared => self.missed > 0,
            State::Stale => true,
            State::Approved | State::Rejected => false,
        }
    }
}

/// A regrade with all that those who decide have to know.
///
/// # Errors
/// A refusal when the actor may not see regrades, or there is no such one.
pub async fn view(
    s: &Services,
    actor: &Actor,
    id: RegradeId,
    after: Option<&str>,
) -> Result<RegradeView, Refusal> {
    allow(actor, Act::ReadRegrades, &domain::access::Subject::nobody())?;
    let found = subject(&s.db, id).await?;
    let item = examined(found.item.clone())?;
    let waits = found.regrade.state == State::Prepared;
    let counts = store::regrade::counts(&s.db, id).await?;
    let missed = if waits {
        store::regrade::uncovered_count(&s.db, id, found.forms()).await?
            + store::regrade::replaced_count(&s.db, id).await?
    } else {
        0
    };
    let numbers = if waits { Some(numbers(s, id).await?) } else { None };
    let (people, beyond) = people(s, actor, id, after, counts).await?;
    let names = names(s, &[&found.regrade]).await?;
    let obstacle =
        may_decide(actor.person, found.regrade.prepared_by, found.version.author).err().filter(|_| waits);
    let may = allow(actor, Act::Regrade, &domain::access::Subject::nobody()).is_ok();
    Ok(RegradeView {
        prepared_by: names.get(&found.regrade.prepared_by).cloned().unwrap_or_default(),
        decided_by: found.regrade.decided_by.and_then(|by| names.get(&by)).cloned(),
        open: store::regrade::open_with(&s.db, found.forms()).await?,
        code: item.code,
        item: item.id,
        number: found.version.number,
        content: Some(found.version.content).filter(|_| actor.may(Act::ReadExamItems)),
        counts,
        numbers,
        missed,
        people,
        beyond,
        may_decide: may && waits && obstacle.is_none(),
        obstacle: obstacle.filter(|_| may),
        may_again: may,
        regrade: found.regrade,
    })
}

async fn numbers(s: &Services, id: RegradeId) -> Result<Numbers, Fault> {
    let touched = store::certification::touched(&s.db, id, Seen::IfApproved).await?;
    let following = following(s, &touched);
    Ok(Numbers { ready: following.ready.len(), back: following.back.len(), doubts: following.doubts.len() })
}

/// A page of those within reach, and how many are not.
async fn people(
    s: &Services,
    actor: &Actor,
    id: RegradeId,
    after: Option<&str>,
    counts: Counts,
) -> Result<(Option<Page<Mover>>, u64), Fault> {
    let within = reach(actor, Act::ReadResults);
    if within == Reach::Nothing {
        return Ok((None, counts.concerned()));
    }
    let after = after.and_then(|mark| mark.parse().ok());
    let page = store::regrade::moved(&s.db, id, Some(&within), after, MOST).await?;
    let ids: Vec<PersonId> = page.rows.iter().map(|moved| moved.person).collect();
    let placed = store::people::placed(&s.db, &within, ids).await?;
    let shown = store::regrade::moved_count(&s.db, id, &within).await?;
    let rows = page
        .rows
        .into_iter()
        .filter_map(|moved| Some(Mover { person: placed.get(&moved.person)?.clone(), moved }))
        .collect();
    Ok((Some(Page { rows, next: page.next }), counts.concerned().saturating_sub(shown)))
}

async fn names(s: &Services, regrades: &[&Regrade]) -> Result<BTreeMap<PersonId, String>, Fault> {
    let people = regrades.iter().flat_map(|regrade| [Some(regrade.prepared_by), regrade.decided_by]);
    let names = store::people::names(&s.db, people.flatten().map(Id::raw).collect::<Vec<_>>()).await?;
    Ok(names.iter().map(|(person, name)| (Id::new(*person), FullName::full(name))).collect())
}

/// A regrade in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The regrade and the item.
    pub listed: store::regrade::Listed,
    /// Who wants it.
    pub prepared_by: String,
}

/// A page of regrades, the latest first.
///
/// # Errors
/// A refusal when the actor may not see regrades.
pub async fn list(s: &Services, actor: &Actor, after: Option<&str>) -> Result<Page<Row>, Refusal> {
    allow(actor, Act::ReadRegrades, &domain::access::Subject::nobody())?;
    let page = store::regrade::list(&s.db, after, MOST).await?;
    let regrades: Vec<&Regrade> = page.rows.iter().map(|listed| &listed.regrade).collect();
    let names = names(s, &regrades).await?;
    Ok(page.map(|listed| Row {
        prepared_by: names.get(&listed.regrade.prepared_by).cloned().unwrap_or_default(),
        listed,
    }))
}
