//! What a daily job is about: its day, and how far it came.

use domain::refusal::Fault;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Step;

/// The payload of a daily job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    /// The civil day that it is the work of.
    pub(super) day: Day,
    /// The last row that was looked at.
    pub(super) after: Option<Uuid>,
}

impl About {
    /// The work of a day, from its beginning.
    pub(super) const fn of(day: Day) -> Self {
        Self { day, after: None }
    }

    pub(super) fn read(payload: &str) -> Result<Self, Fault> {
        serde_json::from_str(payload).map_err(|error| Fault::new("reading what a job is about", error))
    }

    pub(super) fn write(self) -> Result<String, Fault> {
        serde_json::to_string(&self).map_err(|error| Fault::new("noting what a job is about", error))
    }

    /// Goes on after a row.
    pub(super) fn after(self, row: Uuid) -> Result<Step, Fault> {
        Ok(Step::More(Self { after: Some(row), ..self }.write()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_comes_back_as_it_was_written() {
        let about = About::of("2026-11-22".parse().unwrap());
        assert_eq!(about.write().unwrap(), r#"{"day":"2026-11-22","after":null}"#);
        let row = Uuid::from_u128(7);
        let Step::More(next) = about.after(row).unwrap() else { panic!("there is more") };
        assert_eq!(About::read(&next).unwrap(), About { after: Some(row), ..about });
        assert!(About::read("{}").is_err());
    }
}
