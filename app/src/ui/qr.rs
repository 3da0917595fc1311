//! A QR code as SVG.

use std::fmt::Write;

use leptos::prelude::*;

/// The QR code of an address; nothing when it is too long for one.
#[must_use]
pub fn qr(address: &str, label: String) -> Option<AnyView> {
    let code = fast_qr::QRBuilder::new(address).ecl(fast_qr::ECL::M).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        for (x, module) in code[y].iter().enumerate() {
            if module.value() {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
    }
    let size = code.size;
    Some(
        view! {
            <svg class="qr" role="img" aria-label=label viewBox=format!("-2 -2 {0} {0}", size + 4)
                shape-rendering="crispEdges">
                <path fill="currentColor" d=path/>
            </svg>
        }
        .into_any(),
    )
}
