//! Certification: periods of validity, and what a person is on a day. A pure function of records and a
//! date, so "was X certified on D, and what was known at K?" is the same function.

use crate::coded::coded;
use crate::id::PeriodId;
use crate::time::{Day, Moment};

coded! {
    /// Who decides when all requirements are met.
    Decides {
        /// An authorised person.
        Person = "person",
        /// The version itself.
        Automatic = "automatic",
    }
}

coded! {
    /// Which cycle a candidacy is.
    Cycle {
        /// The first.
        First = "first",
        /// Inside the renewal window.
        Renewal = "renewal",
        /// After a lapse: the full set again.
        Repeat = "repeat",
    }
}

coded! {
    /// What happened to a period.
    EventKind {
        /// Not valid from a day until reinstated.
        Suspended = "suspended",
        /// Valid again from a day.
        Reinstated = "reinstated",
        /// Never valid again from a day.
        Revoked = "revoked",
    }
}

/// A period of validity, both days inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its id.
    pub id: PeriodId,
    /// The first valid day.
    pub from: Day,
    /// The last valid day.
    pub until: Day,
    /// When it was recorded.
    pub recorded_at: Moment,
    /// What happened to it, in any order.
    pub events: Vec<Event>,
}

/// Something that happened to a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// From which day.
    pub effective_from: Day,
    /// When it was recorded.
    pub recorded_at: Moment,
}

coded! {
    /// What a certificate is on a day.
    Standing {
        /// No period covers or preceded the day.
        Never = "never",
        /// The period begins later.
        NotYet = "not_yet",
        /// Valid.
        Certified = "certified",
        /// Valid, and within the renewal window.
        Expiring = "expiring",
        /// The last period has ended.
        Lapsed = "lapsed",
        /// Suspended on that day.
        Suspended = "suspended",
        /// Revoked by that day.
        Revoked = "revoked",
    }
}

impl Standing {
    /// Whether the holder may work as an administrator on that day.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Certified | Self::Expiring)
    }
}

/// What one period is on a day, as known at a moment.
#[must_use]
pub fn standing_of(period: &Period, on: Day, known_at: Moment, window_days: u32) -> Standing {
    if period.recorded_at > known_at {
        return Standing::Never;
    }
    let mut events: Vec<&Event> = period
        .events
        .iter()
        .filter(|event| event.recorded_at <= known_at && event.effective_from <= on)
        .collect();
    events.sort_by_key(|event| (event.effective_from, event.recorded_at));
    if events.iter().any(|event| event.kind == EventKind::Revoked) {
        return Standing::Revoked;
    }
    if on < period.from {
        return Standing::NotYet;
    }
    if on > period.until {
        return Standing::Lapsed;
    }
    match events.last().map(|event| event.kind) {
        Some(EventKind::Suspended) => Standing::Suspended,
        Some(EventKind::Reinstated | EventKind::Revoked) | None => {
            if on.days_until(period.until) < i64::from(window_days) {
                Standing::Expiring
            } else {
                Standing::Certified
            }
        }
    }
}

/// What a person is on a day, over all their periods of one certification, and by which period.
///
/// A valid period wins; else the one that says most recently why not.
#[must_use]
pub fn standing(
    periods: &[Period],
    on: Day,
    known_at: Moment,
    window_days: u32,
) -> (Standing, Option<&Period>) {
    let mut judged: Vec<(Standing, &Period)> = periods
        .iter()
        .map(|period| (standing_of(period, on, known_at, window_days), period))
        .filter(|(standing, _)| *standing != Standing::Never)
        .collect();
    judged.sort_by_key(|(_, period)| (period.from, period.recorded_at));
    // A renewed certificate does not expire: the period that ends last speaks.
    if let Some((standing, period)) =
        judged.iter().filter(|(standing, _)| standing.is_valid()).max_by_key(|(_, period)| period.until)
    {
        let renewed = judged
            .iter()
            .any(|(other, next)| matches!(other, Standing::NotYet) && next.from <= period.until.plus_days(1));
        let shown = if renewed { Standing::Certified } else { *standing };
        return (shown, Some(period));
    }
    judged
        .iter()
        .rev()
        .find(|(standing, _)| *standing != Standing::NotYet)
        .or_else(|| judged.first())
        .map_or((Standing::Never, None), |(standing, period)| (*standing, Some(*period)))
}

/// The days of a new period, decided on a day.
///
/// Inside the renewal window of a valid period it starts on the day after that one ends; otherwise on
/// the day of the decision. It lasts whole calendar months: 24 months from 22 November 2026 end on
/// 21 November 2028.
#[must_use]
pub fn new_period(decided_on: Day, valid_until: Option<Day>, months: u32) -> (Day, Day) {
    let from = match valid_until {
        Some(until) if until >= decided_on => until.plus_days(1),
        Some(_) | None => decided_on,
    };
    (from, from.plus_months(months).minus_days(1))
}

/// Which cycle a new candidacy is, from what the person is now.
#[must_use]
pub const fn cycle(standing: Standing) -> Cycle {
    match standing {
        Standing::Never => Cycle::First,
        Standing::Certified | Standing::Expiring | Standing::NotYet => Cycle::Renewal,
        Standing::Lapsed | Standing::Suspended | Standing::Revoked => Cycle::Repeat,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::id::Id;

    fn day(s: &str) -> Day {
        s.parse().unwrap()
    }
    fn at(s: &str) -> Moment {
        format!("{s}T12:00:00Z").parse().unwrap()
    }
    fn period(from: &str, until: &str, events: Vec<Event>) -> Period {
        Period {
            id: Id::new(Uuid::from_u128(1)),
            from: day(from),
            until: day(until),
            recorded_at: at(from),
            events,
        }
    }
    fn event(kind: EventKind, from: &str) -> Event {
        Event { kind, effective_from: day(from), recorded_at: at(from) }
    }

    #[test]
    fn twenty_four_months_end_on_the_day_before() {
        assert_eq!(new_period(day("2026-11-22"), None, 24), (day("2026-11-22"), day("2028-11-21")));
    }

    #[test]
    fn a_renewal_starts_where_the_old_period_ends() {
        let renewed = new_period(day("2028-10-01"), Some(day("2028-11-21")), 24);
        assert_eq!(renewed, (day("2028-11-22"), day("2030-11-21")));
        let lapsed = new_period(day("2029-01-10"), Some(day("2028-11-21")), 24);
        assert_eq!(lapsed.0, day("2029-01-10"));
    }

    #[test]
    fn what_a_person_is_on_a_day() {
        let plain = period("2026-11-22", "2028-11-21", vec![]);
        let suspended = period(
            "2026-11-22",
            "2028-11-21",
            vec![event(EventKind::Suspended, "2027-02-01"), event(EventKind::Reinstated, "2027-03-01")],
        );
        let revoked = period("2026-11-22", "2028-11-21", vec![event(EventKind::Revoked, "2027-02-01")]);
        for (period, on, expected) in [
            (&plain, "2026-11-21", Standing::NotYet),
            (&plain, "2026-11-22", Standing::Certified),
            (&plain, "2028-08-23", Standing::Certified),
            (&plain, "2028-08-24", Standing::Expiring),
            (&plain, "2028-11-21", Standing::Expiring),
            (&plain, "2028-11-22", Standing::Lapsed),
            (&suspended, "2027-01-31", Standing::Certified),
            (&suspended, "2027-02-01", Standing::Suspended),
            (&suspended, "2027-03-01", Standing::Certified),
            (&revoked, "2027-01-31", Standing::Certified),
            (&revoked, "2027-02-01", Standing::Revoked),
            (&revoked, "2029-02-01", Standing::Revoked),
        ] {
            let said = standing(std::slice::from_ref(period), day(on), at("2030-01-01"), 90).0;
            assert_eq!(said, expected, "{on}");
        }
    }

    #[test]
    fn what_was_not_yet_recorded_was_not_known() {
        let mut backdated = period("2026-11-22", "2028-11-21", vec![event(EventKind::Revoked, "2027-02-01")]);
        for event in &mut backdated.events {
            event.recorded_at = at("2027-06-01");
        }
        let all = [backdated];
        assert_eq!(standing(&all, day("2027-03-01"), at("2027-03-01"), 90).0, Standing::Certified);
        assert_eq!(standing(&all, day("2027-03-01"), at("2027-07-01"), 90).0, Standing::Revoked);
    }

    #[test]
    fn a_renewed_certificate_is_not_expiring() {
        let all = [period("2026-11-22", "2028-11-21", vec![]), period("2028-11-22", "2030-11-21", vec![])];
        let known = at("2031-01-01");
        assert_eq!(standing(&all, day("2028-11-01"), known, 90).0, Standing::Certified);
        assert_eq!(standing(&all, day("2028-11-22"), known, 90).0, Standing::Certified);
        assert_eq!(standing(&[], day("2028-11-22"), known, 90).0, Standing::Never);
    }

    proptest! {
        #[test]
        fn a_period_covers_exactly_its_days(start in 0u32..20_000, months in 1u32..60, probe in 0u32..3_000) {
            let from = day("2000-01-01").plus_days(start);
            let (first, last) = new_period(from, None, months);
            let one = Period { id: Id::new(Uuid::nil()), from: first, until: last, recorded_at: at("1999-01-01"), events: vec![] };
            let on = from.plus_days(probe);
            let valid = standing(&[one], on, at("2100-01-01"), 90).0.is_valid();
            prop_assert_eq!(valid, on >= first && on <= last);
            prop_assert_eq!(first, from);
            prop_assert!(last > first);
        }
    }
}
