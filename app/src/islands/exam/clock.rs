//! Time left in words. It is only shown; the server decides.

use super::sheet::Words;

/// Which of one, few, many a number takes.
pub(super) fn plural(lang: &str, n: u64) -> usize {
    let (ten, hundred) = (n % 10, n % 100);
    match lang {
        "ru" if ten == 1 && hundred != 11 => 0,
        "ru" if (2..=4).contains(&ten) && !(12..=14).contains(&hundred) => 1,
        "ru" => 2,
        _ if n == 1 => 0,
        _ => 2,
    }
}

/// A pattern of the right form with its number.
pub(super) fn counted(lang: &str, forms: &str, n: u64) -> String {
    forms.split('|').nth(plural(lang, n)).map_or_else(String::new, |form| form.replace("{n}", &n.to_string()))
}

/// Minutes until the last five, then minutes and seconds; and whether these are the last five.
#[must_use]
pub fn left(words: &Words, ms: i64) -> (String, bool) {
    let seconds = u64::try_from(ms.div_euclid(1000)).unwrap_or(0);
    if ms <= 0 {
        return (words.time_up.clone(), true);
    }
    if seconds >= 300 {
        return (counted(&words.lang, &words.minutes_left, seconds.div_ceil(60)), false);
    }
    (words.clock_left.replace("{t}", &format!("{}:{:02}", seconds / 60, seconds % 60)), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words {
            lang: "ru".into(),
            minutes_left: "осталась {n} минута|осталось {n} минуты|осталось {n} минут".into(),
            clock_left: "осталось {t}".into(),
            time_up: "время вышло".into(),
            ..Words::default()
        }
    }

    #[test]
    fn minutes_until_the_last_five_then_seconds() {
        for (ms, said, soon) in [
            (45 * 60_000, "осталось 45 минут", false),
            (44 * 60_000 + 1_000, "осталось 45 минут", false),
            (21 * 60_000, "осталась 21 минута", false),
            (22 * 60_000, "осталось 22 минуты", false),
            (12 * 60_000, "осталось 12 минут", false),
            (300_000, "осталось 5 минут", false),
            (299_999, "осталось 4:59", true),
            (9_000, "осталось 0:09", true),
            (0, "время вышло", true),
            (-5_000, "время вышло", true),
        ] {
            assert_eq!(left(&words(), ms), (said.to_owned(), soon), "{ms}");
        }
    }
}
