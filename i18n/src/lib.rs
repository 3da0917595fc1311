//! Words for people: Russian first, English second. No text stands in code.
//!
//! Keys live in `locales/{ru,en}/<namespace>.json`. Use `t!(locale, namespace.key, argument = value)`.

#![allow(
    clippy::all,
    clippy::pedantic,
    reason = "generated code; this crate takes no part in the workspace's lints"
)]

include!(concat!(env!("OUT_DIR"), "/i18n.rs"));

pub use crate::i18n::*;
#[doc(hidden)]
pub use leptos_i18n;

/// A text in a locale: `t!(locale, common.save)`, `t!(locale, exam.question_of, number = 3, total = 40)`.
#[macro_export]
macro_rules! t {
    ($($args:tt)*) => {{
        use $crate::{i18n, leptos_i18n};
        let text: String = $crate::leptos_i18n::td_string!($($args)*).to_string();
        text
    }};
}
