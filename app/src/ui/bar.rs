//! Progress and scores as bars.

use leptos::prelude::*;

/// How full a bar is and where its mark stands, in percent.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Filled up to here.
    pub value: u32,
    /// The mark; none without one.
    pub at: Option<u32>,
    /// Whether the mark is met.
    pub is_met: bool,
}

/// A bar; the words beside it say the same.
#[must_use]
pub fn bar(mark: Mark) -> AnyView {
    let line = mark.at.map(|at| view! { <path class="bar-mark" d=format!("M{at}-3v14")/> });
    view! {
        <svg class=if mark.is_met { "bar is-done" } else { "bar" } viewBox="0 0 100 8" preserveAspectRatio="none"
            aria-hidden="true">
            <rect class="bar-track" width="100" height="8" rx="1"/>
            <rect class="bar-fill" width=mark.value.to_string() height="8" rx="1"/>
            {line}
        </svg>
    }
    .into_any()
}

/// How much of something is done.
#[must_use]
pub fn progress(done: usize, all: usize, label: String, words: String) -> AnyView {
    view! {
        <progress value=done.to_string() max=all.max(1).to_string() aria-label=label
            class=(done >= all).then_some("is-done")>{words}</progress>
    }
    .into_any()
}
