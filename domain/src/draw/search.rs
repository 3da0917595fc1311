//! Putting a form together where taking the first of each cell leads enemies together or misses a venue.
//!
//! A search in depth, the same for the same seed. The next item is always one for the cell that has the
//! fewest to spare (among equals the seed decides), and of that cell the first in its order that has no
//! enemy in the form. If no form follows from it, it is left out and the next one is tried. A branch is
//! given up as soon as some cell has fewer items left than it needs, or some venues cannot reach their least
//! numbers any more. After [`STEPS`] steps the search gives up: no start of a test may take long.

use super::choose::{Hand, Mark, Plan, Slots};
use super::{Seed, Stream};

/// How many items may be tried. A form of forty needs some forty steps where there is room.
const STEPS: u32 = 2_000;

/// Fills the hand with a form in which nobody meets an enemy and every venue has its least number; false
/// when none was found.
pub(super) fn search(plan: &Plan, hand: &mut Hand, seed: Seed, least: &[(u8, usize)]) -> bool {
    plan.clear(hand);
    let orders = std::mem::take(&mut hand.orders);
    let mut turns: Vec<(&Slots, &[usize])> =
        plan.cells.iter().zip(orders.iter().map(Vec::as_slice)).collect();
    Stream::new(seed, b"cells").shuffle(&mut turns);
    let found = Search { plan, turns: &turns, least, steps: STEPS }.descend(hand);
    if found {
        let taken = orders.iter().flatten().copied().filter(|at| hand.marks.get(*at) == Some(&Mark::Taken));
        hand.picked.extend(taken);
    }
    hand.orders = orders;
    found
}

struct Search<'a> {
    plan: &'a Plan,
    /// Each cell with its order, in the seed's order.
    turns: &'a [(&'a Slots, &'a [usize])],
    least: &'a [(u8, usize)],
    steps: u32,
}

/// What comes next.
enum Next {
    /// The form is whole.
    Done,
    /// No form can come of it.
    Stuck,
    /// This candidate.
    Try(usize),
}

impl Search<'_> {
    fn descend(&mut self, hand: &mut Hand) -> bool {
        let Some(left) = self.steps.checked_sub(1) else { return false };
        self.steps = left;
        let at = match self.next(hand) {
            Next::Done => return true,
            Next::Stuck => return false,
            Next::Try(at) => at,
        };
        self.plan.take(hand, at);
        if self.descend(hand) {
            return true;
        }
        self.plan.leave(hand, at);
        // To leave out what has no enemies and no venue to make room for helps nobody.
        let may_help = !self.least.is_empty() || !self.plan.foes_of(at).is_empty();
        let found = may_help && self.descend(hand);
        if !found {
            hand.mark(at, Mark::Open);
        }
        found
    }

    fn next(&self, hand: &Hand) -> Next {
        let mut tightest: Option<(usize, usize)> = None;
        for (cell, order) in self.turns {
            let wanted = missing(cell, order, hand);
            let mut open = order.iter().copied().filter(|at| hand.is_open(*at));
            let first = open.next();
            let count = open.count() + usize::from(first.is_some());
            let Some(spare) = count.checked_sub(wanted) else { return Next::Stuck };
            if let Some(first) = first.filter(|_| wanted > 0)
                && tightest.is_none_or(|(least, _)| spare < least)
            {
                tightest = Some((spare, first));
            }
        }
        if !self.venues_in_reach(hand) {
            return Next::Stuck;
        }
        tightest.map_or(Next::Done, |(_, first)| Next::Try(first))
    }

    /// Whether the least numbers can still be met: what any set of venues still owes must not be more than
    /// the cells can still give of them. (Hall's condition, with enemies left out of account.)
    fn venues_in_reach(&self, hand: &Hand) -> bool {
        let all = self.least.iter().fold(0, |all, (venue, _)| all | venue);
        (1..=all).filter(|set| set & !all == 0).all(|set| {
            let within = self.least.iter().filter(|(venue, _)| venue & set != 0);
            let owed: usize =
                within.map(|(venue, count)| count.saturating_sub(self.plan.taken_of(hand, *venue))).sum();
            let given = self.turns.iter().map(|(cell, order)| {
                let open = order.iter().filter(|at| self.is_in(set, **at) && hand.is_open(**at));
                open.count().min(missing(cell, order, hand))
            });
            owed <= given.sum::<usize>()
        })
    }

    fn is_in(&self, set: u8, at: usize) -> bool {
        self.plan.venues.get(at).is_some_and(|venue| venue & set != 0)
    }
}

fn missing(cell: &Slots, order: &[usize], hand: &Hand) -> usize {
    let taken = order.iter().filter(|at| hand.mark_of(**at) == Mark::Taken).count();
    cell.wanted.saturating_sub(taken)
}
