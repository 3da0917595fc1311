//! Our own pictures, drawn inline so that a page needs no further request.

use std::collections::HashMap;
use std::sync::LazyLock;

use leptos::prelude::*;

const SPRITE: &str = include_str!("../../../style/icons.svg");
const EMBLEM: &str = include_str!("../../../style/emblem.svg");

static SYMBOLS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    SPRITE
        .split("<symbol ")
        .skip(1)
        .filter_map(|symbol| {
            let id = symbol.split("id=\"").nth(1)?.split('"').next()?;
            let inner = symbol.split_once('>')?.1.split("</symbol>").next()?;
            Some((id, inner.trim()))
        })
        .collect()
});

static EMBLEM_INNER: LazyLock<(&'static str, String)> = LazyLock::new(|| {
    let view_box =
        EMBLEM.split("viewBox=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("0 0 64 64");
    let symbol = EMBLEM.split("<symbol").nth(1).and_then(|rest| rest.split_once('>')).map(|(_, rest)| rest);
    let inner = symbol.and_then(|rest| rest.split("</symbol>").next()).unwrap_or_default();
    // Notes for whoever edits the drawing are not for browsers.
    let plain = inner.lines().filter(|line| !line.trim_start().starts_with("<!--")).map(str::trim).collect();
    (view_box, plain)
});

/// A picture, always beside a word.
#[must_use]
pub fn icon(name: &'static str) -> AnyView {
    let inner = SYMBOLS.get(name).copied().unwrap_or_default();
    view! {
        <svg class="icon" aria-hidden="true" viewBox="0 0 24 24" fill="none" stroke="currentColor"
            stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" inner_html=inner></svg>
    }
    .into_any()
}

/// A picture as text, for an island that draws it itself.
#[must_use]
pub fn icon_text(name: &str) -> String {
    SYMBOLS.get(name).copied().unwrap_or_default().to_owned()
}

/// The emblem of the badge.
#[must_use]
pub fn emblem() -> AnyView {
    emblem_of("emblem")
}

/// The emblem under another class.
#[must_use]
pub fn emblem_of(class: &'static str) -> AnyView {
    let (view_box, inner) = &*EMBLEM_INNER;
    view! { <svg class=class aria-hidden="true" viewBox=*view_box fill="currentColor" inner_html=inner.as_str()></svg> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_of_the_sprite_is_found() {
        for name in ["arrow-left", "arrow-right", "check", "clock", "flag", "warning", "badge", "user", "map"]
        {
            assert!(SYMBOLS.get(name).is_some_and(|inner| inner.contains('<')), "{name}");
        }
        assert!(EMBLEM_INNER.1.contains('<'));
    }
}
