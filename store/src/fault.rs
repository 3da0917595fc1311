//! Faults of the database, and rows that make no sense.

use domain::refusal::Fault;
use sea_orm::{DbErr, SqlErr};

/// Says what was being done when the database failed.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, Fault>;
}

impl<T> Doing<T> for Result<T, DbErr> {
    fn doing(self, doing: &'static str) -> Result<T, Fault> {
        self.map_err(|error| Fault::new(doing, error))
    }
}

/// Whether a write failed because something that must be unique is taken. Which of them is asked again: the
/// engines do not name it alike.
#[must_use]
pub fn is_taken(fault: &Fault) -> bool {
    let source = std::error::Error::source(fault).and_then(|source| source.downcast_ref::<DbErr>());
    matches!(source.and_then(DbErr::sql_err), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// A stored value that the domain does not know.
pub(crate) fn corrupt(table: &'static str, column: &'static str, value: &dyn std::fmt::Debug) -> Fault {
    Fault::new("reading a row", format!("{table}.{column} holds {value:?}"))
}

/// Reads a stored code.
pub(crate) fn coded<T>(
    table: &'static str,
    column: &'static str,
    code: &str,
    of: impl Fn(&str) -> Option<T>,
) -> Result<T, Fault> {
    of(code).ok_or_else(|| corrupt(table, column, &code))
}

/// Reads a stored JSON value.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    text: &str,
) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|_| corrupt(table, column, &text))
}

/// Writes a JSON value.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::new("writing a value as JSON", error))
}

/// A stored number that fits.
pub(crate) fn number<A, B>(table: &'static str, column: &'static str, value: A) -> Result<B, Fault>
where
    A: Copy + std::fmt::Debug,
    B: TryFrom<A>,
{
    B::try_from(value).map_err(|_| corrupt(table, column, &value))
}
