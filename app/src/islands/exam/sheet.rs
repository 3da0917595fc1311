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
    /// The questions; none on the page of the result.
    pub questions: Vec<Question>,
    /// Pictures by name: an island carries none of its own.
    pub icons: Icons,
    /// Words for people.
    pub words: Words,
}

/// Texts that travel as a plain list: their names would double the page, and half the code of the browser would
/// be there to read them.
macro_rules! texts {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $field:ident,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "Vec<String>", into = "Vec<String>")]
        pub struct $name {
            $($(#[$what])* pub $field: String,)*
        }

        impl From<Vec<String>> for $name {
            fn from(texts: Vec<String>) -> Self {
                let mut texts = texts.into_iter();
                Self { $($field: next(&mut texts),)* }
            }
        }

        impl From<$name> for Vec<String> {
            fn from(texts: $name) -> Self {
                vec![$(texts.$field,)*]
            }
        }
    };
}

/// Not inlined: it is called for each text, and the browser loads what it becomes.
#[inline(never)]
fn next(texts: &mut std::vec::IntoIter<String>) -> String {
    texts.next().unwrap_or_default()
}

texts! {
    /// Pictures as SVG text.
    Icons {
        right,
        left,
        up,
        down,
        flag,
        clock,
        check,
        offline,
        grid,
        close,
        warning,
    }
}

texts! {
    /// Words and patterns; `{n}` and `{total}` stand for numbers, `{t}` for a time. Where a number is counted,
    /// the forms for one, few and many stand one after another with `|` between them.
    Words {
        /// ru or en: which plural forms there are.
        lang,
        count,
        /// One, few, many minutes left.
        minutes_left,
        clock_left,
        time_up,
        saved,
        not_answered,
        waiting,
        /// One, few, many answers wait; the link is gone.
        offline,
        offline_idle,
        offline_text,
        keep_copy,
        paused_title,
        paused_text,
        not_taken,
        single,
        multiple,
        ordering,
        place,
        no_place,
        up,
        down,
        next,
        back,
        mark,
        unmark,
        palette,
        without,
        close,
        finish,
        key_done,
        key_none,
        key_marked,
        key_here,
        question,
        answered,
        unanswered,
        marked,
        progress,
        lease_title,
        lease_text,
        lease_go,
        signed_out,
        signed_out_go,
        last_minutes,
        last_minute,
        /// Why handing in has to wait; on the page of the result: that all has been sent.
        unsent,
        refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_travel_in_their_order() {
        let icons = Icons { right: "a".into(), warning: "z".into(), ..Icons::default() };
        let list: Vec<String> = icons.clone().into();
        assert_eq!(list.first().map(String::as_str), Some("a"));
        assert_eq!(Icons::from(list), icons);
    }
}
