//! The one place that reads the time of day.

use domain::time::{Moment, to_micros};

/// Tells the time. Tests bring their own.
pub trait Clock: Send + Sync {
    /// Now, to the microsecond.
    fn now(&self) -> Moment;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Moment {
        to_micros(chrono::Utc::now())
    }
}
