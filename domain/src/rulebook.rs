//! The standard: rules that lessons, items and results refer to by code.

use serde::{Deserialize, Serialize};

use crate::coded::coded;

coded! {
    /// Where a version stands. The same for rulebooks, programmes, tests and certifications.
    VersionState {
        /// Being written.
        Draft = "draft",
        /// Frozen, in use.
        Published = "published",
    }
}

/// A rule of one version of the standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Stays the same from version to version.
    pub code: String,
    /// Its number as people say it.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What it asks for.
    pub body: String,
    /// Behaviour that can be observed.
    pub indicators: Vec<String>,
    /// A working wording, not the official one.
    pub provisional: bool,
}
