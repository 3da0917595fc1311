//! Jobs: which there are, how often a failed one is tried again, and how long it waits in between.

use crate::coded::coded;
use crate::time::{Moment, days, millis};

coded! {
    /// The work of each civil day.
    Daily {
        /// Reminds whose certificate ends soon, and tells HR how many they are.
        RemindOfEnd = "remind.end",
        /// Reminds who has training to finish.
        RemindOfTraining = "remind.training",
        /// Removes what ended long ago.
        TidyUp = "tidy_up",
    }
}

coded! {
    /// Work that follows from approving a regrade.
    Followup {
        /// Tells whom it concerns, and decides where a version decides by itself.
        Tell = "regrade.tell",
        /// Looks for attempts that were graded meanwhile without the change.
        CatchUp = "regrade.catch_up",
    }
}

/// After so many tries a job is given up, until somebody asks for it again.
pub const MOST_TRIES: u32 = 10;
/// For so long a claimed job belongs to its worker; after that it counts as dropped.
pub const LEASE_MINUTES: u32 = 5;
/// Web sessions and one-time codes are kept for so long after they ended.
pub const KEPT_DAYS: u32 = 30;

const FIRST_PAUSE_MS: i64 = 30_000;
const LONGEST_PAUSE_MS: i64 = 3_600_000;

/// When a job is tried again after so many tries; none when that was the last.
///
/// The pause doubles from half a minute up to an hour. Half of it is left to chance, so that what failed
/// together does not come back together.
#[must_use]
pub fn again_at(tries: u32, now: Moment, chance: u16) -> Option<Moment> {
    if tries >= MOST_TRIES {
        return None;
    }
    let doublings = tries.saturating_sub(1).min(20);
    let whole = FIRST_PAUSE_MS.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST_PAUSE_MS);
    let half = whole / 2;
    Some(now + millis(half + half * i64::from(chance) / i64::from(u16::MAX)))
}

/// Whether a job was dropped by its last worker too: it is given up without another try.
#[must_use]
pub const fn is_worn_out(tries_before: u32) -> bool {
    tries_before >= MOST_TRIES
}

/// What ended before this moment is removed.
#[must_use]
pub fn kept_from(now: Moment) -> Moment {
    now - days(KEPT_DAYS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::seconds;

    fn now() -> Moment {
        "2026-11-22T07:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_pause_doubles_up_to_an_hour_and_then_the_job_is_given_up() {
        for (tries, whole) in [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (9, 3600)] {
            assert_eq!(again_at(tries, now(), 0), Some(now() + seconds(whole / 2)), "{tries}");
            assert_eq!(again_at(tries, now(), u16::MAX), Some(now() + seconds(whole)), "{tries}");
        }
        assert_eq!(again_at(MOST_TRIES, now(), 0), None);
        assert!(is_worn_out(MOST_TRIES) && !is_worn_out(MOST_TRIES - 1));
    }

    #[test]
    fn thirty_days_are_kept() {
        assert_eq!(kept_from(now()).to_rfc3339(), "2026-10-23T07:00:00+00:00");
    }

    proptest! {
        #[test]
        fn a_pause_is_never_short_and_never_longer_than_an_hour(tries in 0u32..MOST_TRIES, chance in any::<u16>()) {
            let pause = again_at(tries, now(), chance).unwrap() - now();
            prop_assert!(pause >= seconds(15) && pause <= seconds(3600));
        }

        #[test]
        fn no_number_of_tries_overflows(tries in any::<u32>(), chance in any::<u16>()) {
            prop_assert_eq!(again_at(tries, now(), chance).is_none(), tries >= MOST_TRIES);
        }
    }
}
