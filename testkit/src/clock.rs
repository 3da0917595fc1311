//! Time that moves only when it is told to.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::Moment;
use service::clock::Clock;

/// A clock for tests.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at a moment.
    #[must_use]
    pub fn at(moment: Moment) -> Self {
        Self(AtomicI64::new(moment.timestamp_micros()))
    }

    /// Moves on.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// A browser test's clock: the real one, moved on by what the test asks for.
#[derive(Debug, Default)]
pub struct MovedClock(AtomicI64);

impl MovedClock {
    /// Moves on.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Moment {
        service::clock::SystemClock.now() + domain::time::millis(self.0.load(Ordering::SeqCst))
    }
}
