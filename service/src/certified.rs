//! The register of certified administrators: a list, counts by okrug and centre, an export.

mod export;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{Act, Actor, Reach, reach};
use domain::certification::{Period, Standing, standing};
use domain::id::{PersonId, UnitId};
use domain::page::{MOST, Page};
use domain::refusal::{Fault, Refusal};
use store::certification::Version;
pub use store::certified::{Certified, State};
use store::certified::{Filter, Held};
use store::organisation::Unit;

use crate::access::{self, Tree};
use crate::people::{Places, judged, places, sees, top_of, units_of};
use crate::{Services, programme};

pub use export::export_csv;

/// What the register is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words of a name or a personnel number.
    pub search: String,
    /// Only this okrug.
    pub okrug: Option<UnitId>,
    /// Only this centre.
    pub centre: Option<UnitId>,
    /// Who.
    pub state: State,
    /// Continue after this mark.
    pub after: Option<String>,
}

/// A row of the register: one for each place of work.
#[derive(Clone, Debug)]
pub struct Row {
    /// Who, where, until when, and which badge.
    pub certified: Certified,
    /// The short name of the okrug; of a unit that belongs to none, the city's.
    pub okrug: Option<String>,
    /// What they are today.
    pub standing: Standing,
}

/// A page of the register, and what it can be narrowed to.
#[derive(Clone, Debug)]
pub struct CertifiedPage {
    /// The rows; a page may be short and still have a next one.
    pub page: Page<Row>,
    /// Okrugs and centres within reach.
    pub places: Places,
    /// How many days before its end a period is said to be expiring.
    pub window_days: u32,
}

/// Certified people at work within the actor's reach, the first to expire first.
///
/// # Errors
/// A refusal when the actor may not see results.
pub async fn list(s: &Services, actor: &Actor, query: &Query) -> Result<CertifiedPage, Refusal> {
    let register = Register::open(s, actor).await?;
    let page = register.piece(s, &register.filter(s, query), MOST).await?;
    Ok(CertifiedPage {
        page,
        places: places(&register.tree, &register.within, query.okrug),
        window_days: register.version.renewal_window_days,
    })
}

/// What every reading of the register begins with.
struct Register {
    within: Reach,
    version: Version,
    tree: Arc<Tree>,
}

impl Register {
    async fn open(s: &Services, actor: &Actor) -> Result<Self, Refusal> {
        let within = reach(actor, Act::ReadResults);
        if within == Reach::Nothing {
            return Err(Refusal::Denied);
        }
        Ok(Self { within, version: programme::current(s).await?, tree: access::tree(s).await? })
    }

    fn filter(&self, s: &Services, query: &Query) -> Filter {
        let today = s.today();
        Filter {
            certification: self.version.certification,
            state: query.state,
            today,
            window_ends: today.plus_days(self.version.renewal_window_days).minus_days(1),
            people: store::people::Filter {
                search: query.search.clone(),
                units: units_of(&self.tree, query.okrug, query.centre),
                ..Default::default()
            },
            after: query.after.clone(),
        }
    }

    /// Reads up to so many rows; those that the rules do not confirm are left out.
    async fn piece(&self, s: &Services, filter: &Filter, size: u64) -> Result<Page<Row>, Fault> {
        let page = store::certified::list(&s.db, &self.within, filter, size).await?;
        let people: Vec<PersonId> = page.rows.iter().map(|row| row.person).collect();
        let periods = store::certification::periods_of(&s.db, people).await?;
        let now = s.now();
        let mut rows = Vec::with_capacity(page.rows.len());
        for certified in page.rows {
            let known = periods.get(&certified.person).map_or(&[][..], Vec::as_slice);
            let (standing, speaking) = judged(&self.version, known, filter.today, now);
            let speaks = speaking.is_some_and(|period| period.id == certified.period);
            if speaks && shows(filter.state, standing) {
                let okrug = top_of(&self.tree, certified.unit).map(|top| top.short.clone());
                rows.push(Row { certified, okrug, standing });
            }
        }
        Ok(Page { rows, next: page.next })
    }
}

const fn shows(state: State, standing: Standing) -> bool {
    match state {
        State::All => true,
        State::Valid => standing.is_valid(),
        State::Expiring => matches!(standing, Standing::Expiring),
        State::Lapsed => matches!(standing, Standing::Lapsed),
    }
}

/// How many work in a unit, and how many of them are certified.
#[derive(Clone, Debug)]
pub struct CentreCount {
    /// The unit.
    pub unit: Unit,
    /// People at work.
    pub people: u64,
    /// Those whose certificate is valid today.
    pub certified: u64,
    /// Those of them whose certificate is about to expire.
    pub expiring: u64,
}

/// The same for an okrug (or the city, for units that belong to no okrug), its centres included.
#[derive(Clone, Debug)]
pub struct OkrugCount {
    /// The okrug.
    pub unit: Unit,
    /// People at work.
    pub people: u64,
    /// Those whose certificate is valid today.
    pub certified: u64,
    /// Those of them whose certificate is about to expire.
    pub expiring: u64,
    /// Its centres, by name.
    pub centres: Vec<CentreCount>,
}

/// Counts by okrug and centre within the actor's reach. Whoever works in two centres counts in both.
///
/// # Errors
/// A refusal when the actor may not see results.
pub async fn counts(s: &Services, actor: &Actor) -> Result<Vec<OkrugCount>, Refusal> {
    let register = Register::open(s, actor).await?;
    let (within, version, tree) = (&register.within, &register.version, &register.tree);
    let people = store::certified::at_work(&s.db, within).await?;
    let held = store::certified::not_over(&s.db, version.certification, within, s.today()).await?;
    let valid = valid_by_unit(s, version, held);
    let mut by_top: BTreeMap<UnitId, Vec<CentreCount>> = BTreeMap::new();
    for unit in tree.units() {
        let at_work = people.get(&unit.id).copied().unwrap_or(0);
        let is_shown = at_work > 0 || (is_centre(unit) && is_named(within, unit.id));
        let Some(top) = top_of(tree, unit.id).filter(|_| is_shown) else { continue };
        let (certified, expiring) = valid.get(&unit.id).copied().unwrap_or_default();
        let count = CentreCount { unit: unit.clone(), people: at_work, certified, expiring };
        by_top.entry(top.id).or_default().push(count);
    }
    let tops = tree.units().iter().filter_map(|top| Some((top, by_top.remove(&top.id)?)));
    Ok(tops.map(|(top, counts)| summed(top, counts)).collect())
}

fn is_centre(unit: &Unit) -> bool {
    matches!(unit.kind.as_str(), "centre" | "flagship")
}

/// Whether a unit is within reach by itself, not only through somebody who works there.
fn is_named(within: &Reach, unit: UnitId) -> bool {
    matches!(within, Reach::All | Reach::Units(_)) && sees(within, unit)
}

/// By unit: how many are certified, and how many of them are about to expire.
fn valid_by_unit(s: &Services, version: &Version, held: Vec<Held>) -> BTreeMap<UnitId, (u64, u64)> {
    let (today, now) = (s.today(), s.now());
    let mut periods: BTreeMap<(UnitId, PersonId), Vec<Period>> = BTreeMap::new();
    for one in held {
        periods.entry((one.unit, one.person)).or_default().push(one.period);
    }
    let mut valid: BTreeMap<UnitId, (u64, u64)> = BTreeMap::new();
    for ((unit, _), periods) in periods {
        let (is, _) = standing(&periods, today, now, version.renewal_window_days);
        let (certified, expiring) = valid.entry(unit).or_default();
        *certified += u64::from(is.is_valid());
        *expiring += u64::from(is == Standing::Expiring);
    }
    valid
}

fn summed(top: &Unit, counts: Vec<CentreCount>) -> OkrugCount {
    OkrugCount {
        unit: top.clone(),
        people: counts.iter().map(|count| count.people).sum(),
        certified: counts.iter().map(|count| count.certified).sum(),
        expiring: counts.iter().map(|count| count.expiring).sum(),
        centres: counts.into_iter().filter(|count| count.unit.id != top.id).collect(),
    }
}
