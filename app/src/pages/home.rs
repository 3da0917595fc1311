//! The way in, and how the site looks and speaks.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use domain::refusal::Refusal;

use crate::cx::{Cx, Reply, Typed, see};
use crate::refused::No;

/// Leads to one's own work.
pub async fn get(cx: Cx) -> Reply {
    Ok(see(if cx.who.is_some() { "/learn" } else { "/login" }))
}

const YEAR: u32 = 31_536_000;

/// Chooses a language, and comes back.
pub async fn language(cx: Cx, Typed(form): Typed) -> Reply {
    let code = if form.value("language") == "en" { "en" } else { "ru" };
    Ok(with_cookie(see(local(form.value("back"))), &cx.cookie("language", code, YEAR)))
}

/// Chooses colours, and comes back.
pub async fn theme(cx: Cx, Typed(form): Typed) -> Reply {
    let cookie = match form.value("theme") {
        "light" => cx.cookie("theme", "light", YEAR),
        "dark" => cx.cookie("theme", "dark", YEAR),
        _ => cx.cookie("theme", "", 0),
    };
    Ok(with_cookie(see(local(form.value("back"))), &cookie))
}

/// A path of this site, or the start page: nobody is led elsewhere.
#[must_use]
pub fn local(path: &str) -> &str {
    let is_local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control);
    if is_local { path } else { "/" }
}

/// A response that sets a cookie.
#[must_use]
pub fn with_cookie(response: Response, cookie: &str) -> Response {
    let mut response = response.into_response();
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// An address that leads nowhere.
pub async fn nothing_here(_: Cx) -> Reply {
    std::future::ready(Err(No(Refusal::NotFound))).await
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_led_to_another_site() {
        for (asked, led) in [
            ("/exam/1?q=3", "/exam/1?q=3"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\nset", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(asked), led);
        }
    }
}
