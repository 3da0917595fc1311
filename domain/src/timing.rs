//! Changing the time of an attempt that is under way: extensions, pauses, another end of its session. The deadline
//! stays what the one formula makes of it.

use crate::attempt::{Clockwork, State, Timing, deadline};
use crate::coded::coded;
use crate::time::Moment;

coded! {
    /// How an attempt's time was changed.
    Kind {
        /// More time.
        Extension = "extension",
        /// The clock stands still from now on.
        Pause = "pause",
        /// The clock runs again; the time it stood still is given back.
        Resume = "resume",
        /// The session ends later, and bounds the attempt less.
        Window = "window",
    }
}

coded! {
    /// Whose time is changed.
    Scope {
        /// One candidate's.
        One = "one",
        /// That of everybody in the session.
        Room = "room",
        /// That of everybody in the open sessions of the centre.
        Centre = "centre",
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// So many minutes more.
    Extension(u32),
    /// Stop the clock.
    Pause,
    /// Let it run again.
    Resume,
    /// Another end of the session; [`crate::exam_session::may_move`] says whether it may be.
    Window(Moment),
}

impl Asked {
    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Extension(_) => Kind::Extension,
            Self::Pause => Kind::Pause,
            Self::Resume => Kind::Resume,
            Self::Window(_) => Kind::Window,
        }
    }
}

/// The least and the most minutes of one extension.
pub const MINUTES: (u32, u32) = (1, 120);

/// Why an attempt is left out of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It was handed in or closed.
    Finished,
    /// Its deadline and grace have passed.
    TooLate,
    /// Its clock stands still already.
    Paused,
    /// Its clock runs.
    Running,
}

/// What a change makes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// All extensions.
    pub extension_ms: i64,
    /// All pauses that have ended.
    pub paused_ms: i64,
    /// Since when the clock stands still.
    pub paused_at: Option<Moment>,
    /// By the one formula.
    pub deadline: Moment,
    /// How much time this change gave.
    pub ms: i64,
}

/// What a change makes of an attempt.
///
/// # Errors
/// Why the attempt is left out.
pub fn changed(timing: &Timing, clock: Clockwork, asked: Asked, now: Moment) -> Result<Changed, LeftOut> {
    match clock.state_at(now) {
        State::Finished => return Err(LeftOut::Finished),
        State::TimeUp => return Err(LeftOut::TooLate),
        State::Open | State::Paused | State::Grace => {}
    }
    let (ms, paused_at, timing) = match asked {
        Asked::Extension(more) => {
            let ms = i64::from(more) * 60_000;
            (ms, clock.paused_at, Timing { extension_ms: timing.extension_ms + ms, ..*timing })
        }
        Asked::Pause if clock.paused_at.is_some() => return Err(LeftOut::Paused),
        Asked::Pause => (0, Some(now), *timing),
        Asked::Resume => {
            let ms = stood_still(clock.paused_at.ok_or(LeftOut::Running)?, now);
            (ms, None, Timing { paused_ms: timing.paused_ms + ms, ..*timing })
        }
        Asked::Window(end) => {
            let moved = Timing { window_end: Some(end), ..*timing };
            ((deadline(&moved) - clock.deadline).num_milliseconds(), clock.paused_at, moved)
        }
    };
    Ok(Changed {
        extension_ms: timing.extension_ms,
        paused_ms: timing.paused_ms,
        paused_at,
        deadline: deadline(&timing),
        ms,
    })
}

/// How long a clock stood still, in whole milliseconds: what is left of one is the candidate's.
fn stood_still(since: Moment, now: Moment) -> i64 {
    let micros = (now - since).num_microseconds().unwrap_or(0).max(0);
    micros.saturating_add(999) / 1000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::attempt::Stored;
    use crate::time::{minutes, seconds};

    fn t(s: &str) -> Moment {
        format!("2026-11-22T{s}Z").parse().unwrap()
    }

    fn timing() -> Timing {
        Timing {
            started_at: t("10:00:00"),
            limit_minutes: 45,
            extra_percent: 0,
            window_end: None,
            extension_ms: 0,
            paused_ms: 0,
        }
    }

    fn clock(timing: &Timing, paused_at: Option<Moment>) -> Clockwork {
        Clockwork { stored: Stored::Open, deadline: deadline(timing), paused_at, grace_seconds: 30 }
    }

    /// What a list of changes makes of an attempt: its deadline, and what is left.
    fn after(mut timing: Timing, changes: &[(&str, Asked)]) -> (Moment, Option<Moment>) {
        let mut clock = clock(&timing, None);
        for (at, asked) in changes {
            let made = changed(&timing, clock, *asked, t(at)).unwrap();
            timing = Timing { extension_ms: made.extension_ms, paused_ms: made.paused_ms, ..timing };
            clock = Clockwork { deadline: made.deadline, paused_at: made.paused_at, ..clock };
            assert_eq!(clock.deadline, deadline(&timing), "{asked:?} keeps to the formula");
        }
        (clock.deadline, clock.paused_at)
    }

    #[test]
    fn extra_time_extensions_pauses_and_the_window_add_up() {
        let window = |timing| Timing { window_end: Some(t("10:30:00")), ..timing };
        let extra = |timing| Timing { extra_percent: 50, ..timing };
        let pause = [("10:05:00", Asked::Pause), ("10:12:30", Asked::Resume)];
        let both = [("10:01:00", Asked::Extension(5)), pause[0], pause[1]];
        for (timing, changes, until) in [
            (timing(), &[][..], "10:45:00"),
            (timing(), &[("10:01:00", Asked::Extension(5))][..], "10:50:00"),
            (timing(), &pause[..], "10:52:30"),
            (timing(), &both[..], "10:57:30"),
            (extra(timing()), &[][..], "11:07:30"),
            (extra(timing()), &both[..], "11:20:00"),
            (window(timing()), &[][..], "10:30:00"),
            (window(timing()), &both[..], "10:42:30"),
            (window(extra(timing())), &[][..], "10:52:30"),
            (window(extra(timing())), &both[..], "11:05:00"),
            // The order makes no difference: an extension within a pause counts as one before it.
            (
                window(extra(timing())),
                &[pause[0], ("10:07:00", Asked::Extension(5)), pause[1]][..],
                "11:05:00",
            ),
        ] {
            assert_eq!(after(timing, changes), (t(until), None), "{timing:?} {changes:?}");
        }
    }

    #[test]
    fn another_end_of_the_session_changes_those_that_it_bounds() {
        let within = |end| Timing { window_end: Some(t(end)), ..timing() };
        for (timing, end, until, gained) in [
            (within("10:30:00"), "10:40:00", "10:40:00", 600_000),
            (within("10:30:00"), "12:00:00", "10:45:00", 900_000),
            (within("11:00:00"), "10:50:00", "10:45:00", 0),
            (Timing { extra_percent: 50, ..within("10:30:00") }, "10:40:00", "11:02:30", 600_000),
            (Timing { extension_ms: 300_000, ..within("10:30:00") }, "10:40:00", "10:45:00", 600_000),
        ] {
            for paused_at in [None, Some(t("10:10:00"))] {
                let made = changed(&timing, clock(&timing, paused_at), Asked::Window(t(end)), t("10:20:00"));
                let made = made.unwrap();
                assert_eq!((made.deadline, made.ms), (t(until), gained), "{timing:?} until {end}");
                assert_eq!((made.paused_at, made.extension_ms), (paused_at, timing.extension_ms));
            }
        }
    }

    #[test]
    fn a_change_comes_too_late_after_the_grace_and_never_to_a_finished_attempt() {
        let open = clock(&timing(), None);
        let finished = Clockwork { stored: Stored::Finished, ..open };
        for (clock, now, asked, left) in [
            (open, "10:45:30", Asked::Extension(5), None),
            (open, "10:45:31", Asked::Extension(5), Some(LeftOut::TooLate)),
            (open, "10:45:31", Asked::Pause, Some(LeftOut::TooLate)),
            (open, "10:10:00", Asked::Resume, Some(LeftOut::Running)),
            (clock(&timing(), Some(t("10:05:00"))), "10:10:00", Asked::Pause, Some(LeftOut::Paused)),
            // Time does not run out while the clock stands still.
            (clock(&timing(), Some(t("10:44:00"))), "12:00:00", Asked::Resume, None),
            (finished, "10:10:00", Asked::Extension(5), Some(LeftOut::Finished)),
            (finished, "10:10:00", Asked::Pause, Some(LeftOut::Finished)),
        ] {
            assert_eq!(changed(&timing(), clock, asked, t(now)).err(), left, "{asked:?} at {now}");
        }
    }

    proptest! {
        #[test]
        fn a_pause_takes_no_time_away(before in 0u32..2700, length in 0u32..100_000, extra in 0u32..300) {
            let timing = Timing { extra_percent: extra, ..timing() };
            let clock = clock(&timing, None);
            let from = timing.started_at + seconds(before);
            let paused = changed(&timing, clock, Asked::Pause, from).unwrap();
            let clock = Clockwork { deadline: paused.deadline, paused_at: paused.paused_at, ..clock };
            let until = from + seconds(length);
            let left = clock.time_left_ms(until);
            let on = changed(&timing, clock, Asked::Resume, until).unwrap();
            let clock = Clockwork { deadline: on.deadline, paused_at: on.paused_at, ..clock };
            prop_assert_eq!(clock.time_left_ms(until), left);
            prop_assert_eq!(on.deadline, deadline(&timing) + seconds(length));
        }

        #[test]
        fn an_extension_moves_the_deadline_by_itself(more in 1u32..=120, window in 1u32..200) {
            let timing = Timing { window_end: Some(t("10:00:00") + minutes(window)), ..timing() };
            let clock = clock(&timing, None);
            let made = changed(&timing, clock, Asked::Extension(more), t("10:00:10")).unwrap();
            prop_assert_eq!(made.deadline, clock.deadline + minutes(more));
        }
    }
}
