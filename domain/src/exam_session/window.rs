//! When a session is held, and how that may be changed: nobody who is answering ever loses time by it.

use chrono::{NaiveTime, TimeDelta, TimeZone, Timelike};

use super::State;
use crate::attempt::Timing;
use crate::form::FormState;
use crate::time::{Day, Moment, Tz, days, minutes};

/// The longest window, in hours.
const LONGEST_HOURS: i64 = 12;
/// How far ahead a session is planned at most, in days.
const FARTHEST_DAYS: u32 = 366;

/// When a session is held: from a moment until a moment. Whoever has begun has their own deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Nobody begins before.
    pub opens_at: Moment,
    /// Nobody begins at this moment or after.
    pub closes_at: Moment,
}

impl Window {
    /// Reads the window of a new session from the fields `day`, `from` and `until`; problems are noted beside them.
    pub fn parse(form: &mut FormState, zone: Tz, now: Moment) -> Option<Self> {
        let window = Self::read(form, zone)?;
        if window.closes_at <= now {
            form.problem("day", "in_the_past");
        } else if window.is_far(now) {
            form.problem("day", "out_of_range");
        }
        form.is_clean().then_some(window)
    }

    /// Reads a window from the fields `day`, `from` and `until`, whenever it is; problems are noted beside them. An end
    /// before the beginning is one of the next day.
    pub fn read(form: &mut FormState, zone: Tz) -> Option<Self> {
        let day = form.value("day").trim().parse::<Day>().ok();
        if day.is_none() {
            unread(form, "day");
        }
        let (from, until) = (time(form, "from"), time(form, "until"));
        let (day, from, until) = (day?, from?, until?);
        let last = if until > from { day } else { day.plus_days(1) };
        let at = |day: Day, time| zone.from_local_datetime(&day.date().and_time(time)).earliest();
        let (Some(opens), Some(closes)) = (at(day, from), at(last, until)) else {
            form.problem("from", "malformed");
            return None;
        };
        let window = Self { opens_at: opens.to_utc(), closes_at: closes.to_utc() };
        if (window.closes_at - window.opens_at).num_minutes() > LONGEST_HOURS * 60 {
            form.problem("until", "out_of_range");
            return None;
        }
        Some(window)
    }

    /// A form whose fields show this window: [`Self::read`] reads the same from it.
    #[must_use]
    pub fn typed(self, form: FormState, zone: Tz) -> FormState {
        form.with("day", Day::of(self.opens_at, zone).to_string())
            .with("from", clock(self.opens_at, zone))
            .with("until", clock(self.closes_at, zone))
    }

    /// What a form brings along that was made for this window.
    #[must_use]
    pub fn mark(self) -> String {
        format!("{}-{}", self.opens_at.timestamp_micros(), self.closes_at.timestamp_micros())
    }

    /// In digits, as a record keeps it that is read in every language: `22.11.2026 10:00–13:00`.
    #[must_use]
    pub fn digits(self, zone: Tz) -> String {
        let day = self.opens_at.with_timezone(&zone).format("%d.%m.%Y").to_string();
        format!("{day} {}–{}", clock(self.opens_at, zone), clock(self.closes_at, zone))
    }

    /// Whether a session that is held then has begun: candidates have been let in since.
    #[must_use]
    pub fn has_begun(self, state: State, now: Moment) -> bool {
        state != State::Planned && now >= self.opens_at
    }

    fn is_far(self, now: Moment) -> bool {
        self.opens_at > now + days(FARTHEST_DAYS)
    }
}

fn time(form: &mut FormState, field: &str) -> Option<NaiveTime> {
    let typed = form.value(field).trim();
    // Browsers add seconds when they are not zero.
    let read =
        NaiveTime::parse_from_str(typed, "%H:%M").or_else(|_| NaiveTime::parse_from_str(typed, "%H:%M:%S"));
    if read.is_err() {
        unread(form, field);
    }
    read.ok()
}

fn unread(form: &mut FormState, field: &str) {
    let code = if form.value(field).trim().is_empty() { "missing" } else { "malformed" };
    form.problem(field, code);
}

/// A time of day as a field shows it.
fn clock(at: Moment, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let form = if local.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    local.format(form).to_string()
}

/// Why a session is not held at another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMoved {
    /// It is closed.
    Closed,
    /// Its time is over.
    Over,
    /// It has begun, so its beginning stays.
    Begun,
    /// The other time is over already.
    Past,
    /// The other time is too far ahead.
    Far,
    /// It is held then already.
    Same,
    /// Somebody who is answering would lose time; with an end at this moment or later nobody does.
    TakesTime(Moment),
}

/// Whether the time of a session may be changed at all.
///
/// # Errors
/// Why not.
pub fn may_change(state: State, window: Window, now: Moment) -> Result<(), NotMoved> {
    match state {
        State::Closed => Err(NotMoved::Closed),
        State::Planned | State::Open if now >= window.closes_at => Err(NotMoved::Over),
        State::Planned | State::Open => Ok(()),
    }
}

/// Whether a session may be held at another time: all of it changes until it has begun, its end while it runs.
/// `sitting` are those who are answering.
///
/// # Errors
/// Why not.
pub fn may_move(
    state: State,
    from: Window,
    to: Window,
    sitting: &[Timing],
    now: Moment,
) -> Result<(), NotMoved> {
    may_change(state, from, now)?;
    if to == from {
        return Err(NotMoved::Same);
    }
    if from.has_begun(state, now) && to.opens_at != from.opens_at {
        return Err(NotMoved::Begun);
    }
    if to.closes_at <= now {
        return Err(NotMoved::Past);
    }
    if to.is_far(now) {
        return Err(NotMoved::Far);
    }
    match earliest_end(from, sitting) {
        Some(earliest) if to.closes_at < earliest => Err(NotMoved::TakesTime(whole_minute(earliest))),
        Some(_) | None => Ok(()),
    }
}

/// The earliest end of a session with which nobody who is answering loses time. Extra time, extensions and pauses come
/// on top of the window, so the end bounds the plain limit only.
fn earliest_end(window: Window, sitting: &[Timing]) -> Option<Moment> {
    let own = |timing: &Timing| timing.started_at + minutes(timing.limit_minutes);
    sitting.iter().map(|timing| own(timing).min(window.closes_at)).max()
}

/// The moment, or the next whole minute: people type no seconds.
fn whole_minute(at: Moment) -> Moment {
    let over = at.timestamp_micros().rem_euclid(60_000_000);
    if over == 0 { at } else { at + TimeDelta::microseconds(60_000_000 - over) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::attempt::deadline;

    const ZONE: Tz = Tz::Europe__Moscow;

    fn t(s: &str) -> Moment {
        format!("2026-11-22T{s}Z").parse().unwrap()
    }

    fn window(opens: &str, closes: &str) -> Window {
        Window { opens_at: t(opens), closes_at: t(closes) }
    }

    fn sitting(started: &str, limit_minutes: u32) -> Timing {
        Timing {
            started_at: t(started),
            limit_minutes,
            extra_percent: 50,
            window_end: Some(t("10:00:00")),
            extension_ms: 0,
            paused_ms: 0,
        }
    }

    #[test]
    fn a_window_is_read_in_the_zone_of_the_people() {
        let read = |day: &str, from: &str, until: &str| {
            let mut form = FormState::default().with("day", day).with("from", from).with("until", until);
            let window = Window::parse(&mut form, ZONE, t("07:00:00"));
            (window.map(|w| (w.opens_at, w.closes_at)), form)
        };
        assert_eq!(read("2026-11-22", "10:00", "13:00").0, Some((t("07:00:00"), t("10:00:00"))));
        let overnight = Some((t("19:00:00"), "2026-11-22T22:00:00Z".parse().unwrap()));
        assert_eq!(read("2026-11-22", "22:00", "01:00").0, overnight);
        for (day, from, until, field, code) in [
            ("", "10:00", "13:00", "day", "missing"),
            ("22.11.2026", "10:00", "13:00", "day", "malformed"),
            ("2026-11-22", "", "13:00", "from", "missing"),
            ("2026-11-22", "10:00", "25:00", "until", "malformed"),
            ("2026-11-22", "08:00", "21:30", "until", "out_of_range"),
            ("2026-11-21", "10:00", "13:00", "day", "in_the_past"),
            ("2036-11-21", "10:00", "13:00", "day", "out_of_range"),
        ] {
            let (window, form) = read(day, from, until);
            assert_eq!((window, form.problem_of(field)), (None, Some(code)), "{day} {from} {until}");
        }
    }

    #[test]
    fn what_a_form_shows_of_a_window_is_read_back_as_the_same() {
        for (opens, closes) in [("07:00:00", "10:00:00"), ("07:00:30", "10:00:00"), ("19:00:00", "22:00:00")]
        {
            let held = window(opens, closes);
            let mut form = held.typed(FormState::default(), ZONE);
            assert_eq!(Window::read(&mut form, ZONE), Some(held), "{form:?}");
        }
        assert_eq!(window("07:00:00", "10:00:00").digits(ZONE), "22.11.2026 10:00–13:00");
        assert_ne!(window("07:00:00", "10:00:00").mark(), window("07:00:00", "10:00:01").mark());
    }

    #[test]
    fn a_session_is_moved_until_it_has_begun_and_then_its_end_alone() {
        let from = window("07:00:00", "10:00:00");
        let later = window("08:30:00", "11:30:00");
        let longer = window("07:00:00", "11:00:00");
        for (state, now, to, said) in [
            (State::Planned, "06:00:00", later, Ok(())),
            (State::Planned, "08:00:00", later, Ok(())),
            (State::Planned, "08:00:00", longer, Ok(())),
            (State::Open, "06:59:59", later, Ok(())),
            (State::Open, "07:00:00", later, Err(NotMoved::Begun)),
            (State::Open, "08:00:00", longer, Ok(())),
            (State::Open, "08:00:00", window("07:00:00", "08:00:01"), Ok(())),
            (State::Open, "08:00:00", window("07:00:00", "08:00:00"), Err(NotMoved::Past)),
            (State::Planned, "08:00:00", window("06:00:00", "07:30:00"), Err(NotMoved::Past)),
            (State::Open, "08:00:00", from, Err(NotMoved::Same)),
            (State::Open, "10:00:00", longer, Err(NotMoved::Over)),
            (State::Planned, "10:00:00", later, Err(NotMoved::Over)),
            (State::Closed, "08:00:00", longer, Err(NotMoved::Closed)),
        ] {
            assert_eq!(may_move(state, from, to, &[], t(now)), said, "{state:?} at {now} to {to:?}");
        }
        let far = Window { opens_at: from.opens_at + days(400), closes_at: from.closes_at + days(400) };
        assert_eq!(may_move(State::Planned, from, far, &[], t("06:00:00")), Err(NotMoved::Far));
    }

    #[test]
    fn an_end_that_takes_time_from_somebody_says_which_does_not() {
        let from = window("07:00:00", "10:00:00");
        let quick = sitting("07:30:00", 45);
        let odd = sitting("07:30:20", 45);
        let bounded = sitting("09:30:00", 45);
        for (now, until, sitting, said) in [
            ("08:00:00", "08:15:00", &[quick][..], Ok(())),
            ("08:00:00", "08:14:00", &[quick][..], Err(NotMoved::TakesTime(t("08:15:00")))),
            ("08:00:00", "08:15:00", &[quick, odd][..], Err(NotMoved::TakesTime(t("08:16:00")))),
            ("08:00:00", "08:16:00", &[quick, odd][..], Ok(())),
            ("09:40:00", "09:59:00", &[bounded][..], Err(NotMoved::TakesTime(t("10:00:00")))),
            ("09:40:00", "10:30:00", &[bounded][..], Ok(())),
        ] {
            let to = window("07:00:00", until);
            assert_eq!(may_move(State::Open, from, to, sitting, t(now)), said, "at {now} until {until}");
        }
    }

    proptest! {
        #[test]
        fn nobody_who_is_answering_loses_time(
            begun in prop::collection::vec((0u32..60, 1u32..300, 0u32..200), 0..5), end in 61u32..700,
        ) {
            let from = window("07:00:00", "10:00:00");
            let sitting: Vec<Timing> = begun
                .iter()
                .map(|(minute, limit_minutes, extra_percent)| Timing {
                    started_at: from.opens_at + minutes(*minute),
                    limit_minutes: *limit_minutes,
                    extra_percent: *extra_percent,
                    window_end: Some(from.closes_at),
                    extension_ms: 0,
                    paused_ms: 0,
                })
                .collect();
            let to = Window { closes_at: from.opens_at + minutes(end), ..from };
            let moved = |timing: &Timing| deadline(&Timing { window_end: Some(to.closes_at), ..*timing });
            let loses = sitting.iter().any(|timing| moved(timing) < deadline(timing));
            let said = may_move(State::Open, from, to, &sitting, t("08:00:00"));
            prop_assert_eq!(matches!(said, Err(NotMoved::TakesTime(_))), loses);
        }
    }
}
