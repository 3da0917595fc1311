//! Exam sessions in words, and the cells of the live board: the page and its stream say the same.

use domain::exam_session::{Incident, Place, State, Window};
use domain::time::{Moment, Tz};
use domain::timing::Scope;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::{Board, BoardRow};

use crate::format;
use crate::ui::status;

/// When a session is held.
pub(super) fn window(l: Locale, window: Window, zone: Tz) -> String {
    let from = format::moment(l, window.opens_at, zone);
    t!(l, proctor.window_value, from = from, until = format::time(window.closes_at, zone))
}

/// Where a session stands.
pub(super) fn state(l: Locale, state: State) -> AnyView {
    match state {
        State::Planned => status("is-info", "clock", t!(l, proctor.state_planned)),
        State::Open => status("is-done", "unlock", t!(l, proctor.state_open)),
        State::Closed => status("", "lock", t!(l, proctor.state_closed)),
    }
}

/// What is seen of a seat: its class and word.
pub(super) fn place(l: Locale, place: Place) -> (&'static str, String) {
    match place {
        Place::Expected => ("status", t!(l, proctor.at_expected)),
        Place::Checked => ("status is-info", t!(l, proctor.at_checked)),
        Place::In => ("status is-done", t!(l, proctor.at_in)),
        Place::Paused => ("status is-soon", t!(l, proctor.at_paused)),
        Place::Finished => ("status is-done", t!(l, proctor.at_finished)),
        Place::Absent => ("status is-lost", t!(l, proctor.at_absent)),
    }
}

/// How many there are at a place, by its name.
pub(super) fn total(l: Locale, place: Place) -> String {
    match place {
        Place::Expected => t!(l, proctor.total_expected),
        Place::Checked => t!(l, proctor.total_checked),
        Place::In => t!(l, proctor.total_in),
        Place::Paused => t!(l, proctor.total_paused),
        Place::Finished => t!(l, proctor.total_finished),
        Place::Absent => t!(l, proctor.total_absent),
    }
}

/// What an incident was about.
pub(super) fn incident(l: Locale, kind: Incident) -> String {
    match kind {
        Incident::Technical => t!(l, proctor.incident_technical),
        Incident::Conduct => t!(l, proctor.incident_conduct),
        Incident::Health => t!(l, proctor.incident_health),
        Incident::Other => t!(l, proctor.incident_else),
        Incident::Terminated => t!(l, proctor.incident_terminated),
        Incident::Moved => t!(l, proctor.incident_moved),
        Incident::IdentityUndone => t!(l, proctor.incident_identity_undone),
        Incident::Rescheduled => t!(l, proctor.incident_rescheduled),
    }
}

/// Whose time was changed.
pub(super) fn scope(l: Locale, scope: Scope) -> String {
    match scope {
        Scope::One => t!(l, proctor.scope_single),
        Scope::Room => t!(l, proctor.scope_room),
        Scope::Centre => t!(l, proctor.scope_centre),
    }
}

/// A length of time as a clock shows it.
pub(super) fn length(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    if seconds >= 3600 {
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

/// One cell of the board.
pub(super) struct Cell {
    /// The id of the element.
    pub(super) id: String,
    /// Its class.
    pub(super) class: &'static str,
    /// What it says.
    pub(super) says: String,
}

/// The cells of a row: its state, how many answers, the link, the time left.
pub(super) fn cells(l: Locale, board: &Board, row: &BoardRow, zone: Tz) -> [Cell; 4] {
    let (class, word) = place(l, row.place);
    let progress = match row.attempt {
        Some(_) => t!(l, proctor.progress_value, done = row.answered, all = board.questions),
        None => String::new(),
    };
    let left = row.time_left_ms.map(length).unwrap_or_default();
    let (tone, heard) = link(l, row, zone);
    let cell = |kind: &str, class, says| Cell { id: format!("{kind}-{}", row.person), class, says };
    [
        cell("state", class, word),
        cell("done", "", progress),
        cell("link", tone, heard),
        cell("left", "", left),
    ]
}

fn link(l: Locale, row: &BoardRow, zone: Tz) -> (&'static str, String) {
    if !matches!(row.place, Place::In | Place::Paused) {
        return ("", String::new());
    }
    match row.seen_at {
        Some(_) if row.is_connected => ("status is-done", t!(l, proctor.link_on)),
        Some(seen) => ("status is-lost", t!(l, proctor.link_off, time = format::clock(seen, zone))),
        None => ("status", t!(l, proctor.link_unknown)),
    }
}

/// The class of a row, by which its buttons are shown.
pub(super) fn row_class(row: &BoardRow) -> &'static str {
    if row.is_locked {
        return "at-locked";
    }
    match row.place {
        Place::Expected => "at-expected",
        Place::Checked | Place::In | Place::Paused | Place::Finished | Place::Absent => "at-other",
    }
}

/// When the board was looked at.
pub(super) fn looked(l: Locale, at: Moment, zone: Tz) -> String {
    t!(l, proctor.at, time = format::clock(at, zone))
}

/// Everything on the board that changes, one cell a line: id, class and words, with tabs between. A row comes as a
/// line without words.
pub(super) fn lines(l: Locale, board: &Board, zone: Tz) -> String {
    let mut lines = vec![format!("board-at\tsmall muted\t{}", looked(l, board.at, zone))];
    for place in Place::ALL {
        lines.push(format!("total-{}\t\t{}", place.code(), board.count(*place)));
    }
    for row in &board.rows {
        lines.push(format!("row-{}\t{}", row.person, row_class(row)));
        for cell in cells(l, board, row, zone) {
            lines.push(format!("{}\t{}\t{}", cell.id, cell.class, cell.says));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_length_of_time_is_read_like_a_clock() {
        for (ms, said) in
            [(0, "0:00"), (-5, "0:00"), (59_999, "0:59"), (300_000, "5:00"), (3_725_000, "1:02:05")]
        {
            assert_eq!(length(ms), said);
        }
    }
}
