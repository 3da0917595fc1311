//! Drawing a form from a blueprint. Pure: the same seed, pool and history give the same form, years later.
//!
//! Chance comes from SHA-256 of the seed and a counter, so that a draw can be replayed in any language
//! without a library of a certain version.
//!
//! What decides, in this order:
//!
//! 1. The counts of the blueprint. Only a cell without enough items is a reason not to draw.
//! 2. Enemies do not meet, as long as a bounded search finds a form without them (`draw/choose.rs`).
//! 3. The least numbers of venues, in the same way.
//! 4. Within a cell: items that the person has not met in their last attempts (how many, the test says),
//!    then those under the exposure cap, then unseen ones, then those seen longest ago, then chance.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use self::choose::Rank;
pub(crate) use self::choose::{Hand, Kept, Plan};
use self::stream::Stream;
use crate::item::{Kind, Venue};
use crate::test::{Blueprint, Policy};
use crate::time::Moment;

mod choose;
mod search;
mod stream;
#[cfg(test)]
mod tests;

/// 32 random bytes, kept with the attempt.
pub type Seed = [u8; 32];

/// How many of the latest starts of a test say how often an item is used.
pub const RECENT_STARTS: u64 = 100;
/// With fewer starts than these nothing is said of an item yet.
const FEWEST_STARTS: u64 = 20;

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
    /// Where it takes place; none in pools that were kept before venues counted. Those are drawn as they
    /// were then, without a search.
    #[serde(default)]
    pub venue: Option<Venue>,
    /// Items of one set never meet in one form.
    pub enemies: Option<String>,
    /// Single items that it never meets either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foes: Vec<Uuid>,
    /// How often it was in the forms of recent starts, in basis points.
    #[serde(default)]
    pub exposure_bp: u32,
    /// How it is answered.
    pub kind: Kind,
    /// The key: an ordering is never shown in its right order.
    #[serde(skip)]
    pub key: Vec<u8>,
    /// How many options it has.
    pub options: u8,
}

/// When a person last met an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// When the attempt was started.
    pub at: Moment,
    /// How many attempts ago; the latest is 1.
    pub attempts_ago: u32,
}

/// The items that a person has met before.
pub type Seen = BTreeMap<Uuid, Met>;

/// What a person has met before, from the rows of their forms: item, attempt, and when it was started.
#[must_use]
pub fn seen(rows: &[(Uuid, Uuid, Moment)]) -> Seen {
    let mut attempts: Vec<(Moment, Uuid)> = rows.iter().map(|(_, attempt, at)| (*at, *attempt)).collect();
    attempts.sort_unstable();
    attempts.dedup();
    let ago: BTreeMap<Uuid, u32> = attempts.iter().rev().map(|(_, attempt)| *attempt).zip(1..).collect();
    let mut seen = Seen::new();
    for (item, attempt, at) in rows {
        let met = Met { at: *at, attempts_ago: ago.get(attempt).copied().unwrap_or(u32::MAX) };
        seen.entry(*item)
            .and_modify(|latest| {
                if met.attempts_ago < latest.attempts_ago {
                    *latest = met;
                }
            })
            .or_insert(met);
    }
    seen
}

/// How often an item was in the forms of recent starts, in basis points; 0 while there were too few to tell.
#[must_use]
pub fn exposure_bp(used: u64, starts: u64) -> u32 {
    if starts < FEWEST_STARTS {
        return 0;
    }
    u32::try_from(used.saturating_mul(10_000) / starts).unwrap_or(u32::MAX)
}

/// Until when starts count for exposure: the beginning of the day, in UTC. So everybody who starts on one
/// day draws from the same pool, and it is kept once.
#[must_use]
pub fn counted_until(now: Moment) -> Moment {
    now.date_naive().and_time(NaiveTime::MIN).and_utc()
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

/// A venue of which the blueprint asks for more items than its cells can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    /// Where they would take place.
    pub venue: Venue,
    /// How many items are asked for.
    pub wanted: u32,
    /// How many a form could hold at most.
    pub found: u32,
}

/// The venues of which a form could never hold as many items as the blueprint asks for.
#[must_use]
pub fn too_few(blueprint: &Blueprint, pool: &[Candidate]) -> Vec<TooFew> {
    let fits = |candidate: &&Candidate, rule: &str, difficulty: u8, venue: Venue| {
        candidate.rule == rule && candidate.difficulty == difficulty && candidate.venue == Some(venue)
    };
    blueprint
        .venues
        .iter()
        .map(|least| {
            let given = blueprint.cells.iter().map(|cell| {
                let fitting = pool.iter().filter(|c| fits(c, &cell.rule, cell.difficulty, least.venue));
                u32::try_from(fitting.count()).unwrap_or(u32::MAX).min(cell.count)
            });
            TooFew { venue: least.venue, wanted: least.count, found: given.sum() }
        })
        .filter(|few| few.found < few.wanted)
        .collect()
}

/// Draws a form.
///
/// # Errors
/// Every cell that the pool cannot fill.
pub fn draw(
    blueprint: &Blueprint,
    policy: Policy,
    pool: &[Candidate],
    seen: &Seen,
    seed: Seed,
) -> Result<Vec<Drawn>, Vec<TooShallow>> {
    let plan = Plan::of(blueprint, pool)?;
    let ranks: Vec<Rank> = pool.iter().map(|candidate| Rank::of(candidate, policy, seen)).collect();
    let mut hand = Hand::default();
    plan.choose(&ranks, seed, &mut hand);
    let mut form: Vec<&Candidate> = hand.picked.iter().filter_map(|at| pool.get(*at)).collect();
    Stream::new(seed, b"order").shuffle(&mut form);
    let mut options = Stream::new(seed, b"options");
    Ok(form.into_iter().map(|candidate| show(candidate, &mut options)).collect())
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
