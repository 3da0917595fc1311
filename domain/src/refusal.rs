//! The three ways a request can go wrong, and no fourth.
//!
//! Wrong input is a [`FormState`]; "the answer is no" is a [`Refusal`];
//! "it broke" is a [`Fault`].

use std::error::Error;
use std::fmt;

use crate::form::FormState;

/// Something broke. Its source is for the log only; a browser sees a code.
pub struct Fault {
    kind: Kind,
    doing: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

/// What may be done about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nobody knows yet.
    Broken,
    /// Come again in a moment.
    Busy,
    /// Somebody has to make room.
    Full,
}

impl Fault {
    /// Notes what was being done when it broke.
    pub fn new(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Broken, doing, source: source.into() }
    }

    /// Notes what there was no room for: nothing is broken, and a moment later it may go well.
    pub fn busy(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Busy, ..Self::new(doing, source) }
    }

    /// Notes what was not kept because the disk is full: what was kept before is all right.
    pub fn full(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Full, ..Self::new(doing, source) }
    }

    /// Whether a moment later it may go well.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self.kind, Kind::Busy)
    }

    /// Whether it goes well again once somebody has made room on the disk.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self.kind, Kind::Full)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.doing, self.source)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.source)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// The answer is no, for a reason that a person can be told.
#[derive(Debug)]
pub enum Refusal {
    /// No such thing, or not theirs: the two look the same from outside.
    NotFound,
    /// They may not do this at all.
    Denied,
    /// Nobody is signed in.
    SignedOut,
    /// What was typed is wrong; the page shows it again.
    Form(FormState),
    /// Things have moved on since the page was made; the code says how.
    Conflict(&'static str),
    /// It broke.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<FormState> for Refusal {
    fn from(form: FormState) -> Self {
        Self::Form(form)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Denied => f.write_str("denied"),
            Self::SignedOut => f.write_str("signed out"),
            Self::Form(_) => f.write_str("wrong input"),
            Self::Conflict(code) => write!(f, "conflict: {code}"),
            Self::Fault(fault) => fmt::Display::fmt(fault, f),
        }
    }
}

impl Error for Refusal {}
