//! An item as a form: what was typed becomes an item, and an item becomes a form again.

use std::collections::BTreeSet;

use domain::draw::{Candidate, Seed, Seen, draw, option_token};
use domain::form::FormState;
use domain::item::{Content, Kind, State, Venue};
use domain::rulebook::Rule;
use domain::test::{Blueprint, Cell, POLICY};
use domain::text::{block, line};
use store::item::{Item, Version};
use uuid::Uuid;

use super::enemies::Change;
use crate::attempt::Question;

/// The most options of an item: fields `option.1` to `option.6`.
pub const MOST_OPTIONS: usize = 6;

const LONGEST_TEXT: usize = 4000;
const LONGEST_OPTION: usize = 500;

/// What an item's form says. Whether that is an item is for [`Content::problems`] to tell.
#[must_use]
pub fn content_of(form: &FormState) -> Content {
    let kind = Kind::of(form.value("kind")).unwrap_or(Kind::Single);
    let options = options_of(form);
    let key = match kind {
        Kind::Single | Kind::Multiple => chosen(form),
        // The order in which the options are written is the right one.
        Kind::Ordering => (0u8..).take(options.len()).collect(),
    };
    Content { kind, stem: plain(form.value("stem")), options, key, rationale: plain(form.value("rationale")) }
}

fn plain(typed: &str) -> String {
    typed.trim().replace("\r\n", "\n")
}

/// An empty option between two others stays: leaving it out would shift the key.
fn options_of(form: &FormState) -> Vec<String> {
    let mut options: Vec<String> =
        (1..=MOST_OPTIONS).map(|number| plain(form.value(&option_field(number)))).collect();
    while options.last().is_some_and(String::is_empty) {
        options.pop();
    }
    options
}

fn option_field(number: usize) -> String {
    format!("option.{number}")
}

/// People count options from 1, versions from 0.
fn chosen(form: &FormState) -> Vec<u8> {
    let numbers = form.values("key").iter().filter_map(|typed| typed.trim().parse::<u8>().ok());
    let sorted: BTreeSet<u8> = numbers.filter_map(|number| number.checked_sub(1)).collect();
    sorted.into_iter().collect()
}

/// The form that shows a version of an item, with the number of the version that it was made from.
#[must_use]
pub fn form_of(version: &Version, item: &Item) -> FormState {
    let content = &version.content;
    let fields = [
        ("version", version.number.to_string()),
        ("pool", item.pool.code().to_owned()),
        ("rule", item.rule.clone()),
        ("difficulty", item.difficulty.to_string()),
        ("competency", item.competency.clone()),
        ("venue", item.venue.code().to_owned()),
        ("enemy_set", item.enemy_set.clone().unwrap_or_default()),
        ("kind", content.kind.code().to_owned()),
        ("stem", content.stem.clone()),
        ("rationale", content.rationale.clone()),
    ];
    let mut pairs: Vec<(String, String)> =
        fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    pairs.extend((1..).zip(written(content)).map(|(number, option)| (option_field(number), option)));
    match content.kind {
        Kind::Single | Kind::Multiple => {
            let numbers = content.key.iter().map(|index| u16::from(*index) + 1);
            pairs.extend(numbers.map(|number| ("key".to_owned(), number.to_string())));
        }
        Kind::Ordering => {}
    }
    FormState::of(pairs)
}

/// The options as their writer sees them: those of an ordering in the right order.
fn written(content: &Content) -> Vec<String> {
    match content.kind {
        Kind::Single | Kind::Multiple => content.options.clone(),
        Kind::Ordering => {
            content.key.iter().filter_map(|index| content.options.get(usize::from(*index)).cloned()).collect()
        }
    }
}

/// An item as a candidate would see it: shuffled by the draw itself, always the same way.
#[must_use]
pub fn preview(content: &Content) -> Question {
    const SEED: Seed = [0; 32];
    let order = shuffled(content, SEED);
    Question {
        position: 1,
        kind: content.kind,
        stem: content.stem.clone(),
        options: order
            .into_iter()
            .map(|option| {
                let text = content.options.get(usize::from(option)).cloned().unwrap_or_default();
                (option_token(&SEED, 1, option), text)
            })
            .collect(),
        answer: Vec::new(),
        saved_at: None,
        marked: false,
    }
}

fn shuffled(content: &Content, seed: Seed) -> Vec<u8> {
    // A form that has only just been opened: there is nothing to shuffle.
    if content.options.is_empty() {
        return Vec::new();
    }
    let candidate = Candidate {
        item: Uuid::nil(),
        version: Uuid::nil(),
        rule: String::new(),
        difficulty: 1,
        venue: None,
        enemies: None,
        foes: Vec::new(),
        exposure_bp: 0,
        kind: content.kind,
        key: content.key.clone(),
        options: u8::try_from(content.options.len()).unwrap_or(u8::MAX),
    };
    let cells = vec![Cell { rule: String::new(), difficulty: 1, count: 1 }];
    let one = Blueprint { cells, ..Blueprint::default() };
    let drawn = draw(&one, POLICY, &[candidate], &Seen::new(), seed).unwrap_or_default();
    drawn.into_iter().flat_map(|item| item.order).collect()
}

/// What was typed, once nothing is wrong with it.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) rule: String,
    pub(super) difficulty: u8,
    pub(super) competency: String,
    pub(super) venue: Venue,
    pub(super) enemy_set: Option<String>,
    /// Known to the bank only, so whoever asks it fills it in.
    pub(super) enemies: Change,
    pub(super) content: Content,
    pub(super) note: String,
}

/// Reads an item's form; none when a problem was noted. `kept` is the item that it changes.
pub(super) fn parse(form: &mut FormState, rules: &[Rule], kept: Option<&Item>) -> Option<Typed> {
    let rule = form.value("rule").to_owned();
    // An item may keep a rule that the standard has dropped since.
    if rules.iter().all(|known| known.code != rule) && kept.is_none_or(|item| item.rule != rule) {
        form.problem("rule", "choose_one");
    }
    let difficulty = form.number("difficulty", 1, 3).and_then(|number| u8::try_from(number).ok());
    if let Some(item) = kept {
        check_cell(form, item, &rule, difficulty);
    }
    let competency = form.check("competency", |text| line(text, 60));
    let venue = Venue::of(form.value("venue"));
    if venue.is_none() {
        form.problem("venue", "choose_one");
    }
    let enemy_set = form.check_optional("enemy_set", |text| line(text, 60));
    let note = form.check_optional("note", |text| line(text, 300)).unwrap_or_default();
    let content = check_content(form);
    if !form.is_clean() {
        return None;
    }
    Some(Typed {
        rule,
        difficulty: difficulty?,
        competency: competency?,
        venue: venue?,
        enemy_set,
        enemies: Change::default(),
        content,
        note,
    })
}

/// Rule and difficulty lie on the head and decide what is drawn: on a live item a change of them would
/// count at once, without a second pair of eyes.
fn check_cell(form: &mut FormState, item: &Item, rule: &str, difficulty: Option<u8>) {
    if item.state != State::Live {
        return;
    }
    if item.rule != rule {
        form.problem("rule", "fixed_while_live");
    }
    if difficulty.is_some_and(|difficulty| difficulty != item.difficulty) {
        form.problem("difficulty", "fixed_while_live");
    }
}

fn check_content(form: &mut FormState) -> Content {
    if Kind::of(form.value("kind")).is_none() {
        form.problem("kind", "choose_one");
    }
    let content = content_of(form);
    for (field, code) in content.problems() {
        form.problem(field, code);
    }
    for field in ["stem", "rationale"] {
        form.check(field, |text| block(text, LONGEST_TEXT));
    }
    for number in 1..=MOST_OPTIONS {
        form.check_optional(&option_field(number), |text| block(text, LONGEST_OPTION));
    }
    content
}

#[cfg(test)]
mod tests {
    use domain::id::Id;
    use domain::item::{Origin, Pool};

    use super::*;

    fn item(state: State) -> Item {
        Item {
            id: Id::new(Uuid::from_u128(1)),
            code: "R1-E-O-0001".into(),
            rule: "r1".into(),
            competency: "listening".into(),
            difficulty: 2,
            venue: Venue::Clinic,
            enemy_set: Some("third-visit".into()),
            origin: Origin::Own,
            pool: Pool::Exam,
            state,
            current: None,
            revision: 1,
        }
    }

    fn version(kind: Kind, key: &[u8]) -> Version {
        Version {
            id: Id::new(Uuid::from_u128(2)),
            item: Id::new(Uuid::from_u128(1)),
            number: 3,
            content: Content {
                kind,
                stem: "Что делать?\nИ почему?".into(),
                options: ["одно", "другое", "третье", "иное"].map(String::from).to_vec(),
                key: key.to_vec(),
                rationale: "Потому что.".into(),
            },
            note: String::new(),
            author: None,
            reviewer: None,
            created_at: "2026-11-22T10:00:00Z".parse().unwrap(),
        }
    }

    fn rule() -> Rule {
        Rule {
            code: "r1".into(),
            number: 1,
            title: "Выслушать".into(),
            body: "Слушает.".into(),
            indicators: vec![],
            provisional: false,
        }
    }

    fn typed(pairs: &[(&str, &str)]) -> FormState {
        FormState::of(pairs.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect())
    }

    #[test]
    fn an_item_survives_its_form() {
        for (kind, key) in
            [(Kind::Single, vec![2]), (Kind::Multiple, vec![0, 3]), (Kind::Ordering, vec![0, 1, 2, 3])]
        {
            let version = version(kind, &key);
            let mut form = form_of(&version, &item(State::Draft));
            assert_eq!(content_of(&form), version.content, "{kind:?}");
            let typed = parse(&mut form, &[rule()], None).unwrap();
            assert_eq!((typed.difficulty, typed.venue), (2, Venue::Clinic));
            assert_eq!(typed.enemy_set.as_deref(), Some("third-visit"));
        }
    }

    #[test]
    fn an_ordering_is_written_in_its_right_order() {
        let content = content_of(&form_of(&version(Kind::Ordering, &[1, 3, 0, 2]), &item(State::Draft)));
        assert_eq!(content.options, ["другое", "иное", "одно", "третье"]);
        assert_eq!(content.key, [0, 1, 2, 3]);
    }

    #[test]
    fn empty_options_are_dropped_only_at_the_end() {
        let form = typed(&[
            ("kind", "single"),
            ("option.1", "да"),
            ("option.2", " "),
            ("option.3", "нет"),
            ("option.4", ""),
            ("key", "3"),
        ]);
        let content = content_of(&form);
        assert_eq!(content.options, ["да", "", "нет"]);
        assert_eq!(content.key, [2]);
        assert!(content.problems().contains(&("options", "option_empty")));
    }

    #[test]
    fn a_key_that_makes_no_sense_is_noticed() {
        let options = [("kind", "multiple"), ("option.1", "а"), ("option.2", "б"), ("option.3", "в")];
        for (keys, problem) in [
            (vec!["1", "2"], None),
            (vec!["2", "2", "1"], None),
            (vec![], Some("key_missing")),
            (vec!["0", "x", "300"], Some("key_missing")),
            (vec!["1", "6"], Some("key_unknown")),
        ] {
            let mut pairs = options.to_vec();
            pairs.extend(keys.iter().map(|key| ("key", *key)));
            let found = content_of(&typed(&pairs)).problems();
            let code = found.iter().find(|(field, _)| *field == "key").map(|(_, code)| *code);
            assert_eq!(code, problem, "{keys:?}");
        }
    }

    #[test]
    fn a_live_item_stays_in_its_cell() {
        let open = form_of(&version(Kind::Single, &[0]), &item(State::Live));
        let mut moved = open.clone().with("difficulty", "3");
        assert!(parse(&mut moved, &[rule()], Some(&item(State::Live))).is_none());
        assert_eq!(moved.problem_of("difficulty"), Some("fixed_while_live"));
        let mut moved = open.with("difficulty", "3");
        assert!(parse(&mut moved, &[rule()], Some(&item(State::Draft))).is_some());
    }

    #[test]
    fn a_preview_shows_every_option_and_gives_no_order_away() {
        let ordering = version(Kind::Ordering, &[0, 1, 2, 3]).content;
        let shown: Vec<String> = preview(&ordering).options.into_iter().map(|(_, text)| text).collect();
        assert_ne!(shown, ordering.options);
        let sorted = |mut texts: Vec<String>| {
            texts.sort();
            texts
        };
        assert_eq!(sorted(shown), sorted(ordering.options));
        assert!(preview(&content_of(&FormState::default())).options.is_empty());
        assert!(preview(&content_of(&typed(&[("kind", "ordering")]))).options.is_empty());
    }
}
