//! Use cases. Each: allow, load, decide (in `domain`), save, audit, enqueue; in one transaction.
//!
//! A use case knows nothing of HTTP or HTML, and takes the actor first.

#![warn(missing_docs)]

use std::ops::Deref;
use std::sync::{Arc, RwLock};

use domain::refusal::Fault;
use domain::time::{Day, Moment, Tz};
use store::Db;

pub mod access;
pub mod account;
pub mod attempt;
pub mod audit;
pub mod badge;
pub mod blueprint;
mod catalogue;
pub mod certification;
pub mod certified;
pub mod chance;
pub mod clock;
pub mod doubt;
pub mod exam;
pub mod exam_session;
pub mod facts;
pub mod grading;
pub mod item;
pub mod jobs;
pub mod kept;
pub mod keys;
pub mod notices;
pub mod password;
pub mod people;
pub mod programme;
pub mod receipt;
pub mod regrade;
pub mod rehearsal;
pub mod rulebook;
pub mod seed;
pub mod settings;
pub mod sign_in;
pub mod test;
pub mod trainer_group;
pub mod verify;
pub mod worker;

/// Everything that use cases need; cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

/// What is behind [`Services`].
pub struct Inner {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn clock::Clock>,
    /// Password hashing.
    pub passwords: password::Passwords,
    /// Where the outside world finds this server, without a slash at the end.
    pub public_url: String,
    /// The keys that follow from the secret key.
    pub keys: keys::Keys,
    settings: RwLock<Arc<settings::Settings>>,
    units: kept::Fresh<(), Arc<access::Tree>>,
    seen: access::Seen,
    actors: access::Actors,
    catalogue: catalogue::Catalogue,
    forms: exam::Forms,
    desk: exam::Desk,
    changes: regrade::Known,
    boards: exam_session::Boards,
    banks: blueprint::Banks,
    rehearsing: rehearsal::button::Button,
}

impl Deref for Services {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Services {
    /// Sets up the services on a migrated database.
    ///
    /// # Errors
    /// A fault of the database, or of password hashing.
    pub async fn new(
        db: Db,
        clock: Arc<dyn clock::Clock>,
        public_url: &str,
        keys: keys::Keys,
    ) -> Result<Self, Fault> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let settings = settings::load(&db).await?;
        let changes = regrade::Known::load(&db, clock.now()).await?;
        Ok(Self(Arc::new(Inner {
            db,
            clock,
            passwords: password::Passwords::new(cores)?,
            public_url: public_url.trim_end_matches('/').to_owned(),
            keys,
            settings: RwLock::new(Arc::new(settings)),
            units: kept::Fresh::new(1),
            seen: access::Seen::default(),
            actors: access::Actors::default(),
            catalogue: catalogue::Catalogue::default(),
            forms: exam::Forms::default(),
            desk: exam::Desk::default(),
            changes,
            boards: exam_session::Boards::default(),
            banks: blueprint::Banks::default(),
            rehearsing: rehearsal::button::Button::default(),
        })))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Arc<settings::Settings> {
        self.settings.read().map_or_else(|poisoned| Arc::clone(&poisoned.into_inner()), |s| Arc::clone(&s))
    }

    /// The zone that people read times in.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.settings().zone
    }

    /// Today, where people are.
    #[must_use]
    pub fn today(&self) -> Day {
        Day::of(self.now(), self.zone())
    }
}
