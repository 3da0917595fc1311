//! Many employees who may sit the certification test at once: for rehearsals of load.

use std::path::Path;

use domain::id::{EnrolmentId, LessonId, PositionId, UnitId};
use domain::refusal::Fault;
use domain::time::{Day, Moment};
use store::Tx;
use store::account::Account;
use store::certification::{Candidacy, Version};
use store::people::NewPerson;
use store::progress::Enrolment;
use uuid::Uuid;

use crate::seed::content::Shipped;
use crate::seed::demo::{PASSWORD, on_programme};
use crate::seed::names::{in_turn, name, newcomer};
use crate::seed::organisation::Places;
use crate::{Services, audit, chance, programme};

/// How many people one write adds.
const AT_ONCE: usize = 200;
/// Names that the crowd of a demo has are left to it.
const NAMES_AFTER: usize = 1000;
const POSITION: &str = "specialist";
const DAYS_AT_WORK: u32 = 30;

/// Adds employees `e00001` to `eNNNNN` with the password of a demo, on the programme and done with it.
/// Those who are there stay as they are.
///
/// # Errors
/// A fault of the database or of the content.
pub async fn people(s: &Services, content: &Path, n: u32) -> Result<(), Fault> {
    let first = first_missing(s, n).await?;
    if first > n {
        return Ok(());
    }
    let staff = Staff::prepare(s, super::shipped(content).await?).await?;
    let numbers: Vec<u32> = (first..=n).collect();
    for piece in numbers.chunks(AT_ONCE) {
        let now = s.now();
        let batch = staff.batch(piece, now)?;
        let what = serde_json::json!({ "from": piece.first(), "until": piece.last() });
        let services = s.clone();
        s.db.write(move |tx| async move {
            batch.save(&tx, now).await?;
            audit::record(&services, &tx, None, "demo.people_added", ("person", None), what);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

fn login(number: u32) -> String {
    format!("e{number:05}")
}

/// The first number that nobody has. They are added in order, so those who are there come first.
async fn first_missing(s: &Services, n: u32) -> Result<u32, Fault> {
    let (mut low, mut high) = (1, n.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        if store::account::find_by_login(&s.db, &login(middle)).await?.is_some() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// What every new employee has in common.
struct Staff {
    shipped: Shipped,
    centres: Vec<UnitId>,
    position: PositionId,
    version: Version,
    lessons: Vec<LessonId>,
    hash: String,
    from: Day,
}

impl Staff {
    async fn prepare(s: &Services, shipped: Shipped) -> Result<Self, Fault> {
        let places = Places::load(s).await?;
        let version = programme::current(s).await?;
        let modules = store::programme::outline(&s.db, version.programme_version).await?;
        Ok(Self {
            shipped,
            centres: places.centres(),
            position: places.position(POSITION)?,
            lessons: modules.iter().flat_map(|module| &module.lessons).map(|lesson| lesson.id).collect(),
            version,
            hash: s.passwords.hash(PASSWORD.to_owned()).await?,
            from: s.today().minus_days(DAYS_AT_WORK),
        })
    }

    fn batch(&self, numbers: &[u32], now: Moment) -> Result<Batch, Fault> {
        let mut batch = Batch::default();
        for number in numbers {
            let n =
                usize::try_from(*number).map_err(|error| Fault::new("counting the people to add", error))?;
            let name = name(&self.shipped.names, NAMES_AFTER + n)?;
            let login = login(*number);
            let unit = *in_turn(&self.centres, n)?;
            let person = newcomer(name, login.to_uppercase(), unit, self.position, self.from, now);
            batch.accounts.push(Account {
                id: chance::id(now),
                person: person.id,
                login,
                password_hash: Some(self.hash.clone()),
                is_active: true,
            });
            let (candidacy, enrolment) = on_programme(&self.version, person.id, now);
            batch.done.extend(self.lessons.iter().map(|lesson| (chance::uuid(now), enrolment.id, *lesson)));
            batch.candidacies.push(Candidacy { admitted_at: Some(now), ..candidacy });
            batch.enrolments.push(enrolment);
            batch.people.push(person);
        }
        Ok(batch)
    }
}

/// Some employees with all that belongs to them.
#[derive(Default)]
struct Batch {
    people: Vec<NewPerson>,
    accounts: Vec<Account>,
    candidacies: Vec<Candidacy>,
    enrolments: Vec<Enrolment>,
    done: Vec<(Uuid, EnrolmentId, LessonId)>,
}

impl Batch {
    async fn save(self, tx: &Tx, now: Moment) -> Result<(), Fault> {
        store::people::insert_people(tx, self.people, now).await?;
        store::account::insert_accounts(tx, self.accounts, now).await?;
        for candidacy in &self.candidacies {
            store::certification::open(tx, candidacy).await?;
        }
        store::progress::insert_enrolments(tx, self.enrolments).await?;
        store::progress::insert_done(tx, self.done, now).await
    }
}
