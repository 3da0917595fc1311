//! An attempt's time and what becomes of an answer. The server's clock decides; a browser's is only shown.

use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::time::{Moment, millis, minutes, seconds};

coded! {
    /// What the journal says of an event.
    Verdict {
        /// In time; it is the answer, unless a later one follows.
        Counted = "counted",
        /// After the deadline, within the grace: counts, and is marked.
        Grace = "grace",
        /// After the grace, or after hand-in: kept, not scored.
        Late = "late",
        /// From an earlier device, where a newer one has answered: kept, not scored.
        Superseded = "superseded",
        /// While the attempt was paused.
        Paused = "paused",
        /// Not an answer to this form.
        Refused = "refused",
        /// The same writer and number as another event, with another body.
        Conflict = "conflict",
    }
}

impl Verdict {
    /// Whether the event changes the answer that is scored.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Counted | Self::Grace)
    }
}

/// Everything that the deadline depends on.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// When the attempt was started.
    pub started_at: Moment,
    /// The test's limit.
    pub limit_minutes: u32,
    /// Extra time of the person's profile, in percent of the limit.
    pub extra_percent: u32,
    /// When the exam session closes.
    pub window_end: Option<Moment>,
    /// Extensions granted while sitting.
    pub extension_ms: i64,
    /// How long it was paused.
    pub paused_ms: i64,
}

/// The one deadline formula, shown to the candidate before the start:
/// `min(started_at + limit + extra, window_end + extra) + extensions + paused`,
/// where `extra = ceil(limit × percent / 100)` in seconds.
#[must_use]
pub fn deadline(timing: &Timing) -> Moment {
    let extra = seconds((timing.limit_minutes * 60 * timing.extra_percent).div_ceil(100));
    let own = timing.started_at + minutes(timing.limit_minutes) + extra;
    let end = timing.window_end.map_or(own, |window| own.min(window + extra));
    end + millis(timing.extension_ms) + millis(timing.paused_ms)
}

/// What is stored of an attempt's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Being sat.
    Open,
    /// Handed in, or closed by the sweeper.
    Finished,
}

/// What an attempt is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Answers count.
    Open,
    /// The clock stands still; answers are kept, and do not count.
    Paused,
    /// The deadline has passed; answers under way still count.
    Grace,
    /// Deadline and grace have passed; the sweeper or the next POST closes it.
    TimeUp,
    /// Closed.
    Finished,
}

/// What decides the state of an attempt.
#[derive(Clone, Copy, Debug)]
pub struct Clockwork {
    /// What is stored.
    pub stored: Stored,
    /// By the one formula.
    pub deadline: Moment,
    /// Since when the clock stands still; none while it runs.
    pub paused_at: Option<Moment>,
    /// After the deadline.
    pub grace_seconds: u32,
}

impl Clockwork {
    /// What an attempt is at a moment: reading never writes.
    #[must_use]
    pub fn state_at(self, now: Moment) -> State {
        match self.stored {
            Stored::Finished => State::Finished,
            Stored::Open if self.paused_at.is_some() => State::Paused,
            Stored::Open if now <= self.deadline => State::Open,
            Stored::Open if now <= self.grades_at() => State::Grace,
            Stored::Open => State::TimeUp,
        }
    }

    /// Milliseconds until the deadline; below zero within the grace. A pause holds it where it was.
    #[must_use]
    pub fn time_left_ms(self, now: Moment) -> i64 {
        (self.deadline - self.paused_at.unwrap_or(now)).num_milliseconds()
    }

    /// After this moment nothing counts any more, and the attempt is graded.
    #[must_use]
    pub fn grades_at(self) -> Moment {
        self.deadline + seconds(self.grace_seconds)
    }
}

/// What becomes of an answer that arrives now.
///
/// `newer_answered`: the event's writer is no longer the one that holds the lease, and the one that
/// does has answered this position.
#[must_use]
pub const fn judge(state: State, newer_answered: bool) -> Verdict {
    match state {
        State::TimeUp | State::Finished => Verdict::Late,
        State::Paused => Verdict::Paused,
        State::Open | State::Grace if newer_answered => Verdict::Superseded,
        State::Open => Verdict::Counted,
        State::Grace => Verdict::Grace,
    }
}

/// What an event says: the chosen options by their tokens, or that a question is marked for later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Option tokens; for an ordering, all of them in the order given. None takes the answer back.
    Options(Vec<String>),
    /// "I'll look at this one again."
    Mark {
        /// On or off.
        mark: bool,
    },
}

/// The most options that an event may name; more is refused before it is looked at.
pub const MOST_OPTIONS: usize = 12;

/// Reads option tokens of a question.
///
/// # Errors
/// The code of the refusal: an option that is not in the form, twice the same, too many for the kind.
pub fn read_options(
    kind: crate::item::Kind,
    shown: &[(String, u8)],
    tokens: &[String],
) -> Result<Vec<u8>, &'static str> {
    if tokens.len() > MOST_OPTIONS {
        return Err("too_many_options");
    }
    let mut chosen = Vec::with_capacity(tokens.len());
    for token in tokens {
        let Some((_, option)) = shown.iter().find(|(known, _)| known == token) else {
            return Err("unknown_option");
        };
        if chosen.contains(option) {
            return Err("option_twice");
        }
        chosen.push(*option);
    }
    match kind {
        crate::item::Kind::Single if chosen.len() > 1 => Err("too_many_options"),
        crate::item::Kind::Single | crate::item::Kind::Multiple | crate::item::Kind::Ordering => Ok(chosen),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::item::Kind;

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

    #[test]
    fn the_deadline_follows_the_formula() {
        for (change, expected) in [
            (timing(), "10:45:00"),
            (Timing { extra_percent: 25, ..timing() }, "10:56:15"),
            (Timing { extra_percent: 33, limit_minutes: 10, ..timing() }, "10:13:18"),
            (Timing { window_end: Some(t("10:30:00")), ..timing() }, "10:30:00"),
            (Timing { window_end: Some(t("10:30:00")), extra_percent: 50, ..timing() }, "10:52:30"),
            (Timing { window_end: Some(t("12:00:00")), ..timing() }, "10:45:00"),
            (Timing { extension_ms: 300_000, paused_ms: 60_000, ..timing() }, "10:51:00"),
        ] {
            assert_eq!(deadline(&change), t(expected), "{change:?}");
        }
    }

    #[test]
    fn an_answer_is_judged_by_the_moment_it_arrives() {
        let end = t("10:45:00");
        for (stored, now, newer, verdict) in [
            (Stored::Open, "10:44:59", false, Verdict::Counted),
            (Stored::Open, "10:45:00", false, Verdict::Counted),
            (Stored::Open, "10:45:01", false, Verdict::Grace),
            (Stored::Open, "10:45:30", false, Verdict::Grace),
            (Stored::Open, "10:45:31", false, Verdict::Late),
            (Stored::Open, "10:20:00", true, Verdict::Superseded),
            (Stored::Finished, "10:20:00", false, Verdict::Late),
        ] {
            let clockwork = Clockwork { stored, deadline: end, paused_at: None, grace_seconds: 30 };
            assert_eq!(judge(clockwork.state_at(t(now)), newer), verdict, "{now}");
        }
    }

    #[test]
    fn a_pause_holds_the_clock_and_keeps_answers_uncounted() {
        let clockwork = Clockwork {
            stored: Stored::Open,
            deadline: t("10:45:00"),
            paused_at: Some(t("10:30:00")),
            grace_seconds: 30,
        };
        for now in ["10:30:00", "10:44:00", "11:59:59"] {
            assert_eq!(clockwork.time_left_ms(t(now)), 15 * 60_000, "{now}");
            assert_eq!(judge(clockwork.state_at(t(now)), false), Verdict::Paused, "{now}");
        }
        let over = Clockwork { stored: Stored::Finished, ..clockwork };
        assert_eq!(judge(over.state_at(t("10:31:00")), false), Verdict::Late);
        assert!(!Verdict::Paused.counts());
    }

    #[test]
    fn an_option_of_another_form_is_refused() {
        let shown = vec![("aa".to_owned(), 2), ("bb".to_owned(), 0)];
        let read = |kind, tokens: &[&str]| {
            read_options(kind, &shown, &tokens.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(read(Kind::Single, &["aa"]), Ok(vec![2]));
        assert_eq!(read(Kind::Single, &[]), Ok(vec![]));
        assert_eq!(read(Kind::Single, &["zz"]), Err("unknown_option"));
        assert_eq!(read(Kind::Single, &["aa", "bb"]), Err("too_many_options"));
        assert_eq!(read(Kind::Multiple, &["aa", "aa"]), Err("option_twice"));
        assert_eq!(read(Kind::Ordering, &["bb", "aa"]), Ok(vec![0, 2]));
    }

    proptest! {
        #[test]
        fn more_time_is_never_less(limit in 1u32..300, extra in 0u32..300, more in 0u32..100, ext in 0i64..10_000_000) {
            let base = Timing { limit_minutes: limit, extra_percent: extra, ..timing() };
            let longer = Timing { extra_percent: extra + more, extension_ms: ext, ..base };
            prop_assert!(deadline(&longer) >= deadline(&base));
            prop_assert!(deadline(&base) >= base.started_at + minutes(limit));
        }

        #[test]
        fn nothing_counts_after_the_grace(late in 1u32..100_000, grace in 0u32..300) {
            let end = t("10:45:00");
            let now = end + seconds(grace) + seconds(late);
            let clockwork =
                Clockwork { stored: Stored::Open, deadline: end, paused_at: None, grace_seconds: grace };
            prop_assert!(!judge(clockwork.state_at(now), false).counts());
        }
    }
}
