//! What is wrong with the shipped content.
//!
//! [`broken`] keeps content from being seeded; [`problems`] also measures what makes it good: enough
//! items, keys that cannot be guessed from the form of the options, lessons of an even length.

use std::collections::{BTreeMap, BTreeSet};

use domain::item::{DIFFICULTIES, Kind, Pool};
use domain::text::folded;

use crate::seed::bank::pool_of;
use crate::seed::content::{Item, Lesson, Module, Rule, Shipped};
use crate::seed::plan::Test;

/// The most that a blind guess of four options may score, in percent: chance, and ten points.
const MOST_BY_GUESS: usize = 35;
const EXAM_ITEMS: usize = 15;
const EXAM_ITEMS_A_DIFFICULTY: usize = 5;
const PRACTICE_ITEMS: usize = 5;
const MODULES: usize = 8;
const LESSONS: std::ops::RangeInclusive<usize> = 4..=6;
const WORDS: std::ops::RangeInclusive<usize> = 250..=500;
const CHECKS: usize = 2;

/// Everything that falls short of what the shipped content promises; empty when it is sound.
#[must_use]
pub fn problems(shipped: &Shipped) -> Vec<String> {
    let mut found = broken(shipped);
    depth(shipped, &mut found);
    guessing(shipped, &mut found);
    let modules = shipped.programme.modules.len();
    if modules != MODULES {
        found.push(format!("the programme has {modules} modules"));
    }
    for module in &shipped.programme.modules {
        even(module, &mut found);
    }
    found
}

/// Everything that would not work when it is used.
#[must_use]
pub fn broken(shipped: &Shipped) -> Vec<String> {
    let mut found = Vec::new();
    let codes: Vec<String> = shipped.rulebook.rules.iter().map(Rule::code).collect();
    let rules: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
    twice("rule", codes.iter().cloned(), &mut found);
    twice("item", shipped.items.iter().map(|item| item.id.to_uppercase()), &mut found);
    twice("stem", shipped.items.iter().map(|item| folded(&item.stem)), &mut found);
    for item in &shipped.items {
        broken_item(item, &rules, &mut found);
    }
    let lessons = || shipped.programme.modules.iter().flat_map(|module| &module.lessons);
    twice("lesson", lessons().map(|lesson| lesson.code.clone()), &mut found);
    for lesson in lessons() {
        broken_lesson(lesson, &rules, &mut found);
    }
    for test in &shipped.tests.tests {
        unfilled(test, &codes, &shipped.items, &mut found);
    }
    found
}

fn twice(what: &str, values: impl Iterator<Item = String>, found: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    for value in values {
        if !known.insert(value.clone()) {
            found.push(format!("{what} {value:?} is there twice"));
        }
    }
}

fn broken_item(item: &Item, rules: &BTreeSet<&str>, found: &mut Vec<String>) {
    let id = &item.id;
    if !rules.contains(item.rule.as_str()) {
        found.push(format!("{id}: unknown rule {}", item.rule));
    }
    if !DIFFICULTIES.contains(&item.difficulty) {
        found.push(format!("{id}: difficulty {}", item.difficulty));
    }
    for (field, problem) in item.content().problems() {
        found.push(format!("{id}: {field}: {problem}"));
    }
}

fn broken_lesson(lesson: &Lesson, rules: &BTreeSet<&str>, found: &mut Vec<String>) {
    let code = &lesson.code;
    for rule in lesson.rules.iter().filter(|rule| !rules.contains(rule.as_str())) {
        found.push(format!("{code}: unknown rule {rule}"));
    }
    for check in &lesson.checks {
        if usize::from(check.key) >= check.options.len() {
            found.push(format!("{code}: a check has the key {} of {}", check.key, check.options.len()));
        }
    }
}

/// A test that the bank cannot fill.
fn unfilled(test: &Test, rules: &[String], items: &[Item], found: &mut Vec<String>) {
    for rule in rules {
        for (difficulty, wanted) in DIFFICULTIES.iter().zip(test.per_rule) {
            let there = items
                .iter()
                .filter(|item| item.pool == pool_of(test.kind) && item.rule == *rule)
                .filter(|item| item.difficulty == *difficulty)
                .count();
            if u32::try_from(there).is_ok_and(|there| there < wanted) {
                found.push(format!("test {}: {rule} has {there} items of {difficulty}", test.code));
            }
        }
    }
}

fn depth(shipped: &Shipped, found: &mut Vec<String>) {
    for rule in &shipped.rulebook.rules {
        let code = rule.code();
        let count = |pool: Pool, difficulty: Option<u8>| {
            shipped
                .items
                .iter()
                .filter(|item| item.rule == code && item.pool == pool)
                .filter(|item| difficulty.is_none_or(|wanted| item.difficulty == wanted))
                .count()
        };
        let (exam, practice) = (count(Pool::Exam, None), count(Pool::Practice, None));
        if exam < EXAM_ITEMS || practice < PRACTICE_ITEMS {
            found.push(format!("{code} has {exam} exam items and {practice} practice items"));
        }
        for difficulty in DIFFICULTIES {
            let there = count(Pool::Exam, Some(difficulty));
            if there < EXAM_ITEMS_A_DIFFICULTY {
                found.push(format!("{code} has {there} exam items of difficulty {difficulty}"));
            }
        }
    }
}

/// A way to answer without reading.
type Guess = fn(&Item) -> Option<usize>;

fn length((_, option): &(usize, &String)) -> usize {
    option.chars().count()
}

const GUESSES: [(&str, Guess); 4] = [
    ("the first option", |_| Some(0)),
    ("the last option", |item| item.options.len().checked_sub(1)),
    ("the longest option", |item| item.options.iter().enumerate().max_by_key(length).map(|(at, _)| at)),
    ("the shortest option", |item| item.options.iter().enumerate().min_by_key(length).map(|(at, _)| at)),
];

fn guessing(shipped: &Shipped, found: &mut Vec<String>) {
    let singles: Vec<&Item> =
        shipped.items.iter().filter(|item| item.pool == Pool::Exam && item.kind == Kind::Single).collect();
    let right = |item: &Item| item.key.first().map(|index| usize::from(*index));
    let too_often = |hits: usize| hits * 100 > MOST_BY_GUESS * singles.len();
    for (name, guess) in GUESSES {
        let hits = singles.iter().filter(|item| right(item).is_some() && right(item) == guess(item)).count();
        if too_often(hits) {
            found.push(format!("{name} is right in {hits} of {} items", singles.len()));
        }
    }
    let mut positions: BTreeMap<usize, usize> = BTreeMap::new();
    for position in singles.iter().filter_map(|item| right(item)) {
        *positions.entry(position).or_default() += 1;
    }
    for (position, hits) in positions.into_iter().filter(|(_, hits)| too_often(*hits)) {
        found.push(format!("the key is option {} in {hits} of {} items", position + 1, singles.len()));
    }
}

fn even(module: &Module, found: &mut Vec<String>) {
    let lessons = module.lessons.len();
    if !LESSONS.contains(&lessons) {
        found.push(format!("{} has {lessons} lessons", module.slug));
    }
    for lesson in &module.lessons {
        let code = &lesson.code;
        let words = words(&lesson.body);
        if !WORDS.contains(&words) {
            found.push(format!("{code} has {words} words"));
        }
        if lesson.checks.len() != CHECKS {
            found.push(format!("{code} has {} checks", lesson.checks.len()));
        }
        if !lesson.body.lines().any(|line| line.starts_with('>')) {
            found.push(format!("{code} tells no case in a blockquote"));
        }
    }
}

/// How many runs of letters, digits and underscores there are.
fn words(text: &str) -> usize {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .count()
}
