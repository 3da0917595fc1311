//! Faults of the database, and rows that make no sense.

use domain::refusal::Fault;
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// Says what was being done when the database failed.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, Fault>;
}

impl<T> Doing<T> for Result<T, DbErr> {
    fn doing(self, doing: &'static str) -> Result<T, Fault> {
        self.map_err(
            |error| if is_full(&error) { Fault::full(doing, error) } else { Fault::new(doing, error) },
        )
    }
}

/// What the driver said, without the layers round it.
pub(crate) fn said_by(error: &DbErr) -> Option<&sqlx::Error> {
    if let DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error)) = error
    {
        Some(error.as_ref())
    } else {
        None
    }
}

/// Whether the disk is full: `SQLITE_FULL`, or `disk_full` of `PostgreSQL`.
fn is_full(error: &DbErr) -> bool {
    let said = said_by(error).and_then(sqlx::Error::as_database_error);
    let code = said.and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "13" || code == "53100")
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
