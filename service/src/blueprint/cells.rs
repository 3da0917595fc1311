//! The blueprint beside the bank: what it asks for, what there is, and the form that changes it.

use domain::draw::TooShallow;
use domain::form::FormState;
use domain::item::{DIFFICULTIES, Venue};
use domain::rulebook::Rule;
use domain::test::{Blueprint, Cell, Kind, Least};
use store::test::Version;

/// The most items of a cell.
pub const MOST_IN_CELL: u32 = 50;
/// The most items of a form.
pub const MOST_ITEMS: u32 = 200;

/// How many live items of a rule and difficulty there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depth {
    /// The code of the rule.
    pub rule: String,
    /// 1 to 3.
    pub difficulty: u8,
    /// All live items.
    pub live: u64,
    /// Those of them that are shipped, and therefore public.
    pub shipped: u64,
}

/// A cell of the blueprint that the bank cannot fill.
pub type Shortage = TooShallow;

fn of_cell<'a>(depth: &'a [Depth], rule: &str, difficulty: u8) -> Option<&'a Depth> {
    depth.iter().find(|found| found.rule == rule && found.difficulty == difficulty)
}

/// The cells that ask for more than the bank holds, in the order of the blueprint.
#[must_use]
pub fn shortages(blueprint: &Blueprint, depth: &[Depth]) -> Vec<Shortage> {
    let found = |cell: &Cell| {
        let live = of_cell(depth, &cell.rule, cell.difficulty).map_or(0, |found| found.live);
        u32::try_from(live).unwrap_or(u32::MAX)
    };
    blueprint
        .cells
        .iter()
        .filter(|cell| cell.count > found(cell))
        .map(|cell| Shortage {
            rule: cell.rule.clone(),
            difficulty: cell.difficulty,
            wanted: cell.count,
            found: found(cell),
        })
        .collect()
}

/// Whether a blueprint asks for more items of a cell than there would be with one less.
pub(super) fn needs(blueprint: &Blueprint, depth: &[Depth], rule: &str, difficulty: u8) -> bool {
    let live = of_cell(depth, rule, difficulty).map_or(0, |found| found.live);
    u64::from(blueprint.count(rule, difficulty)) > live.saturating_sub(1)
}

/// Shipped items are public: a certification that may draw them is published only with open eyes.
#[must_use]
pub fn needs_acknowledgement(kind: Kind, blueprint: &Blueprint, depth: &[Depth]) -> bool {
    let draws_shipped =
        |cell: &Cell| of_cell(depth, &cell.rule, cell.difficulty).is_some_and(|found| found.shipped > 0);
    match kind {
        Kind::Certification => blueprint.cells.iter().any(|cell| cell.count > 0 && draws_shipped(cell)),
        Kind::Practice => false,
    }
}

/// The field of a cell.
#[must_use]
pub fn count_field(rule: &str, difficulty: u8) -> String {
    format!("count.{rule}.{difficulty}")
}

/// The field of a venue's least number.
#[must_use]
pub fn venue_field(venue: Venue) -> String {
    format!("venue.{}", venue.code())
}

/// The form that shows a version.
#[must_use]
pub fn form_of(version: &Version) -> FormState {
    let conditions = &version.conditions;
    let mut form = FormState::default()
        .with("limit_minutes", conditions.limit_minutes.to_string())
        .with("pass_percent", (conditions.pass_bp / 100).to_string())
        .with("rule_pass_percent", (conditions.rule_pass_bp / 100).to_string())
        .with("attempts_max", conditions.attempts_max.to_string())
        .with("pause_days", conditions.pause_days.to_string())
        .with("grace_seconds", conditions.grace_seconds.to_string())
        .with("availability", conditions.availability.code())
        .with("unseen_attempts", conditions.unseen_attempts.to_string())
        .with("exposure_cap_percent", (conditions.exposure_cap_bp / 100).to_string())
        .with("note", version.note.clone())
        .with("revision", version.revision.to_string());
    for cell in &version.blueprint.cells {
        form = form.with(&count_field(&cell.rule, cell.difficulty), cell.count.to_string());
    }
    for least in &version.blueprint.venues {
        form = form.with(&venue_field(least.venue), least.count.to_string());
    }
    form
}

/// Reads the cells of a form; an empty one asks for nothing.
pub(super) fn blueprint_of(form: &mut FormState, rules: &[Rule]) -> Blueprint {
    let mut cells = Vec::new();
    for rule in rules {
        for difficulty in DIFFICULTIES {
            let field = count_field(&rule.code, difficulty);
            let count = count_of(form, &field, MOST_IN_CELL);
            if count > 0 {
                cells.push(Cell { rule: rule.code.clone(), difficulty, count });
            }
        }
    }
    let blueprint = Blueprint { cells, venues: venues_of(form) };
    if blueprint.size() > MOST_ITEMS {
        form.problem("counts", "too_many_items");
    }
    if let Some(first) = blueprint.venues.first()
        && blueprint.venues.iter().map(|least| least.count).sum::<u32>() > blueprint.size()
    {
        form.problem(&venue_field(first.venue), "more_than_form");
    }
    blueprint
}

fn venues_of(form: &mut FormState) -> Vec<Least> {
    let asked = Venue::ALL.iter().map(|venue| {
        let count = count_of(form, &venue_field(*venue), MOST_ITEMS);
        Least { venue: *venue, count }
    });
    asked.filter(|least| least.count > 0).collect()
}

/// A number that may be left out.
fn count_of(form: &mut FormState, field: &str, most: u32) -> u32 {
    if form.value(field).trim().is_empty() {
        return 0;
    }
    form.number(field, 0, most).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use domain::id::Id;
    use domain::rulebook::VersionState;
    use domain::test::{Availability, Conditions};
    use uuid::Uuid;

    use super::*;

    fn cell(rule: &str, difficulty: u8, count: u32) -> Cell {
        Cell { rule: rule.into(), difficulty, count }
    }

    fn depth(rule: &str, difficulty: u8, live: u64, shipped: u64) -> Depth {
        Depth { rule: rule.into(), difficulty, live, shipped }
    }

    fn asking(cells: Vec<Cell>) -> Blueprint {
        Blueprint { cells, ..Blueprint::default() }
    }

    fn rule(code: &str) -> Rule {
        Rule {
            code: code.into(),
            number: 1,
            title: "Выслушать".into(),
            body: "Слушает.".into(),
            indicators: vec![],
            provisional: false,
        }
    }

    fn version() -> Version {
        Version {
            id: Id::new(Uuid::from_u128(1)),
            test: Id::new(Uuid::from_u128(2)),
            number: 1,
            state: VersionState::Draft,
            rulebook_version: Id::new(Uuid::from_u128(3)),
            blueprint: Blueprint {
                cells: vec![cell("r1", 1, 3), cell("r1", 3, 1), cell("r2", 2, 5)],
                venues: vec![Least { venue: Venue::Clinic, count: 2 }],
            },
            conditions: Conditions {
                limit_minutes: 45,
                pass_bp: 8000,
                rule_pass_bp: 6000,
                attempts_max: 3,
                pause_days: 14,
                grace_seconds: 30,
                availability: Availability::SessionOnly,
                unseen_attempts: 3,
                exposure_cap_bp: 5500,
            },
            shipped_items_warned: false,
            note: "Больше правила 2".into(),
            revision: 1,
            created_at: "2026-11-22T10:00:00Z".parse().unwrap(),
            published_at: None,
        }
    }

    #[test]
    fn a_shortage_is_a_cell_that_asks_for_more_than_there_is() {
        let bank = [depth("r1", 1, 3, 0), depth("r1", 2, 9, 9), depth("r2", 2, 4, 0)];
        for (asked, short) in [
            (vec![cell("r1", 1, 3)], vec![]),
            (vec![cell("r2", 2, 5)], vec![("r2", 5, 4)]),
            (vec![cell("r9", 1, 1), cell("r1", 1, 4)], vec![("r9", 1, 0), ("r1", 4, 3)]),
            (vec![cell("r9", 1, 0)], vec![]),
            (vec![], vec![]),
        ] {
            let found = shortages(&asking(asked), &bank);
            let found: Vec<_> = found.iter().map(|s| (s.rule.as_str(), s.wanted, s.found)).collect();
            assert_eq!(found, short);
        }
    }

    #[test]
    fn an_item_is_needed_when_its_cell_would_run_short_without_it() {
        let bank = [depth("r1", 1, 3, 0), depth("r1", 2, 1, 0)];
        for (asked, difficulty, needed) in [
            (vec![cell("r1", 1, 3)], 1, true),
            (vec![cell("r1", 1, 2)], 1, false),
            (vec![cell("r1", 1, 5)], 1, true),
            (vec![cell("r1", 1, 3)], 2, false),
            (vec![cell("r1", 2, 1)], 2, true),
            (vec![cell("r1", 3, 1)], 3, true),
            (vec![cell("r1", 3, 0)], 3, false),
            (vec![cell("r2", 1, 9)], 1, false),
            (vec![], 1, false),
        ] {
            assert_eq!(
                needs(&Blueprint { cells: asked.clone(), ..Blueprint::default() }, &bank, "r1", difficulty),
                needed,
                "{asked:?}"
            );
        }
    }

    #[test]
    fn only_a_certification_that_may_draw_shipped_items_needs_acknowledgement() {
        let bank = [depth("r1", 1, 3, 1), depth("r2", 1, 3, 0)];
        for (kind, asked, needed) in [
            (Kind::Certification, cell("r1", 1, 1), true),
            (Kind::Certification, cell("r1", 1, 0), false),
            (Kind::Certification, cell("r2", 1, 1), false),
            (Kind::Practice, cell("r1", 1, 1), false),
        ] {
            assert_eq!(needs_acknowledgement(kind, &asking(vec![asked]), &bank), needed);
        }
    }

    #[test]
    fn a_version_survives_its_form() {
        let version = version();
        let mut form = form_of(&version);
        assert_eq!(blueprint_of(&mut form, &[rule("r1"), rule("r2")]), version.blueprint);
        assert_eq!(Conditions::parse(&mut form), Some(version.conditions));
        assert!(form.is_clean());
    }

    #[test]
    fn counts_are_bounded() {
        let mut form = FormState::default().with("count.r1.1", "51").with("count.r1.2", "-1");
        assert_eq!(blueprint_of(&mut form, &[rule("r1")]), Blueprint::default());
        assert_eq!(form.problem_of("count.r1.1"), Some("out_of_range"));
        assert_eq!(form.problem_of("count.r1.2"), Some("not_a_number"));
    }

    #[test]
    fn a_form_cannot_have_more_items_of_venues_than_it_has_items() {
        for (clinics, events, problem) in [
            ("2", "1", None),
            ("", "3", None),
            ("2", "2", Some("more_than_form")),
            ("201", "", Some("out_of_range")),
        ] {
            let mut form = FormState::default()
                .with("count.r1.1", "3")
                .with("venue.clinic", clinics)
                .with("venue.event", events);
            blueprint_of(&mut form, &[rule("r1")]);
            assert_eq!(form.problem_of("venue.clinic"), problem, "{clinics} {events}");
        }
    }
}
