//! Every address of the product, with who may open it. The only place that makes routes.

use axum::Router;
use axum::routing::{get, post};
use domain::access::Act;

use crate::cx::Site;
use crate::pages;

/// Who may open an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Anybody.
    ToAll,
    /// Whoever may do this to somebody at all; the use case looks closer.
    To(Act),
}

/// One address. `sample` is a path for tests that visit every page; `{…}` stands for an id.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// As axum writes it.
    pub path: &'static str,
    /// GET, POST or both.
    pub methods: &'static str,
    /// Who may.
    pub open: Open,
}

macro_rules! routes {
    ($($path:literal $methods:literal $open:expr => $router:expr;)*) => {
        /// Every page and form.
        pub const ROUTES: &[Route] = &[$(Route { path: $path, methods: $methods, open: $open },)*];

        /// The router of all pages.
        pub fn router() -> Router<Site> {
            Router::new()$(.route($path, $router))*
        }
    };
}

use Open::{To, ToAll};

routes! {
    "/" "GET" ToAll => get(pages::home::get);
    "/login" "GET POST" ToAll => get(pages::sign_in::get).post(pages::sign_in::post);
    "/login/code" "GET POST" ToAll => get(pages::sign_in_code::get).post(pages::sign_in_code::post);
    "/logout" "POST" ToAll => post(pages::sign_in::out);
    "/language" "POST" ToAll => post(pages::home::language);
    "/theme" "POST" ToAll => post(pages::home::theme);
    "/verify" "GET" ToAll => get(pages::verify::ask);
    "/verify/{serial}" "GET" ToAll => get(pages::verify::get);
    "/learn" "GET" To(Act::Learn) => get(pages::learn::get);
    "/learn/{lesson}" "GET POST" To(Act::Learn) => get(pages::lesson::get).post(pages::lesson::post);
    "/tests/{test}" "GET POST" To(Act::Learn) => get(pages::test::get).post(pages::test::post);
    "/practice/{test}" "GET POST" To(Act::Learn) => get(pages::test::get_practice).post(pages::test::post_practice);
    "/exam/{attempt}" "GET POST" To(Act::Learn) => get(pages::exam::get).post(pages::exam::post);
    "/exam/{attempt}/finish" "GET POST" To(Act::Learn) => get(pages::finish::get).post(pages::finish::post);
    "/exam/{attempt}/take-over" "POST" To(Act::Learn) => post(pages::exam::take_over);
    "/results" "GET" To(Act::Learn) => get(pages::results::get);
    "/results/{attempt}" "GET" To(Act::Learn) => get(pages::result::get);
    "/badge" "GET" To(Act::Learn) => get(pages::badge::get);
    "/account" "GET POST" To(Act::Learn) => get(pages::account::get).post(pages::account::post);
    "/account/sessions" "POST" To(Act::Learn) => post(pages::account::end_session);
}
