//! Reminders: who is told what on a day. Each is told once: its key names what it was about.

use std::collections::BTreeSet;

use crate::access::Reach;
use crate::certification::{Period, Standing, standing};
use crate::coded::coded;
use crate::id::{EnrolmentId, PeriodId, PersonId, UnitId};
use crate::time::{Day, Moment};

coded! {
    /// What a reminder is about.
    Reminder {
        /// The own certificate ends soon.
        CertificateEnds = "certificate_ends",
        /// Certificates within the reach of HR end soon.
        CertificatesEnd = "certificates_end",
        /// The programme has to be finished soon.
        TrainingDue = "training_due",
        /// The programme should have been finished.
        TrainingOverdue = "training_overdue",
    }
}

/// A holder is reminded when so many days are left: the earliest, and then later ones.
const BEFORE_END: [u32; 3] = [EARLIEST, 30, 7];
/// The first reminder of the end comes with so many days left.
pub const EARLIEST: u32 = 90;
/// A learner is reminded with so many days left.
pub const BEFORE_DUE: u32 = 7;
/// Whoever is late by more than this is no longer reminded: they were, or HR knows.
pub const AFTER_DUE: u32 = 30;

/// A certificate of which its holder is to be reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The period that ends.
    pub period: PeriodId,
    /// Its last day.
    pub until: Day,
    /// Whole days until then.
    pub days_left: u32,
    threshold: u32,
}

impl Ending {
    /// The same for the same period and threshold.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}:{}", Reminder::CertificateEnds.code(), self.period, self.threshold)
    }
}

/// Of which period a holder is to be reminded on a day: the one that speaks for them, unless it is
/// suspended, revoked, or already renewed.
///
/// A threshold that was missed, because nothing ran on that day, is made up for as long as no later one
/// has come.
#[must_use]
pub fn ending(periods: &[Period], on: Day, known_at: Moment) -> Option<Ending> {
    let (is, period) = standing(periods, on, known_at, EARLIEST + 1);
    let period = period.filter(|_| is == Standing::Expiring)?;
    let days_left = u32::try_from(on.days_until(period.until)).ok()?;
    let threshold = BEFORE_END.into_iter().filter(|threshold| days_left <= *threshold).min()?;
    Some(Ending { period: period.id, until: period.until, days_left, threshold })
}

/// What a learner who has not finished is to be reminded of on a day.
#[must_use]
pub fn training(due: Day, on: Day) -> Option<Reminder> {
    let left = on.days_until(due);
    if (0..=i64::from(BEFORE_DUE)).contains(&left) {
        Some(Reminder::TrainingDue)
    } else if (-i64::from(AFTER_DUE)..0).contains(&left) {
        Some(Reminder::TrainingOverdue)
    } else {
        None
    }
}

/// The key of a reminder of training: the same for the same enrolment.
#[must_use]
pub fn training_key(what: Reminder, enrolment: EnrolmentId) -> String {
    format!("{}:{enrolment}", what.code())
}

/// The key of what HR is told on a day.
#[must_use]
pub fn summary_key(on: Day, to: PersonId) -> String {
    format!("{}:{on}:{to}", Reminder::CertificatesEnd.code())
}

/// How many of the people, each with a unit they work in, a reach covers. Whoever works in two units counts
/// once.
#[must_use]
pub fn covered(reach: &Reach, people: &[(PersonId, UnitId)]) -> usize {
    let covers = |person: PersonId, unit: UnitId| match reach {
        Reach::All => true,
        Reach::Units(units) => units.contains(&unit),
        Reach::Own(own) => *own == person,
        Reach::Groups(_) | Reach::Nothing => false,
    };
    let found: BTreeSet<PersonId> =
        people.iter().filter(|(person, unit)| covers(*person, *unit)).map(|(person, _)| *person).collect();
    found.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::certification::{Event, EventKind};
    use crate::id::Id;

    fn day(s: &str) -> Day {
        s.parse().unwrap()
    }
    fn at(s: &str) -> Moment {
        format!("{s}T12:00:00Z").parse().unwrap()
    }
    fn id<K>(n: u128) -> Id<K> {
        Id::new(Uuid::from_u128(n))
    }
    fn period(n: u128, from: &str, until: &str) -> Period {
        Period { id: id(n), from: day(from), until: day(until), recorded_at: at(from), events: Vec::new() }
    }

    #[test]
    fn a_holder_is_reminded_with_ninety_thirty_and_seven_days_left() {
        let held = [period(1, "2026-11-22", "2028-11-21")];
        for (on, threshold) in [
            ("2028-08-22", None),
            ("2028-08-23", Some(90)),
            ("2028-10-21", Some(90)),
            ("2028-10-22", Some(30)),
            ("2028-11-13", Some(30)),
            ("2028-11-14", Some(7)),
            ("2028-11-21", Some(7)),
            ("2028-11-22", None),
        ] {
            let found = ending(&held, day(on), at("2029-01-01"));
            assert_eq!(found.map(|found| found.threshold), threshold, "{on}");
        }
    }

    #[test]
    fn who_has_renewed_or_lost_the_certificate_is_not_reminded() {
        let on = day("2028-11-14");
        let known = at("2028-11-14");
        let renewed = [
            period(1, "2026-11-22", "2028-11-21"),
            Period { recorded_at: at("2028-11-01"), ..period(2, "2028-11-22", "2030-11-21") },
        ];
        assert_eq!(ending(&renewed, on, known), None);
        for kind in [EventKind::Revoked, EventKind::Suspended] {
            let mut lost = period(1, "2026-11-22", "2028-11-21");
            lost.events =
                vec![Event { kind, effective_from: day("2028-11-01"), recorded_at: at("2028-11-01") }];
            assert_eq!(ending(&[lost], on, known), None, "{kind:?}");
        }
        assert_eq!(ending(&[], on, known), None);
    }

    #[test]
    fn a_learner_is_reminded_a_week_before_and_once_it_is_late() {
        for (on, what) in [
            ("2026-12-13", None),
            ("2026-12-14", Some(Reminder::TrainingDue)),
            ("2026-12-21", Some(Reminder::TrainingDue)),
            ("2026-12-22", Some(Reminder::TrainingOverdue)),
            ("2027-01-20", Some(Reminder::TrainingOverdue)),
            ("2027-01-21", None),
        ] {
            assert_eq!(training(day("2026-12-21"), day(on)), what, "{on}");
        }
    }

    #[test]
    fn two_jobs_of_one_person_count_once() {
        let people = [(id(1), id(10)), (id(1), id(11)), (id(2), id(11)), (id(3), id(12))];
        for (reach, expected) in [
            (Reach::All, 3),
            (Reach::Units(vec![id(10), id(11)]), 2),
            (Reach::Units(vec![id(12)]), 1),
            (Reach::Own(id(3)), 1),
            (Reach::Groups(vec![id(40)]), 0),
            (Reach::Nothing, 0),
        ] {
            assert_eq!(covered(&reach, &people), expected, "{reach:?}");
        }
    }

    proptest! {
        #[test]
        fn a_period_is_spoken_of_three_times_at_most(start in 0u32..5_000, length in 91u32..900) {
            let from = day("2020-01-01").plus_days(start);
            let until = from.plus_days(length);
            let held = [Period { id: id(1), from, until, recorded_at: at("2019-01-01"), events: vec![] }];
            let mut keys: Vec<String> = (0..=length + 1)
                .filter_map(|gone| ending(&held, from.plus_days(gone), at("2100-01-01")))
                .map(|found| found.key())
                .collect();
            keys.dedup();
            prop_assert_eq!(keys.len(), 3);
        }
    }
}
