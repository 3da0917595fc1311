//! Which items a form has.
//!
//! The items of each cell are put into the order in which this person should get them. Then they are taken
//! cell by cell, the first ones first, passing over enemies of what is taken already. That is enough nearly
//! always. Where a cell runs out of items without enemies, or the form has too few items of a venue, the
//! form is put together anew by a search (`search.rs`). Where the search finds nothing, the counts go
//! before the rest: what is missing is filled up with enemies, in the same order.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::search::search;
use super::{Candidate, Seed, Seen, Stream, TooShallow};
use crate::item::Venue;
use crate::test::{Blueprint, Policy};
use crate::time::Moment;

/// Where an item stands in its cell: the smaller, the sooner it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    is_recent: bool,
    is_overused: bool,
    /// Unseen items have none, and come first.
    met_at: Option<Moment>,
}

impl Rank {
    pub(super) fn of(candidate: &Candidate, policy: Policy, seen: &Seen) -> Self {
        let met = seen.get(&candidate.item);
        Self {
            is_recent: met.is_some_and(|met| met.attempts_ago <= policy.unseen_attempts),
            is_overused: candidate.exposure_bp > policy.exposure_cap_bp,
            met_at: met.map(|met| met.at),
        }
    }
}

/// A cell, and the candidates that fit it by their places in the pool.
pub(super) struct Slots {
    pub(super) wanted: usize,
    pub(super) fitting: Vec<usize>,
}

/// A blueprint beside its pool, made ready to be drawn from many times.
pub(crate) struct Plan {
    /// In the order of the blueprint.
    pub(super) cells: Vec<Slots>,
    /// The enemies of each candidate.
    foes: Vec<Vec<usize>>,
    /// The venue of each candidate, as one bit.
    pub(super) venues: Vec<u8>,
    /// The least number of items by the bit of their venue.
    pub(super) least: Vec<(u8, usize)>,
    searches: bool,
}

/// What could be kept beside the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// No two enemies met.
    pub(crate) apart: bool,
    /// Every venue has its least number.
    pub(crate) venues: bool,
}

/// What has become of a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    Open,
    Taken,
    Left,
}

/// Room to draw in, kept from one draw of a plan to the next, so that a thousand of them need no more
/// memory than one.
#[derive(Default)]
pub(crate) struct Hand {
    /// Each cell's candidates, the preferred ones first.
    pub(super) orders: Vec<Vec<usize>>,
    pub(super) marks: Vec<Mark>,
    /// How many enemies of each candidate are taken.
    barred: Vec<u32>,
    /// What was chosen, by places in the pool, cell by cell.
    pub(crate) picked: Vec<usize>,
}

impl Hand {
    pub(super) fn mark_of(&self, at: usize) -> Mark {
        self.marks.get(at).copied().unwrap_or(Mark::Left)
    }

    pub(super) fn mark(&mut self, at: usize, mark: Mark) {
        if let Some(place) = self.marks.get_mut(at) {
            *place = mark;
        }
    }

    /// Whether a candidate can be taken without meeting an enemy.
    pub(super) fn is_open(&self, at: usize) -> bool {
        self.mark_of(at) == Mark::Open && self.barred.get(at) == Some(&0)
    }

    fn clear(&mut self, size: usize) {
        self.marks.clear();
        self.marks.resize(size, Mark::Open);
        self.barred.clear();
        self.barred.resize(size, 0);
        self.picked.clear();
    }
}

impl Plan {
    /// Sets a blueprint beside a pool.
    ///
    /// # Errors
    /// Every cell that the pool cannot fill.
    pub(crate) fn of(blueprint: &Blueprint, pool: &[Candidate]) -> Result<Self, Vec<TooShallow>> {
        let wanted = merged(blueprint);
        let mut cells = Vec::with_capacity(wanted.len());
        let mut shallow = Vec::new();
        for (rule, difficulty, count) in wanted {
            let mut fitting: Vec<(Uuid, usize)> = pool
                .iter()
                .zip(0..)
                .filter(|(candidate, _)| candidate.rule == rule && candidate.difficulty == difficulty)
                .map(|(candidate, at)| (candidate.item, at))
                .collect();
            fitting.sort_unstable();
            let found = u32::try_from(fitting.len()).unwrap_or(u32::MAX);
            if found < count {
                shallow.push(TooShallow { rule: rule.to_owned(), difficulty, wanted: count, found });
            }
            let fitting = fitting.into_iter().map(|(_, at)| at).collect();
            cells.push(Slots { wanted: usize::try_from(count).unwrap_or(usize::MAX), fitting });
        }
        if !shallow.is_empty() {
            return Err(shallow);
        }
        let least = blueprint
            .venues
            .iter()
            .map(|least| (bit(Some(least.venue)), usize::try_from(least.count).unwrap_or(usize::MAX)));
        Ok(Self {
            cells,
            foes: foes(pool),
            venues: pool.iter().map(|candidate| bit(candidate.venue)).collect(),
            least: least.filter(|(_, count)| *count > 0).collect(),
            // What was drawn before there was a search is drawn without it again.
            searches: pool.iter().all(|candidate| candidate.venue.is_some()),
        })
    }

    /// Every candidate that fits a cell, by its place in the pool.
    pub(crate) fn fitting(&self) -> impl Iterator<Item = usize> {
        self.cells.iter().flat_map(|cell| cell.fitting.iter().copied())
    }

    /// Chooses the items of a form. Without ranks, nobody has met anything.
    pub(crate) fn choose(&self, ranks: &[Rank], seed: Seed, hand: &mut Hand) -> Kept {
        self.put_in_order(ranks, seed, hand);
        let greedy = self.take_in_order(hand);
        if !self.searches || (greedy.apart && greedy.venues) {
            return greedy;
        }
        if search(self, hand, seed, &self.least) {
            return Kept { apart: true, venues: true };
        }
        if !greedy.apart && !self.least.is_empty() && search(self, hand, seed, &[]) {
            return Kept { apart: true, venues: self.has_venues(hand) };
        }
        self.take_in_order(hand)
    }

    fn put_in_order(&self, ranks: &[Rank], seed: Seed, hand: &mut Hand) {
        let mut stream = Stream::new(seed, b"items");
        hand.orders.resize_with(self.cells.len(), Vec::new);
        for (cell, order) in self.cells.iter().zip(&mut hand.orders) {
            order.clear();
            order.extend_from_slice(&cell.fitting);
            stream.shuffle(order);
            order.sort_by_key(|at| ranks.get(*at));
        }
    }

    /// Takes the first of each cell; an enemy of what is taken only when nothing else is left.
    fn take_in_order(&self, hand: &mut Hand) -> Kept {
        self.clear(hand);
        let orders = std::mem::take(&mut hand.orders);
        let mut apart = true;
        for (cell, order) in self.cells.iter().zip(&orders) {
            let mut missing = cell.wanted;
            for at in order {
                if missing > 0 && hand.is_open(*at) {
                    self.pick(hand, *at);
                    missing -= 1;
                }
            }
            for at in order {
                if missing > 0 && hand.mark_of(*at) == Mark::Open {
                    self.pick(hand, *at);
                    missing -= 1;
                    apart = false;
                }
            }
        }
        hand.orders = orders;
        Kept { apart, venues: self.has_venues(hand) }
    }

    fn pick(&self, hand: &mut Hand, at: usize) {
        self.take(hand, at);
        hand.picked.push(at);
    }

    pub(super) fn clear(&self, hand: &mut Hand) {
        hand.clear(self.foes.len());
    }

    pub(super) fn foes_of(&self, at: usize) -> &[usize] {
        self.foes.get(at).map_or(&[], Vec::as_slice)
    }

    pub(super) fn take(&self, hand: &mut Hand, at: usize) {
        hand.mark(at, Mark::Taken);
        for foe in self.foes_of(at) {
            if let Some(barred) = hand.barred.get_mut(*foe) {
                *barred += 1;
            }
        }
    }

    /// Takes back what was taken, and leaves it out.
    pub(super) fn leave(&self, hand: &mut Hand, at: usize) {
        hand.mark(at, Mark::Left);
        for foe in self.foes_of(at) {
            if let Some(barred) = hand.barred.get_mut(*foe) {
                *barred -= 1;
            }
        }
    }

    /// How many items of a venue are taken.
    pub(super) fn taken_of(&self, hand: &Hand, venue: u8) -> usize {
        let marked = self.venues.iter().zip(&hand.marks);
        marked.filter(|(bit, mark)| **bit == venue && **mark == Mark::Taken).count()
    }

    fn has_venues(&self, hand: &Hand) -> bool {
        self.least.iter().all(|(venue, count)| self.taken_of(hand, *venue) >= *count)
    }
}

/// The cells of a blueprint, each named once.
fn merged(blueprint: &Blueprint) -> Vec<(&str, u8, u32)> {
    let mut cells: Vec<(&str, u8, u32)> = Vec::with_capacity(blueprint.cells.len());
    for cell in &blueprint.cells {
        let same = |known: &&mut (&str, u8, u32)| known.0 == cell.rule && known.1 == cell.difficulty;
        match cells.iter_mut().find(same) {
            Some(known) => known.2 = known.2.saturating_add(cell.count),
            None => cells.push((cell.rule.as_str(), cell.difficulty, cell.count)),
        }
    }
    cells
}

const fn bit(venue: Option<Venue>) -> u8 {
    match venue {
        None => 0,
        Some(Venue::Centre) => 1,
        Some(Venue::Clinic) => 2,
        Some(Venue::Event) => 4,
    }
}

/// The enemies of each candidate: those of its set, and those that either names.
fn foes(pool: &[Candidate]) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<Uuid, usize> = BTreeMap::new();
    let mut sets: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (candidate, at) in pool.iter().zip(0..) {
        places.insert(candidate.item, at);
        if let Some(set) = candidate.enemies.as_deref() {
            sets.entry(set).or_default().push(at);
        }
    }
    let mut foes: Vec<Vec<usize>> = pool
        .iter()
        .map(|candidate| {
            let named = candidate.foes.iter().filter_map(|foe| places.get(foe));
            let of_set = candidate.enemies.as_deref().and_then(|set| sets.get(set)).into_iter().flatten();
            named.chain(of_set).copied().collect()
        })
        .collect();
    // A pool might hold one side of a pair only.
    let named: Vec<(usize, usize)> =
        foes.iter().zip(0..).flat_map(|(of, at)| of.iter().map(move |foe| (*foe, at))).collect();
    for (foe, at) in named {
        if let Some(of) = foes.get_mut(foe) {
            of.push(at);
        }
    }
    for (of, at) in foes.iter_mut().zip(0..) {
        of.retain(|foe| *foe != at);
        of.sort_unstable();
        of.dedup();
    }
    foes
}
