//! Settings: typed, bounded, versioned. A value outside its bounds is never stored.

use crate::time::Tz;

/// A setting that an administrator may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The value that ships.
    pub default: &'static str,
}

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number from least to most.
    Number(u32, u32),
    /// One line of text, up to so many characters; may be empty.
    Text(usize),
    /// A time zone of the IANA database.
    Zone,
}

/// All settings, in the order of the page.
pub const ALL: &[Setting] = &[
    Setting {
        key: "organisation_name", kind: Kind::Text(120), default: "Центры госуслуг «Мои документы»"
    },
    Setting { key: "time_zone", kind: Kind::Zone, default: "Europe/Moscow" },
    Setting { key: "help_contact", kind: Kind::Text(200), default: "" },
    Setting { key: "session_idle_minutes", kind: Kind::Number(10, 1440), default: "480" },
    Setting { key: "session_absolute_hours", kind: Kind::Number(1, 168), default: "24" },
    Setting { key: "code_valid_hours", kind: Kind::Number(1, 336), default: "72" },
];

/// Finds a setting.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    ALL.iter().find(|setting| setting.key == key)
}

impl Setting {
    /// Reads a typed value.
    ///
    /// # Errors
    /// The code of the problem.
    pub fn parse(&self, typed: &str) -> Result<String, &'static str> {
        let typed = typed.trim();
        match self.kind {
            Kind::Number(least, most) => match typed.parse::<u32>() {
                Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
                Ok(_) => Err("out_of_range"),
                Err(_) => Err("not_a_number"),
            },
            Kind::Text(most) if typed.is_empty() && most > 0 => Ok(String::new()),
            Kind::Text(most) => crate::text::line(typed, most).map_err(crate::text::TextProblem::code),
            Kind::Zone => typed.parse::<Tz>().map(|zone| zone.name().to_owned()).map_err(|_| "unknown_zone"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_of_its_setting() {
        for setting in ALL {
            assert_eq!(setting.parse(setting.default).as_deref(), Ok(setting.default), "{}", setting.key);
        }
    }

    #[test]
    fn a_value_out_of_bounds_is_not_taken() {
        let idle = find("session_idle_minutes").unwrap();
        assert_eq!(idle.parse("5"), Err("out_of_range"));
        assert_eq!(idle.parse("много"), Err("not_a_number"));
        assert_eq!(find("time_zone").unwrap().parse("Moscow"), Err("unknown_zone"));
    }
}
