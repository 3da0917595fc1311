//! The words and pictures that the exam island is given.

use i18n::{Locale, t};

use crate::islands::exam::sheet::{Icons, Words};
use crate::ui::icon_text;

/// Pictures of the exam.
pub(super) fn icons() -> Icons {
    Icons {
        right: icon_text("arrow-right"),
        left: icon_text("arrow-left"),
        up: icon_text("arrow-up"),
        down: icon_text("arrow-down"),
        flag: icon_text("flag"),
        clock: icon_text("clock"),
        check: icon_text("check"),
        offline: icon_text("offline"),
        grid: icon_text("grid"),
        close: icon_text("close"),
        warning: icon_text("warning"),
    }
}

/// Words of the exam. Patterns keep `{n}`, `{total}` and `{t}` for the island to fill in.
pub(super) fn words(l: Locale) -> Words {
    Words {
        lang: if l == Locale::ru { "ru" } else { "en" }.to_owned(),
        count: t!(l, exam.count, number = "{n}", total = "{total}"),
        minutes_left: [1u32, 2, 5].map(|n| pattern(t!(l, exam.minutes_left, count = n), n)).join("|"),
        clock_left: t!(l, exam.clock_left, time = "{t}"),
        time_up: t!(l, exam.time_up),
        saved: t!(l, exam.saved, time = "{t}"),
        not_answered: t!(l, exam.not_answered),
        waiting: t!(l, exam.waiting),
        offline: [1u32, 2, 5].map(|n| pattern(t!(l, exam.offline, count = n), n)).join("|"),
        offline_idle: t!(l, exam.offline_idle),
        offline_text: t!(l, exam.offline_text),
        keep_copy: t!(l, exam.keep_copy),
        paused_title: t!(l, exam.paused_title),
        paused_text: t!(l, exam.paused_text),
        not_taken: t!(l, exam.not_taken),
        single: t!(l, exam.single),
        multiple: t!(l, exam.multiple),
        ordering: t!(l, exam.ordering),
        place: t!(l, exam.place),
        no_place: t!(l, exam.no_place),
        up: t!(l, exam.up),
        down: t!(l, exam.down),
        next: t!(l, exam.next),
        back: t!(l, exam.back),
        mark: t!(l, exam.mark),
        unmark: t!(l, exam.unmark),
        palette: t!(l, exam.palette),
        without: t!(l, exam.without),
        close: t!(l, exam.close),
        finish: t!(l, exam.finish),
        key_done: t!(l, exam.key_done),
        key_none: t!(l, exam.key_none),
        key_marked: t!(l, exam.key_marked),
        key_here: t!(l, exam.key_here),
        question: t!(l, exam.question),
        answered: t!(l, exam.key_done),
        unanswered: t!(l, exam.key_none),
        marked: t!(l, exam.key_marked),
        progress: t!(l, exam.progress),
        lease_title: t!(l, exam.elsewhere),
        lease_text: t!(l, exam.lease_text),
        lease_go: t!(l, exam.continue_here),
        signed_out: t!(l, exam.signed_out),
        signed_out_go: t!(l, exam.signed_out_go),
        last_minutes: t!(l, exam.last_minutes),
        last_minute: t!(l, exam.last_minute),
        unsent: t!(l, exam.unsent),
        refused: t!(l, exam.refused),
    }
}

/// A counted text as a pattern: its number becomes a place to fill in.
fn pattern(text: String, n: u32) -> String {
    text.replacen(&n.to_string(), "{n}", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_keep_their_places() {
        for l in [Locale::ru, Locale::en] {
            let words = words(l);
            assert!(words.count.contains("{n}") && words.count.contains("{total}"), "{}", words.count);
            for forms in [&words.minutes_left, &words.offline] {
                assert!(
                    forms.split('|').count() == 3 && forms.split('|').all(|form| form.contains("{n}")),
                    "{forms}"
                );
            }
            assert!(words.saved.contains("{t}") && words.clock_left.contains("{t}"));
        }
    }
}
