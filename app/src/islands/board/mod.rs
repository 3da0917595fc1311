//! The live board of an exam session. The page has it all; this writes what changes into it.

#[cfg(feature = "hydrate")]
mod listen;

use leptos::prelude::*;

/// Listens to the stream at an address, and says when it is lost.
#[island]
pub fn Live(address: String, lost: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    listen::listen(&address);
    #[cfg(not(feature = "hydrate"))]
    drop(address);
    view! { <p id="board-lost" class="notice is-soon" role="status" hidden>{lost}</p> }
}
