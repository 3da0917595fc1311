//! The blueprint beside the bank: what it asks for, what there is, and the form that changes it.

use domain::draw::TooShallow;
use domain::form::FormState;
use domain::item::DIFFICULTIES;
use domain::rulebook::Rule;
use domain::test::{Blueprint, Cell, Kind};
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

fn of_cell<'a>(depth: &'a [Depth], cell: &Cell) -> Option<&'a Depth> {
    depth.iter().find(|found| found.rule == cell.rule && found.difficulty == cell.difficulty)
}

/// The cells that ask for more than the bank holds, in the order of the blueprint.
#[must_use]
pub fn shortages(blueprint: &Blueprint, depth: &[Depth]) -> Vec<Shortage> {
    let found =
        |cell: &Cell| u32::try_from(of_cell(depth, cell).map_or(0, |found| found.live)).unwrap_or(u32::MAX);
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

/// Shipped items are public: a certification that may draw them is published only with open eyes.
#[must_use]
pub fn needs_acknowledgement(kind: Kind, blueprint: &Blueprint, depth: &[Depth]) -> bool {
    let draws_shipped = |cell: &Cell| of_cell(depth, cell).is_some_and(|found| found.shipped > 0);
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
        .with("note", version.note.clone());
    for cell in &version.blueprint.cells {
        form = form.with(&count_field(&cell.rule, cell.difficulty), cell.count.to_string());
    }
    form
}

/// Reads the cells of a form; an empty one asks for nothing.
pub(super) fn blueprint_of(form: &mut FormState, rules: &[Rule]) -> Blueprint {
    let mut cells = Vec::new();
    for rule in rules {
        for difficulty in DIFFICULTIES {
            let field = count_field(&rule.code, difficulty);
            if form.value(&field).trim().is_empty() {
                continue;
            }
            let count = form.number(&field, 0, MOST_IN_CELL).unwrap_or(0);
            if count > 0 {
                cells.push(Cell { rule: rule.code.clone(), difficulty, count });
            }
        }
    }
    let blueprint = Blueprint { cells };
    if blueprint.size() > MOST_ITEMS {
        form.problem("counts", "too_many_items");
    }
    blueprint
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
            blueprint: Blueprint { cells: vec![cell("r1", 1, 3), cell("r1", 3, 1), cell("r2", 2, 5)] },
            conditions: Conditions {
                limit_minutes: 45,
                pass_bp: 8000,
                rule_pass_bp: 6000,
                attempts_max: 3,
                pause_days: 14,
                grace_seconds: 30,
                availability: Availability::SessionOnly,
            },
            shipped_items_warned: false,
            note: "Больше правила 2".into(),
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
            let found = shortages(&Blueprint { cells: asked }, &bank);
            let found: Vec<_> = found.iter().map(|s| (s.rule.as_str(), s.wanted, s.found)).collect();
            assert_eq!(found, short);
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
            assert_eq!(needs_acknowledgement(kind, &Blueprint { cells: vec![asked] }, &bank), needed);
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
}
