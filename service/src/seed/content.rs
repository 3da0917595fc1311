//! The shipped content as files: the standard, the programme, the bank, the tests, the organisation.
//!
//! Invariants: files count rules by number and options from 1; what is returned speaks of rules by code
//! (`r1`) and of options by index, from 0, as everything else does. A fault names the file.

use std::ffi::OsStr;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use domain::item::{self, Kind, Pool, Venue};
use domain::programme::Check;
use domain::refusal::Fault;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::seed::plan::{Cast, Ladder, Names, Position, Tests, Units};

/// Everything that ships.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// The standard.
    pub rulebook: Rulebook,
    /// The programme.
    pub programme: Programme,
    /// The bank.
    pub items: Vec<Item>,
    /// The tests and the certification.
    pub tests: Tests,
    /// The org units.
    pub units: Units,
    /// The positions, from the lowest rung.
    pub positions: Vec<Position>,
    /// What made-up people are called.
    pub names: Names,
    /// The people of a demo.
    pub cast: Cast,
}

/// The standard.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rulebook {
    /// Its title.
    pub title: String,
    /// Its number, as text.
    pub version: String,
    /// Its rules, in order.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// A rule of the standard.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its number as people say it.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// A working wording, not the official one.
    pub provisional: bool,
    /// What it asks for.
    pub text: String,
    /// Behaviour that can be observed.
    pub indicators: Vec<String>,
}

impl Rule {
    /// Its code: the same from version to version.
    #[must_use]
    pub fn code(&self) -> String {
        rule_code(self.number)
    }
}

/// The programme.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Its modules, in order.
    #[serde(rename = "module")]
    pub modules: Vec<Module>,
}

/// A module.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// The name of its folder.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Rule codes.
    #[serde(deserialize_with = "rules")]
    pub rules: Vec<String>,
    /// Its lessons, in the order of their files.
    #[serde(skip)]
    pub lessons: Vec<Lesson>,
}

/// A lesson.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// A stable code.
    #[serde(rename = "id")]
    pub code: String,
    /// Its title.
    pub title: String,
    /// How long it takes.
    pub minutes: u32,
    /// Rule codes.
    #[serde(deserialize_with = "rules")]
    pub rules: Vec<String>,
    /// What one can do after it.
    pub summary: String,
    /// The self-check.
    #[serde(rename = "check", deserialize_with = "checks")]
    pub checks: Vec<Check>,
    /// The name of its file.
    #[serde(skip)]
    pub slug: String,
    /// Markdown.
    #[serde(skip)]
    pub body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bank {
    item: Vec<Item>,
}

/// An item of the bank.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its id in the file.
    pub id: String,
    /// Practice or exam.
    pub pool: Pool,
    /// The code of its rule.
    #[serde(deserialize_with = "rule")]
    pub rule: String,
    /// 1 to 3.
    pub difficulty: u8,
    /// How it is answered.
    pub kind: Kind,
    /// Where it takes place.
    pub venue: Venue,
    /// A slug of the competency.
    pub competency: String,
    /// The situation and the question.
    pub stem: String,
    /// The options, in the order written.
    pub options: Vec<String>,
    /// Indexes of right options, from 0.
    #[serde(deserialize_with = "key")]
    pub key: Vec<u8>,
    /// Why the key is right.
    pub why: String,
    /// Items of one set never meet in one form.
    pub enemy: Option<String>,
}

impl Item {
    /// What its first version says.
    #[must_use]
    pub fn content(&self) -> item::Content {
        item::Content {
            kind: self.kind,
            stem: self.stem.clone(),
            options: self.options.clone(),
            key: self.key.clone(),
            rationale: self.why.clone(),
        }
    }
}

fn rule_code(number: u32) -> String {
    format!("r{number}")
}

fn rule<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    u32::deserialize(input).map(rule_code)
}

fn rules<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    Ok(Vec::<u32>::deserialize(input)?.into_iter().map(rule_code).collect())
}

const COUNTED: &str = "options are counted from 1";

fn key<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<u8>, D::Error> {
    let numbers = Vec::<u8>::deserialize(input)?;
    let indexes: Option<Vec<u8>> = numbers.into_iter().map(|number| number.checked_sub(1)).collect();
    indexes.ok_or_else(|| D::Error::custom(COUNTED))
}

fn checks<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Check>, D::Error> {
    let mut checks = Vec::<Check>::deserialize(input)?;
    for check in &mut checks {
        check.key = check.key.checked_sub(1).ok_or_else(|| D::Error::custom(COUNTED))?;
    }
    Ok(checks)
}

/// Reads all shipped content of a folder.
///
/// # Errors
/// A fault that names the file and what is wrong with it.
pub fn load(root: &Path) -> Result<Shipped, Fault> {
    let organisation = root.join("organisation");
    Ok(Shipped {
        rulebook: read(&root.join("rulebook").join("rulebook.toml"))?,
        programme: programme(&root.join("programme"))?,
        items: items(&root.join("items"))?,
        tests: tests(&root.join("test"))?,
        units: read(&organisation.join("units.toml"))?,
        positions: read::<Ladder>(&organisation.join("positions.toml"))?.positions,
        names: read(&organisation.join("demo-names.toml"))?,
        cast: read(&organisation.join("demo-people.toml"))?,
    })
}

fn programme(folder: &Path) -> Result<Programme, Fault> {
    let mut programme: Programme = read(&folder.join("programme.toml"))?;
    for module in &mut programme.modules {
        for path in files(&folder.join(&module.slug), "md")? {
            module.lessons.push(lesson(&path)?);
        }
    }
    Ok(programme)
}

/// A lesson's file: its head as TOML between lines of `+++`, then its text.
fn lesson(path: &Path) -> Result<Lesson, Fault> {
    let text = text(path)?;
    let (head, body) = text
        .strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"))
        .ok_or_else(|| wrong(path, &"no head between lines of +++"))?;
    let mut lesson: Lesson = parsed(path, head)?;
    lesson.slug = path.file_stem().and_then(OsStr::to_str).unwrap_or_default().to_owned();
    lesson.body = body.trim().to_owned();
    Ok(lesson)
}

fn items(folder: &Path) -> Result<Vec<Item>, Fault> {
    let mut items = Vec::new();
    for path in files(folder, "toml")? {
        items.extend(read::<Bank>(&path)?.item);
    }
    Ok(items)
}

fn tests(folder: &Path) -> Result<Tests, Fault> {
    let mut tests: Tests = read(&folder.join("tests.toml"))?;
    tests.certification.scheme = text(&folder.join("scheme.md"))?.trim().to_owned();
    Ok(tests)
}

/// The files of a folder with an ending, by name.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Fault> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| wrong(folder, &error))? {
        let path = entry.map_err(|error| wrong(folder, &error))?.path();
        if path.extension().and_then(OsStr::to_str) == Some(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Fault> {
    parsed(path, &text(path)?)
}

fn parsed<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| wrong(path, &error))
}

fn text(path: &Path) -> Result<String, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| wrong(path, &error))?;
    // A checkout on another system may have changed the line ends.
    Ok(text.replace("\r\n", "\n"))
}

fn wrong(path: &Path, problem: &dyn Display) -> Fault {
    Fault::new("reading the shipped content", format!("{}: {problem}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::load;
    use crate::seed::problems::problems;

    #[test]
    fn the_shipped_content_is_sound() {
        let shipped = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../content")).unwrap();
        assert_eq!(problems(&shipped), Vec::<String>::new());
    }
}
