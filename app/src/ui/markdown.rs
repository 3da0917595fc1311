//! Markdown of lessons and rules as safe HTML. The only place, beside the pictures, that writes HTML as is.

use leptos::prelude::*;

/// Renders Markdown; whatever HTML it holds is cleaned.
#[must_use]
pub fn markdown(text: &str) -> AnyView {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    let html = ammonia::clean(&comrak::markdown_to_html(text, &options));
    // A blockquote is a case of the floor: it is set apart as one.
    let html = html.replace("<blockquote>", "<blockquote class=\"case\">");
    view! { <article class="prose" lang="ru" inner_html=html></article> }.into_any()
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
