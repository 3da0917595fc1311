//! What a person typed, and what is wrong with it: the page shows both again and nothing is lost.

use std::collections::BTreeMap;

use crate::text::TextProblem;

/// Typed values and problem codes, by field name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormState {
    values: BTreeMap<String, Vec<String>>,
    problems: BTreeMap<String, &'static str>,
}

impl FormState {
    /// A form as it arrived: pairs in the order of the body.
    #[must_use]
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            form.values.entry(name).or_default().push(value);
        }
        form
    }

    /// What was typed in a field; empty when nothing was.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).and_then(|v| v.first()).map_or("", String::as_str)
    }

    /// All values of a field, such as ticked boxes.
    #[must_use]
    pub fn values(&self, field: &str) -> &[String] {
        self.values.get(field).map_or(&[], Vec::as_slice)
    }

    /// What was typed in each field whose name begins so, by the rest of its name.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let rest = move |name: &'a String| name.strip_prefix(prefix);
        self.values.keys().filter_map(move |name| Some((rest(name)?, self.value(name))))
    }

    /// Whether the field came with the form at all: a pressed button, a ticked box.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.values.contains_key(field)
    }

    /// Sets a value to show, as when a form opens with what is stored.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.values.insert(field.to_owned(), vec![value.into()]);
        self
    }

    /// Forgets a value that must never be shown again, such as a password.
    pub fn forget(&mut self, field: &str) {
        self.values.remove(field);
    }

    /// Notes a problem with a field; the first one stays.
    pub fn problem(&mut self, field: &str, code: &'static str) {
        self.problems.entry(field.to_owned()).or_insert(code);
    }

    /// The code of what is wrong with a field.
    #[must_use]
    pub fn problem_of(&self, field: &str) -> Option<&'static str> {
        self.problems.get(field).copied()
    }

    /// All problems, by field.
    pub fn problems(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.problems.iter().map(|(field, code)| (field.as_str(), *code))
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// Parses a field; a problem is noted under its name.
    pub fn check<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, TextProblem>) -> Option<T> {
        match parse(self.value(field)) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problem(field, problem.code());
                None
            }
        }
    }

    /// Parses a field that may be left empty.
    pub fn check_optional<T>(
        &mut self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, TextProblem>,
    ) -> Option<T> {
        if self.value(field).trim().is_empty() { None } else { self.check(field, parse) }
    }

    /// A whole number within bounds.
    pub fn number(&mut self, field: &str, min: u32, max: u32) -> Option<u32> {
        let typed = self.value(field).trim().to_owned();
        match typed.parse::<u32>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            Ok(_) => {
                self.problem(field, "out_of_range");
                None
            }
            Err(_) => {
                self.problem(field, if typed.is_empty() { "missing" } else { "not_a_number" });
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_survives_a_problem() {
        let mut form = FormState::of(vec![("minutes".into(), "много".into())]);
        assert_eq!(form.number("minutes", 1, 300), None);
        assert_eq!(form.value("minutes"), "много");
        assert_eq!(form.problem_of("minutes"), Some("not_a_number"));
    }

    #[test]
    fn a_forgotten_value_is_not_shown_again() {
        let mut form = FormState::of(vec![("password".into(), "secret".into())]);
        form.forget("password");
        assert_eq!(form.value("password"), "");
    }
}
