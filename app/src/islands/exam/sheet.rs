//! What the exam island is given. No key, no rationale, no difficulty.

use serde::{Deserialize, Serialize};

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// One option.
    Single,
    /// Several options.
    Multiple,
    /// All options in order.
    Ordering,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// How it is answered.
    pub kind: Kind,
    /// The situation and the question.
    pub stem: String,
    /// Token and text of each option.
    pub options: Vec<(String, String)>,
    /// Tokens of the answer that is kept.
    pub answer: Vec<String>,
    /// When it was kept, as people read it.
    pub saved: Option<String>,
    /// Marked to look at again.
    pub marked: bool,
}

impl Question {
    /// Whether an answer is whole.
    #[must_use]
    pub fn is_whole(&self, answer: &[String]) -> bool {
        match self.kind {
            Kind::Single | Kind::Multiple => !answer.is_empty(),
            Kind::Ordering => answer.len() == self.options.len(),
        }
    }
}

/// The whole paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The attempt's id.
    pub attempt: String,
    /// The question that is shown first, from 0.
    pub at: usize,
    /// Until the deadline.
    pub time_left_ms: i64,
    /// Whether the clock stands still.
    pub is_paused: bool,
    /// The questions.
    pub questions: Vec<Question>,
    /// Pictures by name: an island carries none of its own.
    pub icons: Icons,
    /// Words for people.
    pub words: Words,
}

/// Pictures as SVG text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Icons {
    pub right: String,
    pub left: String,
    pub up: String,
    pub down: String,
    pub flag: String,
    pub clock: String,
    pub check: String,
    pub offline: String,
    pub grid: String,
    pub close: String,
    pub warning: String,
}

/// Words and patterns; `{n}` and `{total}` stand for numbers, `{t}` for a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// ru or en: which plural forms there are.
    pub lang: String,
    pub count: String,
    /// One, few, many minutes left.
    pub minutes_left: [String; 3],
    pub clock_left: String,
    pub time_up: String,
    pub saved: String,
    pub not_answered: String,
    pub waiting: String,
    /// One, few, many answers wait; the link is gone.
    pub offline: [String; 3],
    pub offline_idle: String,
    pub offline_text: String,
    pub keep_copy: String,
    pub paused_title: String,
    pub paused_text: String,
    pub not_taken: String,
    pub single: String,
    pub multiple: String,
    pub ordering: String,
    pub place: String,
    pub no_place: String,
    pub up: String,
    pub down: String,
    pub next: String,
    pub back: String,
    pub mark: String,
    pub unmark: String,
    pub palette: String,
    pub without: String,
    pub close: String,
    pub finish: String,
    pub key_done: String,
    pub key_none: String,
    pub key_marked: String,
    pub key_here: String,
    pub question: String,
    pub answered: String,
    pub unanswered: String,
    pub marked: String,
    pub progress: String,
    pub lease_title: String,
    pub lease_text: String,
    pub lease_go: String,
    pub signed_out: String,
    pub signed_out_go: String,
    pub last_minutes: String,
    pub last_minute: String,
    pub unsent: String,
}
