//! Who waits for a decision.

use std::collections::BTreeSet;

use domain::access::{Act, Actor, Reach, is_conflicted, reach};
use domain::form::FormState;
use domain::grading::Score;
use domain::id::{AttemptId, CandidacyId, CertificationVersionId, PersonId};
use domain::page::{MOST, Page};
use domain::refusal::Refusal;
use domain::time::Day;
use store::certification::Candidacy;

use super::{coming_period, passed_attempts};
use crate::Services;

/// On how many it is decided at once.
pub const MOST_AT_ONCE: usize = 100;

/// A candidate who waits for a decision.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The candidacy.
    pub candidacy: Candidacy,
    /// Who, and where they work.
    pub person: store::people::Listed,
    /// The attempt that was passed, and its score.
    pub passed: Option<(AttemptId, Score)>,
    /// The period that a decision today would open.
    pub would_be: (Day, Day),
    /// Whether the actor may not decide on them: themselves, or their own trainee.
    pub is_conflicted: bool,
}

impl Ready {
    /// Whether the actor may decide on them now.
    #[must_use]
    pub const fn can_be_chosen(&self) -> bool {
        !self.is_conflicted && self.passed.is_some()
    }
}

/// A page of the candidates within the actor's reach who wait for a decision, the longest waiting first.
///
/// # Errors
/// A refusal when the actor decides on nobody.
pub async fn ready(s: &Services, actor: &Actor, after: Option<&str>) -> Result<Page<Ready>, Refusal> {
    let within = within(actor)?;
    let page = store::certification::ready(&s.db, &within, after, MOST).await?;
    Ok(Page { rows: shown(s, actor, &within, page.rows).await?, next: page.next })
}

/// How many candidates within the actor's reach wait for a decision.
///
/// # Errors
/// A refusal when the actor decides on nobody.
pub async fn ready_count(s: &Services, actor: &Actor) -> Result<u64, Refusal> {
    Ok(store::certification::ready_count(&s.db, &within(actor)?).await?)
}

/// What can be decided of that which was chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Those on whom the actor may decide now, the longest waiting first.
    pub ready: Vec<Ready>,
    /// On how many it was decided already.
    pub already: usize,
    /// On how many it cannot be decided: requirements are not met, or the decision is not the actor's.
    pub not_ready: usize,
}

/// Looks at chosen candidates before it is decided on them.
///
/// # Errors
/// A refusal when the actor decides on nobody, or chose too many (field `chosen`).
pub async fn chosen(s: &Services, actor: &Actor, ids: &[CandidacyId]) -> Result<Chosen, Refusal> {
    let within = within(actor)?;
    let ids = once_each(ids)?;
    let found = store::certification::candidacies_within(&s.db, &within, ids.clone()).await?;
    let (closed, open): (Vec<_>, Vec<_>) = found.into_iter().partition(|known| known.closed_at.is_some());
    let waiting = open.into_iter().filter(|known| known.ready_at.is_some()).collect();
    let mut ready = shown(s, actor, &within, waiting).await?;
    ready.retain(Ready::can_be_chosen);
    let (already, of) = (closed.len(), ids.len());
    Ok(Chosen { not_ready: of.saturating_sub(already + ready.len()), already, ready })
}

/// The actor's reach, for whoever decides at all.
pub(super) fn within(actor: &Actor) -> Result<Reach, Refusal> {
    let within = reach(actor, Act::Decide);
    if within == Reach::Nothing { Err(Refusal::Denied) } else { Ok(within) }
}

/// The ids without repetition, as long as there are not too many of them.
pub(super) fn once_each(ids: &[CandidacyId]) -> Result<BTreeSet<CandidacyId>, Refusal> {
    let ids: BTreeSet<CandidacyId> = ids.iter().copied().collect();
    if ids.len() > MOST_AT_ONCE {
        let mut form = FormState::default();
        form.problem("chosen", "too_many_chosen");
        return Err(Refusal::Form(form));
    }
    Ok(ids)
}

/// Candidates with all that is shown of them, in as many queries for a hundred as for one.
async fn shown(
    s: &Services,
    actor: &Actor,
    within: &Reach,
    waiting: Vec<Candidacy>,
) -> Result<Vec<Ready>, Refusal> {
    let people: Vec<PersonId> = waiting.iter().map(|candidacy| candidacy.person).collect();
    let versions: Vec<CertificationVersionId> = waiting.iter().map(|candidacy| candidacy.version).collect();
    let placed = store::people::placed(&s.db, within, people.clone()).await?;
    let subjects = store::people::subjects_of(&s.db, people.clone()).await?;
    let periods = store::certification::periods_of(&s.db, people).await?;
    let versions = store::certification::versions_by_id(&s.db, versions).await?;
    let passed = passed_attempts(&s.db, &waiting).await?;
    let now = s.now();
    let row = |candidacy: Candidacy| {
        // Whoever has left the reach since the list was read is left out of it.
        let person = placed.get(&candidacy.person)?.clone();
        let version = versions.get(&candidacy.version)?;
        let known = periods.get(&candidacy.person).map_or(&[][..], Vec::as_slice);
        let subject = subjects.get(&candidacy.person)?;
        Some(Ready {
            person,
            passed: passed.get(&candidacy.id).cloned(),
            would_be: coming_period(s, version, known, now),
            is_conflicted: is_conflicted(actor, subject),
            candidacy,
        })
    };
    Ok(waiting.into_iter().filter_map(row).collect())
}
