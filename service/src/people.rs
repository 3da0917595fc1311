//! People as HR sees them: lists, one person with the whole chain, adding, changing, ending an employment.

mod chain;
mod form;
mod leave;

use domain::access::{Act, Actor, Reach, Subject, allow, reach};
use domain::certification::{Period, Standing, standing};
use domain::id::{PersonId, PositionId, UnitId};
use domain::page::{MOST, Page};
use domain::refusal::Refusal;
use domain::time::{Day, Moment};
use store::certification::{Recorded, Version};
pub use store::organisation::{Position, Unit};
pub use store::people::{Employment, Listed, Person};

use crate::access::{self, Tree};
use crate::{Services, programme};

pub use chain::{ChainEvent, Step};
pub use form::{Choices, add, choices, edit, form_of};
pub use leave::end_employment;

const OKRUG: &str = "okrug";
const CITY: &str = "city";

/// What a list of people is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words of a name or a personnel number.
    pub search: String,
    /// Only this okrug.
    pub okrug: Option<UnitId>,
    /// Only this centre.
    pub centre: Option<UnitId>,
    /// Only this position.
    pub position: Option<PositionId>,
    /// Continue after this mark.
    pub after: Option<String>,
}

/// A row of a list of people.
#[derive(Clone, Debug)]
pub struct Row {
    /// Who, and where they work.
    pub person: Listed,
    /// What they are today.
    pub standing: Standing,
    /// The last day of the period that says so.
    pub until: Option<Day>,
    /// Whether they are on the way to the certification now.
    pub is_enrolled: bool,
}

/// Units to choose from in a filter.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The okrugs.
    pub okrugs: Vec<Unit>,
    /// The centres; of the chosen okrug, when one is chosen.
    pub centres: Vec<Unit>,
}

/// A page of people, and what it can be narrowed to.
#[derive(Clone, Debug)]
pub struct PeoplePage {
    /// The people.
    pub page: Page<Row>,
    /// Okrugs and centres within reach.
    pub places: Places,
    /// All positions.
    pub positions: Vec<Position>,
}

/// People at work within the actor's reach, in the order of their names.
///
/// # Errors
/// A refusal when the actor may not see people.
pub async fn list(s: &Services, actor: &Actor, query: &Query) -> Result<PeoplePage, Refusal> {
    let within = reach(actor, Act::ReadPeople);
    if within == Reach::Nothing {
        return Err(Refusal::Denied);
    }
    let version = programme::current(s).await?;
    let tree = access::tree(s).await?;
    let filter = store::people::Filter {
        search: query.search.clone(),
        units: units_of(&tree, query.okrug, query.centre),
        position: query.position,
        people: None,
        after: query.after.clone(),
    };
    let page = store::people::list(&s.db, &within, &filter, MOST).await?;
    let ids: Vec<PersonId> = page.rows.iter().map(|row| row.id).collect();
    let candidates = store::certified::candidates_among(&s.db, version.certification, &ids).await?;
    let periods = store::certification::periods_of(&s.db, ids).await?;
    let (today, now) = (s.today(), s.now());
    let page = page.map(|person| {
        let known = periods.get(&person.id).map_or(&[][..], Vec::as_slice);
        let (standing, period) = judged(&version, known, today, now);
        let is_enrolled = candidates.contains(&person.id);
        Row { person, standing, until: period.map(|period| period.until), is_enrolled }
    });
    let positions = store::organisation::positions(&s.db).await?;
    Ok(PeoplePage { page, places: places(&tree, &within, query.okrug), positions })
}

/// What the periods of a certification say of a day, and the period that says it.
pub(crate) fn judged(
    version: &Version,
    known: &[Recorded],
    today: Day,
    now: Moment,
) -> (Standing, Option<Period>) {
    let periods: Vec<Period> = known
        .iter()
        .filter(|recorded| recorded.certification == version.certification)
        .map(|recorded| recorded.period.clone())
        .collect();
    let (standing, period) = standing(&periods, today, now, version.renewal_window_days);
    (standing, period.cloned())
}

/// The units that a filter means; a centre of another okrug than the chosen one is not meant.
pub(crate) fn units_of(tree: &Tree, okrug: Option<UnitId>, centre: Option<UnitId>) -> Option<Vec<UnitId>> {
    let okrug = okrug.map(|top| tree.below(top));
    let centre = centre
        .filter(|unit| okrug.as_ref().is_none_or(|known| known.contains(unit)))
        .map(|top| tree.below(top));
    centre.or(okrug)
}

/// The okrug of a unit; of one that belongs to none, the city.
pub(crate) fn top_of(tree: &Tree, unit: UnitId) -> Option<&Unit> {
    tree.above(unit, OKRUG).or_else(|| tree.above(unit, CITY))
}

/// Okrugs and centres that a filter may offer.
pub(crate) fn places(tree: &Tree, within: &Reach, okrug: Option<UnitId>) -> Places {
    let mut tops: Vec<UnitId> = Vec::new();
    let mut centres = Vec::new();
    for unit in tree.units().iter().filter(|unit| sees(within, unit.id)) {
        let top = tree.above(unit.id, OKRUG).map(|top| top.id);
        tops.extend(top);
        let is_asked = okrug.is_none_or(|asked| top == Some(asked));
        if is_asked && unit.kind != OKRUG && unit.kind != CITY {
            centres.push(unit.clone());
        }
    }
    let okrugs =
        tree.units().iter().filter(|unit| unit.kind == OKRUG && tops.contains(&unit.id)).cloned().collect();
    Places { okrugs, centres }
}

/// Whether people of a unit may be within a reach.
pub(crate) fn sees(within: &Reach, unit: UnitId) -> bool {
    match within {
        Reach::All | Reach::Groups(_) | Reach::Own(_) => true,
        Reach::Units(units) => units.contains(&unit),
        Reach::Nothing => false,
    }
}

/// How a person signs in.
#[derive(Clone, Debug)]
pub struct SignsIn {
    /// The login.
    pub login: String,
    /// Whether the account may sign in.
    pub is_active: bool,
}

/// What the actor may do to a person: shows the buttons.
#[derive(Clone, Copy, Debug)]
pub struct May {
    /// Change name, place of work, extra time; end an employment.
    pub edit: bool,
    /// Put on the programme.
    pub enrol: bool,
    /// Hand out a one-time code.
    pub issue_code: bool,
}

/// A person with everything that HR may know.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// The person.
    pub person: Person,
    /// Where they work and worked, the latest first.
    pub employments: Vec<Employment>,
    /// How they sign in; none without an account.
    pub account: Option<SignsIn>,
    /// What they are today.
    pub standing: Standing,
    /// The last day of the period that says so.
    pub until: Option<Day>,
    /// Whether they are on the way to the certification now.
    pub is_enrolled: bool,
    /// When the programme has to be finished.
    pub due: Option<Day>,
    /// Everything that their right to the badge rests on, the latest first; empty where the actor may not
    /// see results.
    pub chain: Vec<ChainEvent>,
    /// What the actor may do.
    pub may: May,
}

/// A person's page.
///
/// # Errors
/// A refusal when the person is out of reach.
pub async fn person(s: &Services, actor: &Actor, id: PersonId) -> Result<PersonView, Refusal> {
    let subject = store::people::subject_of(&s.db, id).await?;
    allow(actor, Act::ReadPeople, &subject)?;
    let person = store::people::find(&s.db, id).await?.ok_or(Refusal::NotFound)?;
    let version = programme::current(s).await?;
    let records = chain::records(s, id).await?;
    let (standing, period) = judged(&version, &records.periods, s.today(), s.now());
    let open = records
        .candidacies
        .iter()
        .find(|known| known.certification == version.certification && known.closed_at.is_none());
    let due = open
        .and_then(|open| records.enrolments.iter().find(|enrolment| enrolment.candidacy == open.id))
        .and_then(|enrolment| enrolment.due);
    let is_enrolled = open.is_some();
    let account = store::account::find_by_person(&s.db, id).await?;
    let chain = if allow(actor, Act::ReadResults, &subject).is_ok() {
        chain::of(s, id, &records).await?
    } else {
        Vec::new()
    };
    Ok(PersonView {
        employments: worked(store::people::employments(&s.db, id).await?),
        account: account.map(|known| SignsIn { login: known.login, is_active: known.is_active }),
        standing,
        until: period.map(|period| period.until),
        is_enrolled,
        due,
        chain,
        may: may(actor, &subject),
        person,
    })
}

/// Without employments that were corrected on their first day and so never lasted one.
fn worked(employments: Vec<Employment>) -> Vec<Employment> {
    employments.into_iter().filter(|job| job.until.is_none_or(|until| until >= job.from)).collect()
}

fn may(actor: &Actor, subject: &Subject) -> May {
    May {
        edit: allow(actor, Act::EditPeople, subject).is_ok(),
        enrol: allow(actor, Act::Enrol, subject).is_ok(),
        issue_code: allow(actor, Act::IssueCode, subject).is_ok(),
    }
}
