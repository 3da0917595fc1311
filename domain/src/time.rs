//! Moments and days. Stored moments are UTC with microseconds; validity is a civil day.
//!
//! The shown zone is a setting, Europe/Moscow unless changed.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Timelike, Utc};
pub use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A moment, UTC, to the microsecond.
pub type Moment = DateTime<Utc>;

/// A civil day: what validity is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(NaiveDate);

impl Day {
    /// Wraps a date.
    #[must_use]
    pub const fn new(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The day that a moment falls on in a zone.
    #[must_use]
    pub fn of(moment: Moment, zone: Tz) -> Self {
        Self(moment.with_timezone(&zone).date_naive())
    }

    /// The date inside.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The same day of the month some calendar months later; the last day of a shorter month.
    ///
    /// Beyond the calendar's end it stays where it is: no such day can be shown.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        Self(self.0.checked_add_months(Months::new(months)).unwrap_or(self.0))
    }

    /// Some days later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.checked_add_days(Days::new(days.into())).unwrap_or(self.0))
    }

    /// Some days earlier.
    #[must_use]
    pub fn minus_days(self, days: u32) -> Self {
        Self(self.0.checked_sub_days(Days::new(days.into())).unwrap_or(self.0))
    }

    /// Whole days from this day to another; negative when the other is earlier.
    #[must_use]
    pub fn days_until(self, other: Self) -> i64 {
        (other.0 - self.0).num_days()
    }

    /// Year, month (1 to 12) and day of the month.
    #[must_use]
    pub fn parts(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Day {
    type Err = chrono::ParseError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.trim().parse().map(Self)
    }
}

/// Cuts a moment to whole microseconds, because that is what every engine keeps.
#[must_use]
pub fn to_micros(moment: Moment) -> Moment {
    let nanos = moment.nanosecond() / 1_000 * 1_000;
    moment.with_nanosecond(nanos).unwrap_or(moment)
}

/// A length of time in milliseconds.
#[must_use]
pub const fn millis(ms: i64) -> TimeDelta {
    TimeDelta::milliseconds(ms)
}

/// Seconds as a length of time.
#[must_use]
pub fn seconds(s: u32) -> TimeDelta {
    TimeDelta::seconds(s.into())
}

/// Minutes as a length of time.
#[must_use]
pub fn minutes(m: u32) -> TimeDelta {
    TimeDelta::minutes(m.into())
}

/// Days as a length of time.
#[must_use]
pub fn days(d: u32) -> TimeDelta {
    TimeDelta::days(d.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(s: &str) -> Day {
        s.parse().unwrap()
    }

    #[test]
    fn months_are_calendar_months() {
        for (from, months, to) in [
            ("2026-11-22", 24, "2028-11-22"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-02-29", 24, "2030-02-28"),
        ] {
            assert_eq!(day(from).plus_months(months), day(to));
        }
    }

    #[test]
    fn a_moment_before_midnight_in_utc_is_the_next_day_in_moscow() {
        let late: Moment = "2026-11-22T21:30:00Z".parse().unwrap();
        assert_eq!(Day::of(late, Tz::Europe__Moscow), day("2026-11-23"));
    }

    #[test]
    fn nothing_finer_than_a_microsecond_is_kept() {
        let fine: Moment = "2026-11-22T21:30:00.123456789Z".parse().unwrap();
        assert_eq!(to_micros(fine).nanosecond(), 123_456_000);
    }
}
