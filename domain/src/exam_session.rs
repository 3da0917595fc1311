//! An exam session: when it is held, who is let in, and what a proctor sees of a seat.

mod window;

pub use self::window::{NotMoved, Window, may_change, may_move};
use crate::attempt;
use crate::badge::ALPHABET;
use crate::coded::coded;
use crate::time::Moment;

coded! {
    /// Where a session stands.
    State {
        /// Being prepared: nobody is let in.
        Planned = "planned",
        /// Candidates are let in.
        Open = "open",
        /// Over.
        Closed = "closed",
    }
}

coded! {
    /// What an incident was about.
    Incident {
        /// A device, the link, the power.
        Technical = "technical",
        /// A breach of the rules.
        Conduct = "conduct",
        /// Somebody was unwell.
        Health = "health",
        /// Anything else.
        Other = "other",
        /// The proctor ended an attempt.
        Terminated = "terminated",
        /// The proctor let a candidate go on at another device.
        Moved = "moved",
        /// The proctor took back that somebody's identity was checked.
        IdentityUndone = "identity_undone",
        /// The session was given another time.
        Rescheduled = "rescheduled",
    }
}

impl Incident {
    /// Those that a proctor notes by hand.
    pub const BY_HAND: [Self; 4] = [Self::Technical, Self::Conduct, Self::Health, Self::Other];
}

/// After so many wrong codes in a row a seat is locked, until the proctor unlocks it.
pub const MOST_WRONG: u32 = 5;

/// What decides whether a person with a seat may begin.
#[derive(Clone, Copy, Debug)]
pub struct Knock {
    /// Where the session stands.
    pub state: State,
    /// When it is held.
    pub window: Window,
    /// Whether the person comes from an allowed address.
    pub is_here: bool,
    /// Wrong codes since the last unlocking.
    pub wrong_codes: u32,
    /// Whether the proctor has checked who they are.
    pub is_identified: bool,
}

/// Why a person with a seat cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotIn {
    /// The session is not open yet.
    NotOpen,
    /// It is open, and its window begins later.
    TooEarly,
    /// It is over.
    Over,
    /// From this address the session cannot be sat.
    Elsewhere,
    /// Too many wrong codes.
    Locked,
    /// The proctor has not checked who they are.
    Unidentified,
    /// Not the code of this person and session.
    WrongCode,
}

impl NotIn {
    /// The code that pages turn into words, and the audit log keeps.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOpen => "session_not_open",
            Self::TooEarly => "session_too_early",
            Self::Over => "session_over",
            Self::Elsewhere => "session_elsewhere",
            Self::Locked => "seat_locked",
            Self::Unidentified => "identity_unchecked",
            Self::WrongCode => "start_code_wrong",
        }
    }
}

/// Whether a person with a seat may begin now, if they know the code.
///
/// # Errors
/// Why not, what the person can do least about first.
pub fn may_enter(knock: &Knock, now: Moment) -> Result<(), NotIn> {
    let Knock { state, window, is_here, wrong_codes, is_identified } = *knock;
    if state == State::Closed || now >= window.closes_at {
        return Err(NotIn::Over);
    }
    if state == State::Planned {
        return Err(NotIn::NotOpen);
    }
    if now < window.opens_at {
        return Err(NotIn::TooEarly);
    }
    if !is_here {
        return Err(NotIn::Elsewhere);
    }
    if wrong_codes >= MOST_WRONG {
        return Err(NotIn::Locked);
    }
    if is_identified { Ok(()) } else { Err(NotIn::Unidentified) }
}

/// Eight characters of a code that only the server can make: 40 bits of it.
#[must_use]
pub fn start_code(mac: &[u8; 32]) -> String {
    let bits = mac.iter().take(5).fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
    let letter = |place: u32| {
        let at = usize::try_from((bits >> (place * 5)) & 31).ok()?;
        ALPHABET.get(at).map(|letter| char::from(*letter))
    };
    (0..8).rev().filter_map(letter).collect()
}

/// A start code as it is compared: in capitals, without spaces and hyphens, `O` as 0, `I` and `L` as 1.
#[must_use]
pub fn plain_start_code(typed: &str) -> String {
    typed
        .chars()
        .take(40)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

coded! {
    /// What a proctor sees of a seat.
    Place {
        /// Not here yet.
        Expected = "expected",
        /// It is known who they are; they have not begun.
        Checked = "checked",
        /// Answering.
        In = "in",
        /// The clock stands still.
        Paused = "paused",
        /// Handed in, or the time was up.
        Finished = "finished",
        /// The session is over, and they have not begun.
        Absent = "absent",
    }
}

/// What a proctor sees of a seat at a moment.
#[must_use]
pub const fn place(is_identified: bool, attempt: Option<attempt::State>, is_over: bool) -> Place {
    match attempt {
        Some(attempt::State::Open | attempt::State::Grace) => Place::In,
        Some(attempt::State::Paused) => Place::Paused,
        Some(attempt::State::TimeUp | attempt::State::Finished) => Place::Finished,
        None if is_over => Place::Absent,
        None if is_identified => Place::Checked,
        None => Place::Expected,
    }
}

/// A candidate counts as connected when their browser was heard of so lately, in seconds.
pub const CONNECTED_SECONDS: i64 = 30;

/// Whether a candidate's browser was heard of lately.
#[must_use]
pub fn is_connected(seen_at: Option<Moment>, now: Moment) -> bool {
    seen_at.is_some_and(|seen| (now - seen).num_seconds() <= CONNECTED_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(s: &str) -> Moment {
        format!("2026-11-22T{s}Z").parse().unwrap()
    }

    fn knock() -> Knock {
        Knock {
            state: State::Open,
            window: Window { opens_at: t("07:00:00"), closes_at: t("10:00:00") },
            is_here: true,
            wrong_codes: 0,
            is_identified: true,
        }
    }

    #[test]
    fn only_who_is_known_and_here_and_in_time_is_let_in() {
        for (knock, now, said) in [
            (knock(), "07:00:00", Ok(())),
            (knock(), "09:59:59", Ok(())),
            (knock(), "06:59:59", Err(NotIn::TooEarly)),
            (knock(), "10:00:00", Err(NotIn::Over)),
            (Knock { state: State::Planned, ..knock() }, "08:00:00", Err(NotIn::NotOpen)),
            (Knock { state: State::Closed, ..knock() }, "08:00:00", Err(NotIn::Over)),
            (Knock { is_here: false, ..knock() }, "08:00:00", Err(NotIn::Elsewhere)),
            (Knock { wrong_codes: 4, ..knock() }, "08:00:00", Ok(())),
            (Knock { wrong_codes: 5, ..knock() }, "08:00:00", Err(NotIn::Locked)),
            (Knock { is_identified: false, ..knock() }, "08:00:00", Err(NotIn::Unidentified)),
        ] {
            assert_eq!(may_enter(&knock, t(now)), said, "{knock:?} at {now}");
        }
    }

    #[test]
    fn a_start_code_survives_careless_typing() {
        assert_eq!(start_code(&[0; 32]), "00000000");
        assert_eq!(start_code(&[255; 32]), "ZZZZZZZZ");
        let mut mac = [0; 32];
        mac[..5].copy_from_slice(&[0b0000_1000, 0b1000_0110, 0b0100_0010, 0b1001_1000, 0b1110_1000]);
        let code = start_code(&mac);
        assert_eq!(code, "12345678");
        for typed in ["12345678", " 1234-5678 ", "l234 5678", "I2345678"] {
            assert_eq!(plain_start_code(typed), code, "{typed}");
        }
        assert_eq!(plain_start_code("oOo"), "000");
        assert!(plain_start_code(&"я".repeat(1_000_000)).chars().count() <= 40);
    }

    #[test]
    fn a_seat_is_what_its_attempt_is() {
        for (identified, attempt, over, seen) in [
            (false, None, false, Place::Expected),
            (true, None, false, Place::Checked),
            (true, None, true, Place::Absent),
            (true, Some(attempt::State::Open), false, Place::In),
            (true, Some(attempt::State::Grace), true, Place::In),
            (true, Some(attempt::State::Paused), false, Place::Paused),
            (true, Some(attempt::State::TimeUp), false, Place::Finished),
            (true, Some(attempt::State::Finished), true, Place::Finished),
        ] {
            assert_eq!(place(identified, attempt, over), seen);
        }
    }

    #[test]
    fn a_browser_is_connected_while_it_is_heard_of() {
        for (seen, connected) in
            [(None, false), (Some("07:59:29"), false), (Some("07:59:30"), true), (Some("08:00:00"), true)]
        {
            assert_eq!(is_connected(seen.map(t), t("08:00:00")), connected);
        }
    }
}
