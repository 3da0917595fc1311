//! The product in one process: a fresh database, the shipped content, demo people, the router.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::assets::Assets;
use axum::Router;
use domain::time::Moment;
use server::router::{Parts, router};
use service::Services;
use service::clock::Clock;
use service::keys::Keys;
use store::Db;

use crate::browser::Browser;
use crate::clock::TestClock;
use crate::database::{Engine, Place, fresh};

/// Everything a test needs.
pub struct World {
    /// The use cases.
    pub services: Services,
    /// The time.
    pub clock: Arc<TestClock>,
    /// The pages.
    pub router: Router,
    _place: Place,
}

/// When every test begins: a Sunday in November 2026, 10:00 in Moscow.
///
/// # Panics
/// Never: the text is a moment.
#[must_use]
pub fn beginning() -> Moment {
    "2026-11-22T07:00:00Z".parse().expect("a moment")
}

/// The shipped content.
#[must_use]
pub fn content() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")
}

/// The secret key of every test database.
pub const SECRET: [u8; 32] = [7; 32];

async fn on(db: Db, clock: &Arc<TestClock>) -> Services {
    let keys = Keys::of(&SECRET, &db, clock.now()).await.expect("keys");
    Services::new(db, clock.clone(), "http://127.0.0.1:3000", keys).await.expect("services")
}

fn pages(services: &Services) -> Router {
    let file = |name: &str| format!("/pkg/{name}");
    let parts = Parts {
        services: services.clone(),
        assets: Assets { style: file("a.css"), script: file("a.js"), wasm: file("a.wasm") },
        is_demo: true,
        is_secure: false,
        trusted_proxies: 0,
    };
    router(parts, Path::new("/nowhere"))
}

impl World {
    /// A world with content and demo people.
    ///
    /// # Panics
    /// When it cannot be set up.
    pub async fn new(engine: Engine) -> Self {
        let world = Self::empty(engine).await;
        service::seed::seed(&world.services, &content()).await.expect("seeding");
        service::seed::demo(&world.services, &content()).await.expect("seeding demo people");
        world
    }

    /// A world with a schema and nothing in it.
    ///
    /// # Panics
    /// When it cannot be set up.
    pub async fn empty(engine: Engine) -> Self {
        let (db, place) = fresh(engine).await;
        let clock = Arc::new(TestClock::at(beginning()));
        let services = on(db, &clock).await;
        Self { router: pages(&services), services, clock, _place: place }
    }

    /// Adds employees e00001… who are admitted to the certification test.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn people(&self, count: u32) {
        service::seed::people(&self.services, &content(), count).await.expect("adding people");
    }

    /// A browser nobody is signed in with.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// A browser with somebody signed in.
    pub async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.post("/login", &[("login", login), ("password", "sincere-demo")]).await;
        assert_eq!(page.status, 303, "{login} signs in: {}", page.body);
        browser
    }

    /// Stops the product and starts it again on the same database: nothing is remembered but what was kept.
    ///
    /// # Panics
    /// When it cannot be started again.
    pub async fn restart(&mut self) {
        let db = self.services.db.clone();
        self.services = on(db, &self.clock).await;
        self.router = pages(&self.services);
    }

    /// Moves the time on, and lets the worker have its turn.
    pub async fn advance_minutes(&self, minutes: i64) {
        self.clock.advance_ms(minutes * 60_000);
        service::worker::turn(&self.services).await;
    }
}
