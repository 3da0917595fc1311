//! What a candidate takes away from a finished attempt: a text that is signed, and the proof that it is ours.
//!
//! The text is canonical: one `key: value` a line, always in this order. The same receipt always gives the
//! same bytes, and a text that is read back has to be that very text; only spaces and line ends, which a paste
//! may change, are forgiven.

use std::fmt::Display;

use chrono::SecondsFormat;

use crate::draw::hex;
use crate::id::{AttemptId, SigningKeyId};
use crate::journal::Link;
use crate::time::Moment;

/// The first line: what follows, and in which version.
const VERSION: &str = "receipt-v1";

/// What is signed of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which attempt.
    pub attempt: AttemptId,
    /// The test's title.
    pub test: String,
    /// In which version.
    pub version: u32,
    /// The person's full name, as it was.
    pub name: String,
    /// When it was started.
    pub started_at: Moment,
    /// When it ended.
    pub finished_at: Moment,
    /// What ended it: a code.
    pub cause: String,
    /// How many questions the form has.
    pub questions: u32,
    /// How many of them have an answer that counts.
    pub answered: u32,
    /// How many events the journal had.
    pub events: i64,
    /// The hash of the last of them.
    pub journal: Link,
    /// When the receipt was issued.
    pub issued_at: Moment,
}

impl Receipt {
    /// The canonical text: what is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{VERSION}\n");
        for (key, value) in [
            ("attempt", self.attempt.to_string()),
            ("test", self.test.clone()),
            ("version", self.version.to_string()),
            ("name", self.name.clone()),
            ("started", moment(self.started_at)),
            ("finished", moment(self.finished_at)),
            ("cause", self.cause.clone()),
            ("questions", self.questions.to_string()),
            ("answered", self.answered.to_string()),
            ("events", self.events.to_string()),
            ("journal", hex(&self.journal)),
            ("issued", moment(self.issued_at)),
        ] {
            add_line(&mut text, key, value);
        }
        text
    }

    /// Reads a text; none when it is anything but a receipt, whole and as it was written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let given = lines(text);
        let mut rest = given.iter().map(String::as_str);
        let receipt = Self::read(&mut rest)?;
        // Nothing may follow, and nothing may be written in another way: 040 for 40, another zone.
        (rest.next().is_none() && lines(&receipt.text()) == given).then_some(receipt)
    }

    fn read<'a>(rest: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        if rest.next()? != VERSION {
            return None;
        }
        let mut value = |key: &str| value_of(rest.next()?, key);
        Some(Self {
            attempt: value("attempt")?.parse().ok()?,
            test: value("test")?.to_owned(),
            version: value("version")?.parse().ok()?,
            name: value("name")?.to_owned(),
            started_at: value("started")?.parse().ok()?,
            finished_at: value("finished")?.parse().ok()?,
            cause: value("cause")?.to_owned(),
            questions: value("questions")?.parse().ok()?,
            answered: value("answered")?.parse().ok()?,
            events: value("events")?.parse().ok()?,
            journal: unhex(value("journal")?)?,
            issued_at: value("issued")?.parse().ok()?,
        })
    }
}

/// A receipt with the proof: what a person keeps, prints and pastes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What is signed.
    pub receipt: Receipt,
    /// With which key.
    pub key: SigningKeyId,
    /// The signature, in letters that survive an address: base64url.
    pub signature: String,
}

impl Signed {
    /// The whole text: the receipt, then the key and the signature.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.receipt.text();
        add_line(&mut text, "key", self.key);
        add_line(&mut text, "signature", &self.signature);
        text
    }

    /// Reads a text as it is pasted; none when it is anything but a receipt with key and signature.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut given = lines(text);
        let (signature, key) = (given.pop()?, given.pop()?);
        Some(Self {
            receipt: Receipt::parse(&given.join("\n"))?,
            key: value_of(&key, "key")?.parse().ok()?,
            signature: value_of(&signature, "signature")?.to_owned(),
        })
    }
}

/// The beginning of a hash in groups of four: enough for two people to compare by voice.
#[must_use]
pub fn short(hash: &Link) -> String {
    grouped(hash.get(..8).unwrap_or_default())
}

/// A hash in groups of four digits.
#[must_use]
pub fn grouped(hash: &[u8]) -> String {
    hash.chunks(2).map(hex).collect::<Vec<_>>().join(" ")
}

fn moment(at: Moment) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn add_line(text: &mut String, key: &str, value: impl Display) {
    // A name or a title could hold a line end, and so add a line of its own.
    text.push_str(&one_line(&format!("{key}: {value}")));
    text.push('\n');
}

/// The lines that say something, with single spaces only: what a paste leaves of a text.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(one_line).filter(|line| !line.is_empty()).collect()
}

fn one_line(text: &str) -> String {
    let plain = text.replace(char::is_control, " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(':').map(str::trim)
}

fn unhex(text: &str) -> Option<Link> {
    let mut hash = [0; 32];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::id::Id;

    fn at(time: &str) -> Moment {
        format!("2026-11-22T{time}Z").parse().unwrap()
    }

    fn receipt() -> Receipt {
        Receipt {
            attempt: Id::new(Uuid::from_u128(1)),
            test: "Итоговый тест".into(),
            version: 2,
            name: "Соколова Мария Александровна".into(),
            started_at: at("10:00:00"),
            finished_at: at("10:31:02.5"),
            cause: "person".into(),
            questions: 40,
            answered: 39,
            events: 57,
            journal: [0xa7; 32],
            issued_at: at("10:31:03"),
        }
    }

    fn signed() -> Signed {
        Signed { receipt: receipt(), key: Id::new(Uuid::from_u128(7)), signature: "c2ln-_A".into() }
    }

    #[test]
    fn the_text_of_a_known_receipt_never_changes() {
        assert_eq!(receipt().text(), KNOWN, "receipts that were issued could no longer be checked");
    }
    const KNOWN: &str = "\
receipt-v1
attempt: 00000000-0000-0000-0000-000000000001
test: Итоговый тест
version: 2
name: Соколова Мария Александровна
started: 2026-11-22T10:00:00.000000Z
finished: 2026-11-22T10:31:02.500000Z
cause: person
questions: 40
answered: 39
events: 57
journal: a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7
issued: 2026-11-22T10:31:03.000000Z
";

    #[test]
    fn any_change_of_a_receipt_changes_its_text() {
        let mut journal = [0xa7; 32];
        journal[31] = 0xa8;
        for other in [
            Receipt { attempt: Id::new(Uuid::from_u128(2)), ..receipt() },
            Receipt { test: "Пробный тест".into(), ..receipt() },
            Receipt { version: 3, ..receipt() },
            Receipt { name: "Соколова Мария".into(), ..receipt() },
            Receipt { started_at: at("10:00:00.000001"), ..receipt() },
            Receipt { finished_at: at("10:31:02"), ..receipt() },
            Receipt { cause: "deadline".into(), ..receipt() },
            Receipt { questions: 41, ..receipt() },
            Receipt { answered: 40, ..receipt() },
            Receipt { events: 58, ..receipt() },
            Receipt { journal, ..receipt() },
            Receipt { issued_at: at("10:31:04"), ..receipt() },
        ] {
            assert_ne!(other.text(), receipt().text(), "{other:?}");
        }
    }

    #[test]
    fn a_receipt_survives_a_careless_paste() {
        let text = signed().text();
        for pasted in [
            text.clone(),
            text.replace('\n', "\r\n"),
            text.replace('\n', "\n\n"),
            format!("\n  {}", text.replace('\n', "  \n\t")),
            text.replace(' ', "\u{a0}"),
            text.trim_end().to_owned(),
        ] {
            assert_eq!(Signed::parse(&pasted), Some(signed()), "{pasted:?}");
        }
    }

    #[test]
    fn what_is_no_whole_receipt_is_not_read() {
        let text = signed().text();
        for pasted in [
            String::new(),
            receipt().text(),
            text.replace("receipt-v1", "receipt-v2"),
            text.replace("answered: 39\n", ""),
            text.replace("questions: 40", "questions: 040"),
            text.replace("10:00:00.000000Z", "13:00:00.000000+03:00"),
            text.replace("journal: a7", "journal: A7"),
            text.replace("journal: a7", "journal: "),
            text.replace("journal: a7", "journal: a7a7"),
            text.replace("cause: person\n", "cause: person\nnote: passed\n"),
            format!("{text}passed: yes\n"),
            format!("passed: yes\n{text}"),
        ] {
            assert_eq!(Signed::parse(&pasted), None, "{pasted}");
        }
    }

    #[test]
    fn a_name_cannot_add_a_line() {
        let sly =
            Receipt { name: "Мария\nanswered: 40\u{2028}\u{0} Ивановна".into(), ..receipt() };
        assert_eq!(sly.text().lines().count(), receipt().text().lines().count());
        assert!(sly.text().contains("\nname: Мария answered: 40 Ивановна\n"), "{}", sly.text());
        assert!(Receipt::parse(&sly.text()).is_some());
    }

    #[test]
    fn a_hash_is_read_aloud_in_groups_of_four() {
        assert_eq!(short(&[0xa7; 32]), "a7a7 a7a7 a7a7 a7a7");
        assert_eq!(grouped(&[0xa7; 32]).len(), 79);
    }

    proptest! {
        #[test]
        fn every_receipt_reads_back(name: String, test: String, version: u32, events in 0i64.., journal: [u8; 32]) {
            let receipt = Receipt { test, version, name, events, journal, ..receipt() };
            let text = receipt.text();
            let back = Receipt::parse(&text).expect("its own text");
            prop_assert_eq!(back.text(), text);
            prop_assert_eq!(back.journal, journal);
        }

        #[test]
        fn no_changed_letter_goes_unnoticed(place in 0usize..600, other in "[0-9a-zа-я]") {
            let text = signed().text();
            let letters: Vec<char> = text.chars().collect();
            let place = place % letters.len();
            let mut changed: String = letters[..place].iter().collect();
            changed.push_str(&other);
            changed.extend(&letters[place + 1..]);
            if changed != text {
                prop_assert_ne!(Signed::parse(&changed), Some(signed()));
            }
        }
    }
}
