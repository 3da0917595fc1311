//! The ways between the pages of an area; only those that the actor may open.

use domain::access::Act;
use leptos::prelude::*;

use crate::cx::Cx;

/// The tabs of an area: what a page is for, its address, its word.
pub(super) fn tabs<const N: usize>(
    cx: &Cx,
    label: String,
    here: &'static str,
    entries: [(Act, &'static str, String); N],
) -> AnyView {
    let entries: Vec<_> = entries
        .into_iter()
        .filter(|(act, ..)| cx.who.as_ref().is_some_and(|actor| actor.may(*act)))
        .map(|(_, address, word)| {
            let current = (address == here).then_some("page");
            view! { <li><a href=address aria-current=current>{word}</a></li> }
        })
        .collect();
    view! { <nav class="tabs" aria-label=label><ul>{entries}</ul></nav> }.into_any()
}
