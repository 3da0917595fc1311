//! Drawing a form from a blueprint. Pure: the same seed, pool and history give the same form, years later.
//!
//! Chance comes from SHA-256 of the seed and a counter, so that a draw can be replayed in any language
//! without a library of a certain version.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::item::Kind;
use crate::test::Blueprint;
use crate::time::Moment;

/// 32 random bytes, kept with the attempt.
pub type Seed = [u8; 32];

/// A stream of numbers from a seed: SHA-256(seed ‖ label ‖ counter), eight bytes at a time.
struct Stream {
    seed: Seed,
    label: &'static [u8],
    counter: u64,
}

impl Stream {
    const fn new(seed: Seed, label: &'static [u8]) -> Self {
        Self { seed, label, counter: 0 }
    }

    fn next(&mut self) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.label);
        hash.update(self.counter.to_be_bytes());
        self.counter += 1;
        let bytes: [u8; 32] = hash.finalize().into();
        bytes.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    /// A number below a bound, every one equally likely (numbers past the last full round are thrown away).
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.next();
            if number < fair {
                return usize::try_from(number % bound).unwrap_or(0);
            }
        }
    }

    /// Fisher and Yates's shuffle, from the end.
    fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = self.below(last + 1);
            things.swap(last, other);
        }
    }
}

/// An item that may be drawn, in the version that is current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The item.
    pub item: Uuid,
    /// Its current version.
    pub version: Uuid,
    /// The rule that it tests.
    pub rule: String,
    /// 1 to 3.
    pub difficulty: u8,
    /// Items of one set never meet in one form.
    pub enemies: Option<String>,
    /// How it is answered.
    pub kind: Kind,
    /// The key: an ordering is never shown in its right order.
    #[serde(skip)]
    pub key: Vec<u8>,
    /// How many options it has.
    pub options: u8,
}

/// An item of a form as it will be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The item.
    pub item: Uuid,
    /// The version.
    pub version: Uuid,
    /// The rule that it tests.
    pub rule: String,
    /// How it is answered.
    pub kind: Kind,
    /// Option indexes in the order shown.
    pub order: Vec<u8>,
}

/// A cell of the blueprint that the bank cannot fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooShallow {
    /// The rule.
    pub rule: String,
    /// The difficulty.
    pub difficulty: u8,
    /// How many items are asked for.
    pub wanted: u32,
    /// How many there are.
    pub found: u32,
}

/// Draws a form.
///
/// Within a cell, items the person has not seen come first, then those seen longest ago; among equals
/// the seed decides. An enemy of an item already drawn is taken only when nothing else is left.
///
/// # Errors
/// The first cell that the pool cannot fill.
pub fn draw(
    blueprint: &Blueprint,
    pool: &[Candidate],
    met_before: &BTreeMap<Uuid, Moment>,
    seed: Seed,
) -> Result<Vec<Drawn>, TooShallow> {
    let mut stream = Stream::new(seed, b"items");
    let mut form: Vec<&Candidate> = Vec::new();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for cell in &blueprint.cells {
        let mut fitting: Vec<&Candidate> = pool
            .iter()
            .filter(|candidate| candidate.rule == cell.rule && candidate.difficulty == cell.difficulty)
            .collect();
        fitting.sort_by_key(|candidate| candidate.item);
        stream.shuffle(&mut fitting);
        fitting.sort_by_key(|candidate| met_before.get(&candidate.item).copied());
        let wanted = usize::try_from(cell.count).unwrap_or(usize::MAX);
        if fitting.len() < wanted {
            return Err(TooShallow {
                rule: cell.rule.clone(),
                difficulty: cell.difficulty,
                wanted: cell.count,
                found: u32::try_from(fitting.len()).unwrap_or(u32::MAX),
            });
        }
        take(&mut form, &mut met, fitting, wanted);
    }
    Stream::new(seed, b"order").shuffle(&mut form);
    let mut options = Stream::new(seed, b"options");
    Ok(form.into_iter().map(|candidate| show(candidate, &mut options)).collect())
}

fn take<'a>(
    form: &mut Vec<&'a Candidate>,
    met: &mut BTreeSet<&'a str>,
    fitting: Vec<&'a Candidate>,
    wanted: usize,
) {
    let mut enemies = Vec::new();
    let mut taken = 0;
    for candidate in fitting {
        if taken == wanted {
            return;
        }
        match candidate.enemies.as_deref() {
            Some(set) if met.contains(set) => {
                enemies.push(candidate);
                continue;
            }
            Some(set) => {
                met.insert(set);
            }
            None => {}
        }
        form.push(candidate);
        taken += 1;
    }
    form.extend(enemies.into_iter().take(wanted - taken));
}

fn show(candidate: &Candidate, stream: &mut Stream) -> Drawn {
    let mut order: Vec<u8> = (0..candidate.options).collect();
    stream.shuffle(&mut order);
    if candidate.kind == Kind::Ordering && order == candidate.key {
        order.rotate_left(1);
    }
    Drawn {
        item: candidate.item,
        version: candidate.version,
        rule: candidate.rule.clone(),
        kind: candidate.kind,
        order,
    }
}

/// What an option is called in one attempt: ten hexadecimal digits that say nothing about the bank,
/// so that an answer meant for another attempt or question is recognised as foreign.
#[must_use]
pub fn option_token(seed: &Seed, position: u32, option: u8) -> String {
    let mut hash = Sha256::new();
    hash.update(seed);
    hash.update(b"option");
    hash.update(position.to_be_bytes());
    hash.update([option]);
    let bytes: [u8; 32] = hash.finalize().into();
    hex(bytes.get(..5).unwrap_or_default())
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| DIGITS.get(usize::from(digit)).map(|d| char::from(*d)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test::Cell;

    fn candidate(n: u128, rule: &str, difficulty: u8, enemies: Option<&str>) -> Candidate {
        Candidate {
            item: Uuid::from_u128(n),
            version: Uuid::from_u128(n + 1000),
            rule: rule.into(),
            difficulty,
            enemies: enemies.map(String::from),
            kind: Kind::Single,
            key: vec![0],
            options: 4,
        }
    }

    fn pool() -> Vec<Candidate> {
        (0..60)
            .map(|n| {
                let rule = if n % 2 == 0 { "r1" } else { "r2" };
                candidate(n, rule, u8::try_from(n % 3 + 1).unwrap(), (n < 8).then_some("third-visit"))
            })
            .collect()
    }

    fn blueprint() -> Blueprint {
        let cell = |rule: &str, difficulty, count| Cell { rule: rule.into(), difficulty, count };
        Blueprint { cells: vec![cell("r1", 1, 3), cell("r1", 2, 2), cell("r2", 3, 4)] }
    }

    #[test]
    fn the_form_of_a_known_seed_never_changes() {
        let form = draw(&blueprint(), &pool(), &BTreeMap::new(), [7; 32]).unwrap();
        let numbers: Vec<u128> = form.iter().map(|drawn| drawn.item.as_u128()).collect();
        assert_eq!(numbers, KNOWN_FORM, "a stored attempt could no longer be replayed");
    }
    const KNOWN_FORM: [u128; 9] = [52, 41, 42, 59, 35, 6, 23, 22, 24];

    #[test]
    fn a_shallow_bank_names_the_cell() {
        let asked = Blueprint { cells: vec![Cell { rule: "r1".into(), difficulty: 1, count: 99 }] };
        let shallow = draw(&asked, &pool(), &BTreeMap::new(), [0; 32]).unwrap_err();
        assert_eq!((shallow.wanted, shallow.found), (99, 10));
    }

    #[test]
    fn an_ordering_is_never_shown_in_its_right_order() {
        let mut ordering = candidate(1, "r1", 1, None);
        ordering.kind = Kind::Ordering;
        ordering.options = 3;
        for seed in 0..=255 {
            for key in [vec![0, 1, 2], vec![2, 0, 1]] {
                ordering.key.clone_from(&key);
                assert_ne!(show(&ordering, &mut Stream::new([seed; 32], b"options")).order, key);
            }
        }
    }

    proptest! {
        #[test]
        fn a_form_has_what_the_blueprint_asks_for(seed: [u8; 32]) {
            let form = draw(&blueprint(), &pool(), &BTreeMap::new(), seed).unwrap();
            let pool = pool();
            let of = |drawn: &Drawn| pool.iter().find(|c| c.item == drawn.item).unwrap();
            for cell in blueprint().cells {
                let count = form.iter().filter(|d| of(d).rule == cell.rule && of(d).difficulty == cell.difficulty).count();
                prop_assert_eq!(count, usize::try_from(cell.count).unwrap());
            }
            let items: BTreeSet<_> = form.iter().map(|d| d.item).collect();
            prop_assert_eq!(items.len(), form.len(), "no item twice");
            prop_assert!(form.iter().filter(|d| of(d).enemies.is_some()).count() <= 1, "enemies never meet");
            prop_assert_eq!(&form, &draw(&blueprint(), &pool, &BTreeMap::new(), seed).unwrap(), "replayable");
            for drawn in &form {
                let mut order = drawn.order.clone();
                order.sort_unstable();
                prop_assert_eq!(order, vec![0, 1, 2, 3]);
            }
        }

        #[test]
        fn unseen_items_come_first_and_nothing_blocks(seed: [u8; 32]) {
            let now: Moment = "2026-11-22T10:00:00Z".parse().unwrap();
            let all: BTreeMap<Uuid, Moment> = pool().iter().map(|c| (c.item, now)).collect();
            prop_assert!(draw(&blueprint(), &pool(), &all, seed).is_ok());
            let first = draw(&blueprint(), &pool(), &BTreeMap::new(), seed).unwrap();
            let seen: BTreeMap<Uuid, Moment> = first.iter().map(|d| (d.item, now)).collect();
            let second = draw(&blueprint(), &pool(), &seen, seed).unwrap();
            prop_assert!(second.iter().all(|d| !seen.contains_key(&d.item)));
        }

        #[test]
        fn a_token_belongs_to_one_option_of_one_question(seed: [u8; 32]) {
            let tokens: BTreeSet<String> =
                (1..=40).flat_map(|p| (0..6).map(move |o| (p, o))).map(|(p, o)| option_token(&seed, p, o)).collect();
            prop_assert_eq!(tokens.len(), 240);
        }
    }
}
