//! What forms come out of a blueprint and a bank, before anybody sits one: a thousand draws for people who
//! have met nothing yet. Pure: the same bank and blueprint give the same report.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::draw::{Candidate, Hand, Kept, Plan, Seed, TooFew, too_few};
use crate::item::Kind;
use crate::test::{Blueprint, Cell};

/// How many forms are drawn.
pub const DRAWS: u32 = 1_000;

/// A cell beside the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellDepth {
    /// The code of the rule.
    pub rule: String,
    /// 1 to 3.
    pub difficulty: u8,
    /// How many items a form takes.
    pub need: u32,
    /// How many there are.
    pub have: u32,
}

impl CellDepth {
    /// How many are left when a form is drawn.
    #[must_use]
    pub const fn spare(&self) -> u32 {
        self.have.saturating_sub(self.need)
    }

    /// How many attempts in a row share no item of this cell.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        match self.have.checked_div(self.need) {
            Some(attempts) => attempts,
            None => u32::MAX,
        }
    }
}

/// How an amount lies over all draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The least.
    pub min: u32,
    /// One draw in twenty has no more than this.
    pub p5: u32,
    /// Half of the draws have no more than this.
    pub median: u32,
    /// One draw in twenty has no less than this.
    pub p95: u32,
    /// The most.
    pub max: u32,
}

/// What a thousand forms have in common, and what they have not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draws {
    /// How many forms in a thousand have an item, the most used one first.
    pub exposures: Vec<(Uuid, u32)>,
    /// The share of right answers that a form lets expect, in permille: the more, the easier.
    pub expected: Spread,
    /// How much of a form is in the next one, in permille.
    pub overlap: u32,
    /// Forms in which enemies met, because nothing else was left.
    pub enemies_met: u32,
    /// Forms that missed the least number of a venue.
    pub venues_missed: u32,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fairness {
    /// Every cell that asks for something, in the order of the blueprint.
    pub cells: Vec<CellDepth>,
    /// Venues that no form can hold often enough.
    pub venues: Vec<TooFew>,
    /// What was drawn; none when a cell cannot be filled, or nothing is asked for.
    pub draws: Option<Draws>,
}

impl Fairness {
    /// Whether every form can have what the blueprint asks for.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        self.venues.is_empty() && self.cells.iter().all(|cell| cell.have >= cell.need)
    }

    /// The cell that runs out first, and after how many attempts in a row.
    #[must_use]
    pub fn thinnest(&self) -> Option<(&CellDepth, u32)> {
        self.cells.iter().map(|cell| (cell, cell.attempts())).min_by_key(|(_, attempts)| *attempts)
    }
}

/// Draws a thousand forms.
#[must_use]
pub fn simulate(blueprint: &Blueprint, pool: &[Candidate]) -> Fairness {
    let asked = blueprint.cells.iter().filter(|cell| cell.count > 0);
    let cells = asked.map(|cell| depth(cell, pool)).collect();
    let plan = Plan::of(blueprint, pool).ok().filter(|_| blueprint.size() > 0);
    Fairness { cells, venues: too_few(blueprint, pool), draws: plan.map(|plan| draw_all(&plan, pool)) }
}

fn depth(cell: &Cell, pool: &[Candidate]) -> CellDepth {
    let fits = |c: &&Candidate| c.rule == cell.rule && c.difficulty == cell.difficulty;
    let have = u32::try_from(pool.iter().filter(fits).count()).unwrap_or(u32::MAX);
    CellDepth { rule: cell.rule.clone(), difficulty: cell.difficulty, need: cell.count, have }
}

/// What is counted for each candidate while drawing.
#[derive(Clone, Copy, Default)]
struct Count {
    drawn: u32,
    /// The number of the last draw that had it, from 1.
    last: u32,
    expected: u32,
}

fn draw_all(plan: &Plan, pool: &[Candidate]) -> Draws {
    let mut counts: Vec<Count> =
        pool.iter().map(|candidate| Count { expected: expected(candidate), ..Count::default() }).collect();
    let mut hand = Hand::default();
    let mut means = Vec::new();
    let (mut enemies_met, mut venues_missed) = (0u32, 0u32);
    let (mut shared, mut compared) = (0u64, 0u64);
    for number in 1..=DRAWS {
        let Kept { apart, venues } = plan.choose(&[], seed(number), &mut hand);
        enemies_met += u32::from(!apart);
        venues_missed += u32::from(!venues);
        let (mut sum, mut size) = (0u32, 0u32);
        for at in &hand.picked {
            let Some(count) = counts.get_mut(*at) else { continue };
            shared += u64::from(count.drawn > 0 && count.last + 1 == number);
            count.drawn += 1;
            count.last = number;
            sum += count.expected;
            size += 1;
        }
        compared += if number > 1 { u64::from(size) } else { 0 };
        means.push(sum / size.max(1));
    }
    Draws {
        exposures: exposures(plan, pool, &counts),
        expected: spread(means),
        overlap: u32::try_from(shared * 1_000 / compared.max(1)).unwrap_or(1_000),
        enemies_met,
        venues_missed,
    }
}

/// Fixed, so that two people who look at the same draft see the same numbers.
fn seed(number: u32) -> Seed {
    let mut hash = Sha256::new();
    hash.update(b"fairness");
    hash.update(number.to_be_bytes());
    hash.finalize().into()
}

fn exposures(plan: &Plan, pool: &[Candidate], counts: &[Count]) -> Vec<(Uuid, u32)> {
    let mut exposures: Vec<(Uuid, u32)> = plan
        .fitting()
        .filter_map(|at| Some((pool.get(at)?.item, counts.get(at)?.drawn * 1_000 / DRAWS)))
        .collect();
    exposures.sort_unstable_by_key(|(item, permille)| (std::cmp::Reverse(*permille), *item));
    exposures
}

/// How many in a thousand are expected to answer an item rightly: by its difficulty, and by its kind, since
/// a whole set or a whole order is right less often than one answer. A rule of thumb, good enough to compare
/// forms with.
const fn expected(candidate: &Candidate) -> u32 {
    let single = match candidate.difficulty {
        0 | 1 => 850,
        2 => 700,
        _ => 550,
    };
    match candidate.kind {
        Kind::Single => single,
        Kind::Multiple => single - 120,
        Kind::Ordering => single - 150,
    }
}

fn spread(mut values: Vec<u32>) -> Spread {
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    let at = |percent: usize| values.get(last * percent / 100).copied().unwrap_or_default();
    Spread { min: at(0), p5: at(5), median: at(50), p95: at(95), max: at(100) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Venue;
    use crate::test::Least;

    fn candidate(n: u128, rule: &str, kind: Kind) -> Candidate {
        Candidate {
            item: Uuid::from_u128(n),
            version: Uuid::from_u128(n + 1000),
            rule: rule.into(),
            difficulty: 2,
            venue: Some(Venue::Centre),
            enemies: None,
            foes: Vec::new(),
            exposure_bp: 0,
            kind,
            key: vec![0],
            options: 4,
        }
    }

    /// Ten items of rule 1, every second with several answers, and four of rule 2.
    fn pool() -> Vec<Candidate> {
        let kind = |n: u128| if n.is_multiple_of(2) { Kind::Single } else { Kind::Multiple };
        let first = (0..10).map(|n| candidate(n, "r1", kind(n)));
        first.chain((10..14).map(|n| candidate(n, "r2", Kind::Single))).collect()
    }

    fn blueprint(first: u32, second: u32) -> Blueprint {
        let cell = |rule: &str, count| Cell { rule: rule.into(), difficulty: 2, count };
        Blueprint { cells: vec![cell("r1", first), cell("r2", second)], ..Blueprint::default() }
    }

    #[test]
    fn a_cell_that_cannot_be_filled_is_in_the_report_and_nothing_is_drawn() {
        let report = simulate(&blueprint(2, 5), &pool());
        assert!(!report.is_feasible());
        assert_eq!(report.draws, None);
        let thin = report.thinnest().map(|(cell, attempts)| (cell.rule.as_str(), cell.have, attempts));
        assert_eq!(thin, Some(("r2", 4, 0)));
        assert_eq!(simulate(&Blueprint::default(), &pool()).draws, None);
    }

    #[test]
    fn depth_is_counted_in_attempts_without_a_repeat() {
        for (need, have, spare, attempts) in [(2, 5, 3, 2), (2, 4, 2, 2), (3, 3, 0, 1), (0, 4, 4, u32::MAX)] {
            let cell = CellDepth { rule: "r1".into(), difficulty: 1, need, have };
            assert_eq!((cell.spare(), cell.attempts()), (spare, attempts));
        }
    }

    #[test]
    fn every_item_is_drawn_about_as_often_as_the_others_of_its_cell() {
        let draws = simulate(&blueprint(4, 1), &pool()).draws.unwrap();
        let of = |item: u128| {
            draws.exposures.iter().find(|(id, _)| id.as_u128() == item).map(|(_, permille)| *permille)
        };
        for item in 0..10 {
            assert!(
                of(item).is_some_and(|permille| (330..470).contains(&permille)),
                "{item}: {:?}",
                of(item)
            );
        }
        for item in 10..14 {
            assert!(
                of(item).is_some_and(|permille| (190..310).contains(&permille)),
                "{item}: {:?}",
                of(item)
            );
        }
        let sum: u32 = draws.exposures.iter().map(|(_, permille)| permille).sum();
        assert_eq!(sum, 5_000, "five items in each of a thousand forms");
        assert!(draws.exposures.is_sorted_by_key(|(_, permille)| std::cmp::Reverse(*permille)));
    }

    #[test]
    fn forms_overlap_as_chance_lets_expect() {
        let draws = simulate(&blueprint(5, 0), &pool()).draws.unwrap();
        assert!((450..550).contains(&draws.overlap), "half of the items: {}", draws.overlap);
        let draws = simulate(&blueprint(10, 4), &pool()).draws.unwrap();
        assert_eq!(draws.overlap, 1_000, "all of the items");
        assert_eq!(draws.expected.min, draws.expected.max);
    }

    #[test]
    fn the_spread_of_difficulty_has_its_bounds_in_order() {
        let Spread { min, p5, median, p95, max } =
            simulate(&blueprint(4, 0), &pool()).draws.unwrap().expected;
        assert!(min <= p5 && p5 <= median && median <= p95 && p95 <= max);
        assert_eq!((min, max), (580, 700), "four with several answers, and four with one");
        assert!((620..=660).contains(&median), "{median}");
    }

    #[test]
    fn what_cannot_be_kept_is_counted() {
        let mut pool = pool();
        for candidate in pool.iter_mut().skip(10) {
            candidate.enemies = Some("x".into());
        }
        let mut asked = blueprint(2, 2);
        asked.venues = vec![Least { venue: Venue::Event, count: 1 }];
        let report = simulate(&asked, &pool);
        assert_eq!(report.venues, [TooFew { venue: Venue::Event, wanted: 1, found: 0 }]);
        let draws = report.draws.unwrap();
        assert_eq!((draws.enemies_met, draws.venues_missed), (DRAWS, DRAWS));
    }

    #[test]
    fn the_same_bank_gives_the_same_report() {
        assert_eq!(simulate(&blueprint(3, 2), &pool()), simulate(&blueprint(3, 2), &pool()));
    }
}
