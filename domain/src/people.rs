//! Names of people and how each place shows them.

use serde::{Deserialize, Serialize};

use crate::text::folded;

/// A person's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullName {
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given: String,
    /// Отчество, where there is one.
    pub patronymic: Option<String>,
}

impl FullName {
    /// «Иванова Анна Петровна».
    #[must_use]
    pub fn full(&self) -> String {
        let mut out = format!("{} {}", self.surname, self.given);
        if let Some(patronymic) = &self.patronymic {
            out.push(' ');
            out.push_str(patronymic);
        }
        out
    }

    /// How to address somebody: «Анна Петровна».
    #[must_use]
    pub fn address(&self) -> String {
        match &self.patronymic {
            Some(patronymic) => format!("{} {patronymic}", self.given),
            None => self.given.clone(),
        }
    }

    /// How a public page names a holder: «Анна Петровна И.».
    #[must_use]
    pub fn public(&self) -> String {
        match self.surname.chars().next() {
            Some(initial) => format!("{} {initial}.", self.address()),
            None => self.address(),
        }
    }

    /// What lists are ordered by.
    #[must_use]
    pub fn sort_key(&self) -> String {
        folded(&self.full())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_shows_what_it_needs() {
        let name =
            FullName {
                surname: "Ёлкина".into(), given: "Анна".into(), patronymic: Some("Петровна".into())
            };
        assert_eq!(name.full(), "Ёлкина Анна Петровна");
        assert_eq!(name.address(), "Анна Петровна");
        assert_eq!(name.public(), "Анна Петровна Ё.");
        assert_eq!(name.sort_key(), "елкина анна петровна");
    }
}
