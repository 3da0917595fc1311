//! What the files say about the organisation, the tests, and the people of a demo.

use domain::access::Role;
use domain::certification::Decides;
use domain::test::{Availability, Kind};
use serde::Deserialize;

/// The org units.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    /// The top.
    pub city: City,
    /// Okrugs below the city.
    #[serde(rename = "okrug")]
    pub okrugs: Vec<Okrug>,
    /// Centres below their okrugs.
    #[serde(rename = "centre")]
    pub centres: Vec<Centre>,
    /// Flagship centres below their okrugs.
    #[serde(rename = "flagship")]
    pub flagships: Vec<Centre>,
}

/// The city.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    /// A stable code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// An okrug.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Okrug {
    /// A stable code.
    pub code: String,
    /// Its name for tables.
    pub short: String,
    /// Its name.
    pub name: String,
}

/// A centre or a flagship.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    /// The code of its okrug.
    pub okrug: String,
    /// A stable code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The building that it is known by.
    pub place: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ladder {
    #[serde(rename = "position")]
    pub(super) positions: Vec<Position>,
}

/// A position.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// A stable code.
    pub code: String,
    /// Its rung.
    pub rank: i32,
    /// Its title.
    pub title: String,
    /// Whether it asks for the certification.
    pub certification: bool,
}

/// The tests and the certification.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tests {
    /// The tests.
    #[serde(rename = "test")]
    pub tests: Vec<Test>,
    /// The certification.
    pub certification: Certification,
}

/// A test.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// A stable code.
    pub code: String,
    /// Certification or practice.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// How many items of every rule, by difficulty.
    pub per_rule: [u32; 3],
    /// Minutes to answer in.
    pub limit_minutes: u32,
    /// Of all points.
    pub pass_percent: u32,
    /// Of the points of each rule.
    pub rule_pass_percent: u32,
    /// Within a candidacy; 0 is without limit.
    pub attempts_max: u32,
    /// From a failed attempt to the next start.
    pub pause_days: u32,
    /// After the deadline, for answers under way.
    pub grace_seconds: u32,
    /// How it is started.
    pub availability: Availability,
    /// Published in the knowledge that shipped items are public.
    pub shipped_items_warned: bool,
}

/// The certification.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certification {
    /// Its title.
    pub title: String,
    /// The code of the test to pass.
    pub test: String,
    /// Calendar months.
    pub validity_months: u32,
    /// Days before the end in which a renewal may begin.
    pub renewal_window_days: u32,
    /// From so many percent on "with distinction".
    pub distinction_percent: u32,
    /// Who decides.
    pub decision: Decides,
    /// What it certifies: Markdown, from a file of its own.
    #[serde(skip)]
    pub scheme: String,
}

/// What made-up people are called.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Given names of men.
    pub male_first: Vec<String>,
    /// Given names of women.
    pub female_first: Vec<String>,
    /// Patronymics of men.
    pub male_patronymic: Vec<String>,
    /// Patronymics of women.
    pub female_patronymic: Vec<String>,
    /// Surnames: of a man, of a woman.
    pub surnames: Vec<(String, String)>,
}

/// The people of a demo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    /// Those who can sign in, in the order of their personnel numbers.
    #[serde(rename = "person")]
    pub people: Vec<Player>,
    /// Who is on the programme.
    #[serde(rename = "enrolment")]
    pub enrolments: Vec<Enrolled>,
    /// Groups of trainers.
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
    /// Those who cannot sign in.
    pub crowd: Crowd,
}

/// A person of a demo who can sign in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Player {
    /// The login.
    pub login: String,
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given: String,
    /// Отчество.
    pub patronymic: String,
    /// The code of the unit.
    pub unit: String,
    /// The code of the position.
    pub position: String,
    /// The roles beside employee.
    #[serde(default)]
    pub grants: Vec<Granting>,
}

/// A role to give.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Granting {
    /// The role.
    pub role: Role,
    /// The code of the unit that it covers; none is the whole city.
    pub unit: Option<String>,
}

/// Somebody to put on the programme.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolled {
    /// The login of the learner.
    pub person: String,
    /// The login of who enrols them.
    pub by: String,
    /// How long they have.
    pub due_in_days: u32,
}

/// A trainer's group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its title.
    pub title: String,
    /// The login of the trainer.
    pub trainer: String,
    /// The logins of those in it.
    pub members: Vec<String>,
}

/// People without accounts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crowd {
    /// How many.
    pub people: usize,
    /// The codes of the okrugs in whose centres they work.
    pub okrugs: Vec<String>,
    /// The codes of their positions, taken in turn.
    pub positions: Vec<String>,
}
