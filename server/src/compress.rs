//! Pages go out compressed. Each is whole before it goes, so that it is compressed in one go, with a compressor that
//! is used again: making one takes longer than most pages do.

use std::cell::RefCell;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, VARY,
};
use axum::middleware::Next;
use axum::response::Response;
use flate2::{Compress, Compression, FlushCompress, Status};

/// Shorter ones are not worth it: the reply to a saved answer, say.
const SHORTEST: u64 = 600;
/// Longer ones are left as they are rather than hold up a thread.
const LONGEST: u64 = 4 * 1024 * 1024;
/// As far back as the format can look, 32 KiB.
const WINDOW: u8 = 15;

thread_local! {
    /// The fastest level: pages are many and short, and a little larger does less harm than later.
    static PRESS: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::fast(), WINDOW));
}

/// Compresses a text for whoever takes gzip. What comes in pieces (events) or is compressed already is left alone.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let takes_gzip = takes_gzip(request.headers());
    let mut response = next.run(request).await;
    if !is_text(response.headers()) {
        return response;
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    let size = response.body().size_hint().exact();
    if !takes_gzip || !size.is_some_and(|size| (SHORTEST..=LONGEST).contains(&size)) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(whole) = axum::body::to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let body = match gzip(&whole) {
        Some(packed) => {
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.remove(CONTENT_LENGTH);
            Bytes::from(packed)
        }
        None => whole,
    };
    Response::from_parts(parts, Body::from(body))
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            name.trim().eq_ignore_ascii_case("gzip")
                && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_text = kind.starts_with("text/") && !kind.starts_with("text/event-stream");
    (is_text || kind.starts_with("application/json") || kind.starts_with("image/svg+xml"))
        && !headers.contains_key(CONTENT_ENCODING)
}

/// None when it would not get smaller.
fn gzip(whole: &[u8]) -> Option<Vec<u8>> {
    PRESS.with_borrow_mut(|press| {
        press.reset();
        let mut packed = Vec::with_capacity(whole.len());
        let done = press.compress_vec(whole, &mut packed, FlushCompress::Finish).ok()?;
        (done == Status::StreamEnd).then_some(packed)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn unpacked(packed: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        flate2::read::GzDecoder::new(packed).read_to_end(&mut whole).unwrap();
        whole
    }

    #[test]
    fn one_page_after_another_comes_out_as_it_went_in() {
        for size in [0_usize, 1, 700, 40_000, 300_000] {
            let page: Vec<u8> = "<p>Искренний сервис</p>\n".bytes().cycle().take(size).collect();
            match gzip(&page) {
                Some(packed) => assert!(unpacked(&packed) == page && packed.len() < page.len()),
                None => assert!(size < 2, "{size} bytes of text get smaller"),
            }
        }
        let noise: Vec<u8> =
            (0..5_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
        assert!(gzip(&noise).is_none_or(|packed| unpacked(&packed) == noise));
        let page = "Сервис. ".repeat(500);
        assert_eq!(
            unpacked(&gzip(page.as_bytes()).unwrap()),
            page.as_bytes(),
            "also after one that did not fit"
        );
    }

    #[test]
    fn who_does_not_take_gzip_gets_it_plain() {
        let takes = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            takes_gzip(&headers)
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5") && takes("deflate,gzip"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("identity") && !takes("x-gzip-like"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
