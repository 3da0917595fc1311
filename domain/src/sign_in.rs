//! How long to wait after failed sign-ins: per account-and-address pair, with a ceiling per address
//! that a whole exam room behind one address does not reach.

use crate::time::{Moment, minutes, seconds};

/// Failures of a pair that cost nothing: typing errors.
pub const FREE_FAILURES: u32 = 4;
/// The longest pause of a pair, in seconds.
pub const LONGEST_PAUSE: u32 = 900;
/// Failures of one address, over all accounts, before it pauses: 60 people with three slips each fit.
pub const ADDRESS_CEILING: u32 = 300;
/// Failures older than this many minutes are forgotten.
pub const MEMORY_MINUTES: u32 = 60;

/// What is kept of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many in a row.
    pub count: u32,
    /// When the last one was.
    pub last_at: Moment,
}

/// The failures after one more.
#[must_use]
pub fn after_failure(known: Option<Failures>, now: Moment) -> Failures {
    let count =
        known.filter(|known| now - known.last_at < minutes(MEMORY_MINUTES)).map_or(0, |known| known.count);
    Failures { count: count.saturating_add(1), last_at: now }
}

/// Until when a pair of account and address waits: 5, 10, 20 … seconds from the fifth failure on.
#[must_use]
pub fn pair_pause(failures: &Failures) -> Option<Moment> {
    let over = failures.count.checked_sub(FREE_FAILURES + 1)?;
    let pause = 5u32.saturating_mul(2u32.saturating_pow(over.min(16))).min(LONGEST_PAUSE);
    Some(failures.last_at + seconds(pause))
}

/// Until when an address waits.
#[must_use]
pub fn address_pause(failures: &Failures) -> Option<Moment> {
    (failures.count >= ADDRESS_CEILING).then(|| failures.last_at + seconds(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(s: &str) -> Moment {
        format!("2026-11-22T{s}Z").parse().unwrap()
    }

    #[test]
    fn pauses_grow_and_end() {
        for (count, pause) in
            [(1, None), (4, None), (5, Some(5)), (6, Some(10)), (8, Some(40)), (40, Some(900))]
        {
            let failures = Failures { count, last_at: t("10:00:00") };
            assert_eq!(pair_pause(&failures), pause.map(|s| t("10:00:00") + seconds(s)), "{count}");
        }
    }

    #[test]
    fn an_hour_of_quiet_forgets() {
        let known = Failures { count: 9, last_at: t("10:00:00") };
        assert_eq!(after_failure(Some(known), t("10:59:59")).count, 10);
        assert_eq!(after_failure(Some(known), t("11:00:00")).count, 1);
    }

    #[test]
    fn an_exam_room_behind_one_address_is_not_shut_out() {
        let room = Failures { count: 60 * 3, last_at: t("10:00:00") };
        assert_eq!(address_pause(&room), None);
        assert!(address_pause(&Failures { count: ADDRESS_CEILING, ..room }).is_some());
    }
}
