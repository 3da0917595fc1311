//! What follows from a regrade that was approved: for candidacies, for certificates, and who is told.

use domain::access::{Act, Role, reach};
use domain::certification::{Decides, Period, Standing, standing_of};
use domain::id::{AttemptId, CandidacyId, CertificationVersionId, PeriodId, PersonId, RegradeId, UnitId};
use domain::job::Followup;
use domain::notice::covered;
use domain::refusal::{Fault, Refusal};
use domain::regrade::{DoubtState, Effect, Follows, Stands, State, follows};
use domain::time::{Moment, minutes};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::certification::{Candidacy, Seen, Touched};
use store::doubt::Doubt;
use store::job::Job;
use store::notice::Notice;
use store::regrade::{Graded, Moved};

use super::{PIECE, Subject, approve, changes, prepare, subject};
use crate::jobs::Step;
use crate::{Services, access, audit, certification, chance};

/// What follows for candidacies and certificates.
#[derive(Clone, Debug, Default)]
pub(super) struct Following {
    /// Become ready for a decision.
    pub(super) ready: Vec<CandidacyId>,
    /// Were ready, and are no longer.
    pub(super) back: Vec<CandidacyId>,
    /// Certificates that stay valid, and that a person has to decide about.
    pub(super) doubts: Vec<(PeriodId, AttemptId, PersonId)>,
    /// Certificates that rest on a pass.
    confirmed: Vec<PeriodId>,
}

/// What follows for touched candidacies: each by the rule.
pub(super) fn following(s: &Services, touched: &[Touched]) -> Following {
    let mut following = Following::default();
    for one in touched {
        let candidacy = &one.candidacy;
        match follows(stands(s, candidacy, one.period.as_ref()), one.passes) {
            Follows::Nothing => {}
            Follows::BecomesReady => following.ready.push(candidacy.id),
            Follows::GoesBack => following.back.push(candidacy.id),
            Follows::InDoubt => {
                let about = one.period.as_ref().map(|period| (period.id, one.attempt, candidacy.person));
                following.doubts.extend(about);
            }
            Follows::Confirmed => following.confirmed.extend(one.period.as_ref().map(|period| period.id)),
        }
    }
    following
}

fn stands(s: &Services, candidacy: &Candidacy, period: Option<&Period>) -> Stands {
    match (candidacy.closed_at, candidacy.ready_at, period) {
        (None, None, _) => Stands::Open,
        (None, Some(_), _) => Stands::Ready,
        (Some(_), _, None) => Stands::Closed,
        (Some(_), _, Some(period)) => {
            let is_in_force = match standing_of(period, s.today(), s.now(), 0) {
                Standing::Certified | Standing::Expiring | Standing::NotYet | Standing::Suspended => true,
                Standing::Never | Standing::Lapsed | Standing::Revoked => false,
            };
            Stands::Certified { is_in_force }
        }
    }
}

/// Lets candidacies follow, and raises and settles doubts. Doing it twice is doing it once.
pub(super) async fn apply(s: &Services, tx: &Tx, id: RegradeId, now: Moment) -> Result<Following, Fault> {
    let touched = store::certification::touched(tx, id, Seen::Now).await?;
    let following = following(s, &touched);
    store::certification::mark_all_ready(tx, &following.ready, now).await?;
    store::certification::take_back(tx, &following.back).await?;
    let doubts = following.doubts.iter().map(|(period, attempt, person)| Doubt {
        id: chance::id(now),
        regrade: id,
        period: *period,
        attempt: *attempt,
        person: *person,
        state: DoubtState::Open,
        raised_at: now,
        decided_by: None,
        decided_at: None,
        reason: String::new(),
    });
    store::doubt::raise(tx, doubts.collect()).await?;
    store::doubt::settle(tx, &following.confirmed, now).await?;
    Ok(following)
}

/// Tells those whose score is another one, in the write that makes it so: for as many as one write may add.
pub(super) async fn tell(tx: &Tx, id: RegradeId, now: Moment) -> Result<(), Fault> {
    let moved = store::regrade::moved(tx, id, None, None, PIECE).await?;
    store::notice::add_once(tx, notices(id, &moved.rows, now)).await?;
    Ok(())
}

fn notices(id: RegradeId, moved: &[Moved], now: Moment) -> Vec<(Notice, String)> {
    moved
        .iter()
        .map(|moved| {
            let ((was, was_of, _), (points, of, _)) = (moved.was, moved.now);
            let params = serde_json::json!({
                "attempt": moved.attempt, "effect": moved.effect,
                "was": was, "was_of": was_of, "points": points, "of": of,
            });
            let notice = Notice {
                id: chance::uuid(now),
                person: moved.person,
                kind: "regraded".to_owned(),
                params: params.to_string(),
                created_at: now,
                read_at: None,
            };
            (notice, format!("regraded:{id}:{}", moved.attempt))
        })
        .collect()
}

/// What work on a regrade is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    /// Which regrade.
    pub(super) regrade: RegradeId,
    /// The last attempt that was looked at.
    pub(super) after: Option<AttemptId>,
}

impl About {
    fn read(payload: &str) -> Result<Self, Fault> {
        serde_json::from_str(payload).map_err(|error| Fault::new("reading what a job is about", error))
    }

    pub(super) fn write(self) -> Result<String, Fault> {
        serde_json::to_string(&self).map_err(|error| Fault::new("noting what a job is about", error))
    }

    fn after(self, attempt: AttemptId) -> Result<Step, Fault> {
        Ok(Step::More(Self { after: Some(attempt), ..self }.write()?))
    }
}

/// One piece of the work that follows from a regrade.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn piece(s: &Services, kind: Followup, job: &Job) -> Result<Step, Fault> {
    let about = About::read(&job.payload)?;
    match kind {
        Followup::Tell => tell_piece(s, about).await,
        Followup::CatchUp => match subject(&s.db, about.regrade).await {
            Ok(found) => catch_up(s, &found, about, job).await,
            Err(Refusal::Fault(fault)) => Err(fault),
            Err(refusal) => Err(Fault::new("finding a regrade", refusal.to_string())),
        },
    }
}

/// Tells some of those whose score is another one, and decides where a version decides by itself. After the last of
/// them, those are told who have doubts to decide.
async fn tell_piece(s: &Services, about: About) -> Result<Step, Fault> {
    let id = about.regrade;
    let page = store::regrade::moved(&s.db, id, None, about.after, PIECE).await?;
    let new = notices(id, &page.rows, s.now());
    s.db.write(move |tx| async move { store::notice::add_once(&tx, new).await }).await?;
    decide_by_version(s, &page.rows).await?;
    match (page.next, page.rows.last()) {
        (Some(_), Some(last)) => about.after(last.attempt),
        (Some(_) | None, _) => tell_deciders(s, id).await.map(|()| Step::Done),
    }
}

/// As after an exam: where a version decides by itself, who has become ready is certified.
async fn decide_by_version(s: &Services, moved: &[Moved]) -> Result<(), Fault> {
    let passed = moved.iter().filter(|moved| moved.effect == Effect::NowPasses);
    let ids: Vec<CandidacyId> = passed.filter_map(|moved| moved.candidacy).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let found = store::certification::candidacies_by_id(&s.db, ids).await?;
    let versions: Vec<CertificationVersionId> = found.iter().map(|candidacy| candidacy.version).collect();
    let versions = store::certification::versions_by_id(&s.db, versions).await?;
    for candidacy in found.into_iter().filter(|known| known.ready_at.is_some() && known.closed_at.is_none()) {
        let Some(version) = versions.get(&candidacy.version).cloned() else { continue };
        if version.decides != Decides::Automatic {
            continue;
        }
        let (services, now) = (s.clone(), s.now());
        let done =
            s.db.write(move |tx| async move {
                certification::decide_in(&services, &tx, None, &candidacy, &version, "", now).await
            })
            .await;
        match done {
            // Somebody was faster, or the pass is gone again.
            Ok(()) | Err(Refusal::Conflict(_)) => {}
            Err(Refusal::Fault(fault)) => return Err(fault),
            Err(refusal) => return Err(Fault::new("deciding after a regrade", refusal.to_string())),
        }
    }
    Ok(())
}

/// Tells everybody who decides how many certificates within their reach a regrade has put in doubt.
async fn tell_deciders(s: &Services, id: RegradeId) -> Result<(), Fault> {
    let people = store::doubt::people_of(&s.db, id).await?;
    if people.is_empty() {
        return Ok(());
    }
    let subjects = store::people::subjects_of(&s.db, people).await?;
    let placed: Vec<(PersonId, UnitId)> = subjects
        .iter()
        .flat_map(|(person, subject)| subject.units.iter().map(|unit| (*person, *unit)))
        .collect();
    let now = s.now();
    let mut new = Vec::new();
    for actor in access::holders(s, &[Role::Hr, Role::Chair]).await? {
        let count = covered(&reach(&actor, Act::Decide), &placed);
        if count > 0 {
            let notice = Notice {
                id: chance::uuid(now),
                person: actor.person,
                kind: "doubts_raised".to_owned(),
                params: serde_json::json!({ "people": count }).to_string(),
                created_at: now,
                read_at: None,
            };
            new.push((notice, format!("doubts_raised:{id}:{}", actor.person)));
        }
    }
    for piece in new.chunks(100) {
        let piece = piece.to_vec();
        s.db.write(move |tx| async move { store::notice::add_once(&tx, piece).await }).await?;
    }
    Ok(())
}

/// Regrades some attempts that were graded without the change while it was being approved.
async fn catch_up(s: &Services, found: &Subject, about: About, job: &Job) -> Result<Step, Fault> {
    let changes = store::regrade::approved(&s.db).await?;
    let is_in_force = changes.get(&found.version.id).is_some_and(|known| known.regrade == about.regrade);
    if found.regrade.state != State::Approved || !is_in_force {
        // A later change has taken its place, and looks for itself.
        return Ok(Step::Done);
    }
    let looked = store::regrade::uncovered(&s.db, about.regrade, found.forms(), about.after, PIECE).await?;
    let last = looked.last().map(|graded| graded.attempt.id);
    let mut lacking: Vec<Graded> = Vec::new();
    for graded in looked {
        let named = changes::named_in(&graded.computed_from)?;
        if named.get(&found.version.id) != Some(&about.regrade) {
            lacking.push(graded);
        }
    }
    let new = prepare::scored(s, &changes, &lacking).await?;
    let (services, id, now) = (s.clone(), about.regrade, s.now());
    let key = format!("{}:{}", job.id, last.map_or_else(String::new, |last| last.to_string()));
    s.db.write(move |tx| async move {
        let caught = new.len();
        if !store::regrade::make_current(&tx, id, new, now).await? {
            return Err(Fault::new("catching up with a regrade", "scores have changed meanwhile"));
        }
        apply(&services, &tx, id, now).await?;
        if caught == 0 {
            return Ok(());
        }
        // Whoever became ready or is in doubt by this is told as the others were.
        let tell = approve::job(Followup::Tell, id, &key, now + minutes(1), now)?;
        store::job::enqueue(&tx, tell).await?;
        let what = serde_json::json!({ "attempts": caught });
        let subject = ("regrade", Some(id.raw()));
        audit::record(&services, &tx, None, "regrade.caught_up", subject, what);
        Ok(())
    })
    .await?;
    match last {
        Some(last) => about.after(last),
        None => Ok(Step::Done),
    }
}

#[cfg(test)]
mod tests {
    use domain::id::Id;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_a_job_is_about_comes_back() {
        let about = About { regrade: Id::new(Uuid::from_u128(1)), after: None };
        assert_eq!(About::read(&about.write().unwrap()).unwrap(), about);
        let attempt = Id::new(Uuid::from_u128(2));
        let Step::More(next) = about.after(attempt).unwrap() else { panic!("there is more") };
        assert_eq!(About::read(&next).unwrap(), About { after: Some(attempt), ..about });
    }
}
