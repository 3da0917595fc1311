//! An item: what is asked, what is right, and whether an answer is.
//!
//! Options are known by their index in the item version; a candidate sees tokens instead
//! ([`crate::draw::option_token`]).

use serde::{Deserialize, Serialize};

use crate::coded::coded;

coded! {
    /// How an item is answered.
    Kind {
        /// One best answer.
        Single = "single",
        /// Several answers: the exact set.
        Multiple = "multiple",
        /// All options in the exact order.
        Ordering = "ordering",
    }
}

coded! {
    /// Where an item may be used; never both.
    Pool {
        /// Self-checks and practice tests.
        Practice = "practice",
        /// Certification tests.
        Exam = "exam",
    }
}

coded! {
    /// Where an item stands in its life.
    State {
        /// Being written.
        Draft = "draft",
        /// Waiting for a second pair of eyes.
        Review = "review",
        /// Tried out; not scored.
        Pilot = "pilot",
        /// Drawn into forms.
        Live = "live",
        /// No longer drawn.
        Retired = "retired",
    }
}

coded! {
    /// Where the situation takes place.
    Venue {
        /// A public-service centre.
        Centre = "centre",
        /// A medical institution.
        Clinic = "clinic",
        /// A city event.
        Event = "event",
    }
}

coded! {
    /// Who wrote an item.
    Origin {
        /// Shipped with the product, therefore public.
        Shipped = "shipped",
        /// Written by the organisation.
        Own = "own",
    }
}

/// Difficulty runs from 1 (direct application) to 3 (all options are decent, one is best).
pub const DIFFICULTIES: [u8; 3] = [1, 2, 3];

/// What an item version says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// How it is answered.
    pub kind: Kind,
    /// The situation and the question.
    pub stem: String,
    /// The options, in the order written.
    pub options: Vec<String>,
    /// Indexes of right options; for an ordering, all of them in the right order.
    pub key: Vec<u8>,
    /// Why the key is right.
    pub rationale: String,
}

/// What is wrong with an item, by field.
pub type Problem = (&'static str, &'static str);

impl Content {
    /// Everything that keeps this from being an item; empty when it is one.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let count = self.options.len();
        if self.stem.trim().is_empty() {
            found.push(("stem", "missing"));
        }
        if self.rationale.trim().is_empty() {
            found.push(("rationale", "missing"));
        }
        if !(3..=6).contains(&count) {
            found.push(("options", "option_count"));
        }
        if self.options.iter().any(|option| option.trim().is_empty()) {
            found.push(("options", "option_empty"));
        }
        let mut texts: Vec<String> = self.options.iter().map(|option| crate::text::folded(option)).collect();
        texts.sort();
        if texts.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            found.push(("options", "option_twice"));
        }
        if let Some(code) = self.key_problem() {
            found.push(("key", code));
        }
        found
    }

    fn key_problem(&self) -> Option<&'static str> {
        let mut sorted = self.key.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let count = self.options.len();
        if sorted.len() != self.key.len() || sorted.iter().any(|index| usize::from(*index) >= count) {
            return Some("key_unknown");
        }
        match (self.kind, self.key.len()) {
            (_, 0) => Some("key_missing"),
            (Kind::Single, 1) => None,
            (Kind::Single, _) => Some("key_one"),
            (Kind::Multiple, chosen) if chosen >= 2 && chosen < count => None,
            (Kind::Multiple, _) => Some("key_several"),
            (Kind::Ordering, ordered) if ordered == count => None,
            (Kind::Ordering, _) => Some("key_all"),
        }
    }

    /// Whether an answer is right: the one option, the exact set, the exact order.
    #[must_use]
    pub fn is_right(&self, answer: &[u8]) -> bool {
        is_right(self.kind, &self.key, answer)
    }
}

/// Whether an answer is right by a key. All or nothing.
#[must_use]
pub fn is_right(kind: Kind, key: &[u8], answer: &[u8]) -> bool {
    match kind {
        Kind::Ordering => answer == key,
        Kind::Single | Kind::Multiple => {
            let mut given = answer.to_vec();
            let mut right = key.to_vec();
            given.sort_unstable();
            right.sort_unstable();
            !right.is_empty() && given == right
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: Kind, key: &[u8]) -> Content {
        Content {
            kind,
            stem: "Что делать?".into(),
            options: ["одно", "другое", "третье", "иное"].map(String::from).to_vec(),
            key: key.to_vec(),
            rationale: "Потому что.".into(),
        }
    }

    #[test]
    fn scoring_is_all_or_nothing() {
        for (kind, key, answer, right) in [
            (Kind::Single, vec![2], vec![2], true),
            (Kind::Single, vec![2], vec![1], false),
            (Kind::Single, vec![2], vec![], false),
            (Kind::Multiple, vec![0, 3], vec![3, 0], true),
            (Kind::Multiple, vec![0, 3], vec![0], false),
            (Kind::Multiple, vec![0, 3], vec![0, 3, 1], false),
            (Kind::Ordering, vec![1, 3, 0, 2], vec![1, 3, 0, 2], true),
            (Kind::Ordering, vec![1, 3, 0, 2], vec![3, 1, 0, 2], false),
        ] {
            assert_eq!(item(kind, &key).is_right(&answer), right, "{kind:?} {answer:?}");
        }
    }

    #[test]
    fn a_key_fits_its_kind() {
        for (kind, key, problem) in [
            (Kind::Single, vec![0], None),
            (Kind::Single, vec![0, 1], Some("key_one")),
            (Kind::Single, vec![7], Some("key_unknown")),
            (Kind::Multiple, vec![0], Some("key_several")),
            (Kind::Multiple, vec![0, 1, 2, 3], Some("key_several")),
            (Kind::Ordering, vec![3, 2, 1], Some("key_all")),
            (Kind::Ordering, vec![], Some("key_missing")),
        ] {
            let found = item(kind, &key).problems();
            assert_eq!(found.first().map(|(_, code)| *code), problem, "{kind:?} {key:?}");
        }
    }

    #[test]
    fn an_option_written_twice_is_noticed() {
        let mut twice = item(Kind::Single, &[0]);
        twice.options = vec!["Да".into(), "да ".into(), "нет".into()];
        assert!(twice.problems().contains(&("options", "option_twice")));
    }
}
