//! Text that has been checked at the door. A parser returns a code, never prose.

use std::fmt;

/// Folds text for search and order: lower case, `ё` as `е`, single spaces.
///
/// Both engines then find and sort Cyrillic alike: SQLite knows only ASCII case.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for letter in word.chars().flat_map(char::to_lowercase) {
            out.push(if letter == 'ё' { 'е' } else { letter });
        }
    }
    out
}

/// Why a text was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextProblem {
    /// Nothing was typed.
    Missing,
    /// Shorter than allowed.
    TooShort,
    /// Longer than allowed.
    TooLong,
    /// Holds something that does not belong in it.
    Malformed,
}

impl TextProblem {
    /// The code that pages turn into words.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
        }
    }
}

/// One line of up to `max` characters, trimmed, without control characters.
///
/// # Errors
/// The problem, when it is empty, too long or not one line.
pub fn line(text: &str, max: usize) -> Result<String, TextProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextProblem::Missing);
    }
    if text.chars().any(char::is_control) {
        return Err(TextProblem::Malformed);
    }
    if text.chars().count() > max {
        return Err(TextProblem::TooLong);
    }
    Ok(text.to_owned())
}

/// Several lines of up to `max` characters, trimmed; line ends become `\n`.
///
/// # Errors
/// The problem, when it is empty, too long or holds other control characters.
pub fn block(text: &str, max: usize) -> Result<String, TextProblem> {
    let text = text.trim().replace("\r\n", "\n");
    if text.is_empty() {
        return Err(TextProblem::Missing);
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(TextProblem::Malformed);
    }
    if text.chars().count() > max {
        return Err(TextProblem::TooLong);
    }
    Ok(text)
}

/// A login: 2 to 64 letters, digits, `.`, `-`, `_`, `@`; kept folded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Login(String);

impl Login {
    /// Reads a login as a person types it.
    ///
    /// # Errors
    /// The problem with it.
    pub fn parse(text: &str) -> Result<Self, TextProblem> {
        let text = folded(&line(text, 64)?);
        if text.chars().count() < 2 {
            return Err(TextProblem::TooShort);
        }
        if text.chars().all(|c| c.is_alphanumeric() || ".-_@".contains(c)) {
            Ok(Self(text))
        } else {
            Err(TextProblem::Malformed)
        }
    }

    /// The folded login.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of a person's name: letters, hyphens, apostrophes, spaces, dots; up to 80.
///
/// # Errors
/// The problem with it.
pub fn name_part(text: &str) -> Result<String, TextProblem> {
    let text = line(text, 80)?;
    if text.chars().all(|c| c.is_alphabetic() || "-'’ .".contains(c)) {
        Ok(text)
    } else {
        Err(TextProblem::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_makes_cyrillic_comparable() {
        assert_eq!(folded("  СОЛОВЬЁВА   Анна "), "соловьева анна");
    }

    #[test]
    fn a_login_is_short_and_plain() {
        for (typed, taken) in [
            ("Employee", Ok("employee")),
            ("и.петров", Ok("и.петров")),
            ("hr", Ok("hr")),
            ("a", Err(TextProblem::TooShort)),
            ("a b c", Err(TextProblem::Malformed)),
            ("", Err(TextProblem::Missing)),
        ] {
            let parsed = Login::parse(typed);
            assert_eq!(parsed.as_ref().map(Login::as_str).map_err(|p| *p), taken);
        }
    }

    #[test]
    fn a_huge_paste_is_refused_by_length() {
        assert_eq!(line(&"я".repeat(1_000_000), 200), Err(TextProblem::TooLong));
    }
}
