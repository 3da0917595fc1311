//! Seeds the org units and positions, and finds them again by their codes.

use std::collections::BTreeMap;

use domain::id::{PositionId, UnitId};
use domain::refusal::Fault;
use domain::time::Moment;
use store::organisation::{Position, Unit};
use uuid::Uuid;

use crate::seed::content::Shipped;
use crate::seed::plan::{self, Centre};
use crate::{Services, chance, programme};

/// Units begin ten years back: employments that HR brings in began before the product did.
const YEARS_BACK_IN_DAYS: u32 = 3652;

/// Adds what the organisation is made of, unless it is there; how many units there are.
pub(super) async fn add(s: &Services, shipped: &Shipped) -> Result<usize, Fault> {
    let known = store::organisation::units(&s.db).await?;
    if !known.is_empty() {
        return Ok(known.len());
    }
    let now = s.now();
    let units = units(&shipped.units, now)?;
    let positions = positions(&shipped.positions, now);
    let since = s.today().minus_days(YEARS_BACK_IN_DAYS);
    let count = units.len();
    s.db.write(move |tx| async move {
        store::organisation::insert_units(&tx, units, since, now).await?;
        store::organisation::insert_positions(&tx, positions).await
    })
    .await?;
    Ok(count)
}

fn units(plan: &plan::Units, now: Moment) -> Result<Vec<(Unit, Uuid)>, Fault> {
    let city = Unit {
        id: chance::id(now),
        code: plan.city.code.clone(),
        kind: "city".to_owned(),
        short: plan.city.name.clone(),
        name: plan.city.name.clone(),
        parent: None,
    };
    let mut okrugs: BTreeMap<&str, UnitId> = BTreeMap::new();
    let mut units = Vec::new();
    for okrug in &plan.okrugs {
        let unit = Unit {
            id: chance::id(now),
            code: okrug.code.clone(),
            kind: "okrug".to_owned(),
            name: okrug.name.clone(),
            short: okrug.short.clone(),
            parent: Some(city.id),
        };
        okrugs.insert(&okrug.code, unit.id);
        units.push(unit);
    }
    for centre in &plan.centres {
        units.push(below(&okrugs, centre, "centre", now)?);
    }
    for flagship in &plan.flagships {
        units.push(below(&okrugs, flagship, "flagship", now)?);
    }
    units.push(city);
    Ok(units.into_iter().map(|unit| (unit, chance::uuid(now))).collect())
}

fn below(okrugs: &BTreeMap<&str, UnitId>, centre: &Centre, kind: &str, now: Moment) -> Result<Unit, Fault> {
    let okrug = okrugs.get(centre.okrug.as_str()).ok_or_else(|| unknown("okrug", &centre.okrug))?;
    let name = match &centre.place {
        Some(place) => format!("{} {place}", centre.name),
        None => centre.name.clone(),
    };
    Ok(Unit {
        id: chance::id(now),
        code: centre.code.clone(),
        kind: kind.to_owned(),
        name,
        short: centre.name.clone(),
        parent: Some(*okrug),
    })
}

fn positions(plan: &[plan::Position], now: Moment) -> Vec<Position> {
    plan.iter()
        .map(|position| Position {
            id: chance::id(now),
            code: position.code.clone(),
            rank: position.rank,
            title: position.title.clone(),
            certification: position.certification.then(|| programme::CERTIFICATION.to_owned()),
        })
        .collect()
}

fn unknown(what: &str, code: &str) -> Fault {
    Fault::new("seeding the organisation", format!("there is no {what} with the code {code:?}"))
}

/// Units and positions by their codes.
pub(super) struct Places {
    units: Vec<Unit>,
    positions: Vec<Position>,
}

impl Places {
    pub(super) async fn load(s: &Services) -> Result<Self, Fault> {
        let mut units = store::organisation::units(&s.db).await?;
        units.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self { units, positions: store::organisation::positions(&s.db).await? })
    }

    pub(super) fn unit(&self, code: &str) -> Result<UnitId, Fault> {
        let unit = self.units.iter().find(|unit| unit.code == code);
        unit.map(|unit| unit.id).ok_or_else(|| unknown("unit", code))
    }

    pub(super) fn position(&self, code: &str) -> Result<PositionId, Fault> {
        let position = self.positions.iter().find(|position| position.code == code);
        position.map(|position| position.id).ok_or_else(|| unknown("position", code))
    }

    /// All centres and flagships by their codes, so that a made-up person always works in the same one.
    pub(super) fn centres(&self) -> Vec<UnitId> {
        self.units.iter().filter(|unit| is_centre(unit)).map(|unit| unit.id).collect()
    }

    /// The same, of some okrugs.
    pub(super) fn centres_of(&self, okrugs: &[String]) -> Result<Vec<UnitId>, Fault> {
        let okrugs = okrugs.iter().map(|code| self.unit(code)).collect::<Result<Vec<_>, Fault>>()?;
        let is_below = |unit: &&Unit| unit.parent.is_some_and(|parent| okrugs.contains(&parent));
        Ok(self.units.iter().filter(|unit| is_centre(unit)).filter(is_below).map(|unit| unit.id).collect())
    }
}

fn is_centre(unit: &Unit) -> bool {
    unit.kind == "centre" || unit.kind == "flagship"
}
