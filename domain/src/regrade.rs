//! Regrading: the key of an item version is mended, or the item is taken out, and what was sat is scored anew.
//!
//! **A voided item is taken out of points and maximum, of its rule's too; the marks are then checked on the rest by
//! the same integer rule.** An item that is void says nothing about anybody, so nobody's score may rest on it. The
//! other way would be to give the point to everybody. That never lowers a score, but it credits knowledge nobody has
//! shown, and most of it goes to those who knew least: with one right answer of three in a rule, the gift alone would
//! lift somebody over a mark of 60 %. What speaks against our way is that whoever answered as the old key said loses
//! a point that they had, and may fall below a mark by it. Therefore a pass is never taken by a regrade itself: who
//! is certified stays so until a person decides ([`follows`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::grading::{Score, Slot};
use crate::id::{ItemVersionId, PersonId, RegradeId};
use crate::item::{Content, Kind, Problem, is_right};
use crate::text::{TextProblem, block};

/// What is mended about an item version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// This is right: option indexes; for an ordering, all of them in the right order.
    Key(Vec<u8>),
    /// The item counts for nobody.
    Void,
}

/// A change that a second person has approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// By which regrade.
    pub regrade: RegradeId,
    /// What it changes.
    pub change: Change,
}

/// Of each item version that was mended, the change that is in force: the one that was approved last.
pub type Changes = BTreeMap<ItemVersionId, Approved>;

coded! {
    /// Where a regrade stands.
    State {
        /// New scores are worked out and seen by nobody but those who decide.
        Prepared = "prepared",
        /// The new scores are the current ones.
        Approved = "approved",
        /// A second person said no.
        Rejected = "rejected",
        /// What it was worked out from has moved on.
        Stale = "stale",
    }
}

coded! {
    /// What a regrade does to an attempt.
    Effect {
        /// The score is what it was.
        Unchanged = "unchanged",
        /// Other points, the same verdict.
        Moved = "moved",
        /// It crosses the mark upwards.
        NowPasses = "now_passes",
        /// It crosses the mark downwards.
        NowFails = "now_fails",
    }
}

coded! {
    /// Where a doubt about a certificate stands.
    DoubtState {
        /// Nobody has decided.
        Open = "open",
        /// A person has decided that the certificate stays.
        Kept = "kept",
        /// A person has revoked it.
        Revoked = "revoked",
        /// A later regrade gave the pass back.
        Settled = "settled",
    }
}

/// A slot as a change leaves it; none when its item is void.
#[must_use]
pub fn changed(mut slot: Slot, change: Option<&Change>) -> Option<Slot> {
    match change {
        None => Some(slot),
        Some(Change::Key(key)) => {
            slot.key.clone_from(key);
            Some(slot)
        }
        Some(Change::Void) => None,
    }
}

/// What keeps a change from being one: a key that does not fit the item, or nothing that would be new.
#[must_use]
pub fn problem(content: &Content, in_force: Option<&Change>, change: &Change) -> Option<Problem> {
    match change {
        Change::Void => (in_force == Some(&Change::Void)).then_some(("change", "regrade_same")),
        Change::Key(key) => {
            let mended = Content { key: key.clone(), ..content.clone() };
            let unfit = mended.problems().into_iter().find(|(field, _)| *field == "key");
            unfit.or_else(|| is_known(content, in_force, key).then_some(("key", "regrade_same")))
        }
    }
}

fn is_known(content: &Content, in_force: Option<&Change>, key: &[u8]) -> bool {
    match in_force {
        None => is_right(content.kind, &content.key, key),
        Some(Change::Key(known)) => is_right(content.kind, known, key),
        Some(Change::Void) => false,
    }
}

/// The least and the most characters of a reason: one word explains nothing.
const REASON: (usize, usize) = (10, 500);

/// Reads a reason, as somebody types it who mends, rejects, keeps or revokes.
///
/// # Errors
/// The problem with it.
pub fn reason(text: &str) -> Result<String, TextProblem> {
    let (least, most) = REASON;
    let text = block(text, most)?;
    if text.chars().count() < least { Err(TextProblem::TooShort) } else { Ok(text) }
}

/// The key that a version is graded by; none when it is void.
#[must_use]
pub fn key_in_force<'a>(content: &'a Content, in_force: Option<&'a Change>) -> Option<&'a [u8]> {
    match in_force {
        None => Some(&content.key),
        Some(Change::Key(key)) => Some(key),
        Some(Change::Void) => None,
    }
}

/// A key in the order in which it is written: that of an ordering says which step comes when.
#[must_use]
pub fn written(kind: Kind, mut key: Vec<u8>) -> Vec<u8> {
    match kind {
        Kind::Ordering => key,
        Kind::Single | Kind::Multiple => {
            key.sort_unstable();
            key.dedup();
            key
        }
    }
}

/// What becomes of an attempt's score.
#[must_use]
pub fn effect(old: &Score, new: &Score) -> Effect {
    let is_same = old.points == new.points && old.max == new.max && old.per_rule == new.per_rule;
    match (old.passed, new.passed) {
        (false, true) => Effect::NowPasses,
        (true, false) => Effect::NowFails,
        (true, true) | (false, false) if is_same => Effect::Unchanged,
        (true, true) | (false, false) => Effect::Moved,
    }
}

/// Whether somebody may approve or reject a regrade: nobody does it alone, and nobody mends by themselves what they
/// wrote.
///
/// # Errors
/// The code of what is in the way.
pub fn may_decide(by: PersonId, prepared_by: PersonId, author: Option<PersonId>) -> Result<(), &'static str> {
    if by == prepared_by {
        Err("own_regrade")
    } else if author == Some(by) {
        Err("own_item")
    } else {
        Ok(())
    }
}

/// Where a candidacy stands when an attempt of it is regraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Open; the requirements are not met.
    Open,
    /// Open, and ready for a decision.
    Ready,
    /// Certified: it was decided, and a period opened.
    Certified {
        /// Whether the period is neither over nor revoked.
        is_in_force: bool,
    },
    /// Ended without a certificate.
    Closed,
}

/// What follows from a regrade for a candidacy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// Nothing.
    Nothing,
    /// It becomes ready for a decision, as after an exam.
    BecomesReady,
    /// It was only ready, and goes back to where its attempts say.
    GoesBack,
    /// The certificate stays valid, and a person decides about it.
    InDoubt,
    /// What rests on it is beyond doubt: an open doubt, if any, is settled.
    Confirmed,
}

/// What follows for a candidacy, by whether any attempt of it passes after the regrade.
#[must_use]
pub const fn follows(stands: Stands, passes: bool) -> Follows {
    match (stands, passes) {
        (Stands::Open, true) => Follows::BecomesReady,
        (Stands::Ready, false) => Follows::GoesBack,
        (Stands::Certified { is_in_force: true }, false) => Follows::InDoubt,
        (Stands::Certified { .. }, true) => Follows::Confirmed,
        (Stands::Open | Stands::Certified { is_in_force: false }, false)
        | (Stands::Ready, true)
        | (Stands::Closed, _) => Follows::Nothing,
    }
}

#[cfg(test)]
mod tests;
