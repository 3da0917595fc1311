//! Markdown of lessons and rules as safe HTML. The only place, beside the pictures, that writes HTML as is.

use std::sync::LazyLock;

use leptos::prelude::*;
use service::kept::Kept;
use sha2::{Digest, Sha256};

/// So many texts are kept rendered: all lessons and rules, and room for their next versions.
const MOST: usize = 500;

/// What texts come to, by their hash: rendering and cleaning one takes longer than all the rest of its page.
static RENDERED: LazyLock<Kept<[u8; 32], String>> = LazyLock::new(|| Kept::new(MOST));

/// Renders Markdown; whatever HTML it holds is cleaned.
#[must_use]
pub fn markdown(text: &str) -> AnyView {
    let hash = Sha256::digest(text.as_bytes()).into();
    let html = RENDERED.get(&hash).unwrap_or_else(|| {
        let html = rendered(text);
        RENDERED.put(hash, html.clone());
        html
    });
    view! { <article class="prose" lang="ru" inner_html=html></article> }.into_any()
}

fn rendered(text: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    let html = ammonia::clean(&comrak::markdown_to_html(text, &options));
    // A blockquote is a case of the floor: it is set apart as one.
    html.replace("<blockquote>", "<blockquote class=\"case\">")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_do_not_survive() {
        let html = Owner::new().with(|| {
            markdown("# Урок\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) **да**").to_html()
        });
        assert!(!html.contains("<script") && !html.contains("javascript:"), "{html}");
        assert!(html.contains("<strong>да</strong>"));
    }
}
