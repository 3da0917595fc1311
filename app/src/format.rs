//! Dates and lengths of time as people read them, in the zone of the settings.

use chrono::{Datelike, Timelike};
use domain::time::{Day, Moment, Tz};
use i18n::{Locale, t};

/// «22 ноября 2026».
#[must_use]
pub fn day(l: Locale, day: Day) -> String {
    let (year, month, date) = day.parts();
    t!(l, common.date, day = date, month = month_name(l, month), year = year)
}

/// «22 ноября 2026, 14:05».
#[must_use]
pub fn moment(l: Locale, moment: Moment, zone: Tz) -> String {
    let local = moment.with_timezone(&zone);
    format!("{}, {:02}:{:02}", day(l, Day::of(moment, zone)), local.hour(), local.minute())
}

/// «14:05».
#[must_use]
pub fn time(moment: Moment, zone: Tz) -> String {
    let local = moment.with_timezone(&zone);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// «14:05:11».
#[must_use]
pub fn clock(moment: Moment, zone: Tz) -> String {
    let local = moment.with_timezone(&zone);
    format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second())
}

/// The hour of the day, for a greeting.
#[must_use]
pub fn hour(moment: Moment, zone: Tz) -> u32 {
    moment.with_timezone(&zone).hour()
}

/// The year, for a copyright line or a serial.
#[must_use]
pub fn year(moment: Moment, zone: Tz) -> i32 {
    moment.with_timezone(&zone).year()
}

/// For `datetime=`.
#[must_use]
pub fn machine(moment: Moment, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

fn month_name(l: Locale, month: u32) -> String {
    match month {
        1 => t!(l, common.month_1),
        2 => t!(l, common.month_2),
        3 => t!(l, common.month_3),
        4 => t!(l, common.month_4),
        5 => t!(l, common.month_5),
        6 => t!(l, common.month_6),
        7 => t!(l, common.month_7),
        8 => t!(l, common.month_8),
        9 => t!(l, common.month_9),
        10 => t!(l, common.month_10),
        11 => t!(l, common.month_11),
        _ => t!(l, common.month_12),
    }
}
