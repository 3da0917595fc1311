//! A badge's serial: `IS-YY-` and 13 Crockford characters, which hold 65 random bits.
//!
//! It cannot be guessed from another one, and it survives being read aloud or typed from paper.

use std::fmt;

pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS: usize = 13;

/// A serial, in its one written form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

impl Serial {
    /// Makes a serial from a year and chance: five bits of each byte are used.
    #[must_use]
    pub fn new(year: i32, random: [u8; LETTERS]) -> Self {
        let letters: String = random
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)).map(|letter| char::from(*letter)))
            .collect();
        Self(format!("IS-{:02}-{letters}", year.rem_euclid(100)))
    }

    /// Reads a serial as a person types it: any case, `O` for 0, `I` and `L` for 1, spaces around.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim().to_uppercase();
        let rest = typed.strip_prefix("IS-")?;
        let (year, letters) = rest.split_once('-')?;
        if year.len() != 2 || !year.bytes().all(|b| b.is_ascii_digit()) || letters.len() != LETTERS {
            return None;
        }
        let letters: String = letters
            .chars()
            .map(|letter| match letter {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        letters.bytes().all(|b| ALPHABET.contains(&b)).then(|| Self(format!("IS-{year}-{letters}")))
    }

    /// The written form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_serial_survives_careless_typing() {
        let serial = Serial::new(2026, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 31]);
        assert_eq!(serial.as_str(), "IS-26-0123456789ABZ");
        for typed in [" is-26-o123456789abz ", "IS-26-0L23456789ABZ", "IS-26-0I23456789ABZ"] {
            assert_eq!(Serial::parse(typed).as_ref(), Some(&serial), "{typed}");
        }
        for typed in ["", "IS-26-", "IS-26-0123456789AB", "IS-2X-0123456789ABZ", "IS-26-0123456789ABU"] {
            assert_eq!(Serial::parse(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn every_serial_reads_back(year in 2000i32..2100, random: [u8; 13]) {
            let serial = Serial::new(year, random);
            prop_assert_eq!(Serial::parse(serial.as_str()), Some(serial));
        }
    }
}
