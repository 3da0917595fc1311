//! The people of a demo: one for every role, with a password that everybody knows, and colleagues in the
//! centres of some okrugs who cannot sign in.

use std::collections::BTreeMap;
use std::path::Path;

use domain::access::Role;
use domain::certification::Cycle;
use domain::id::{GroupId, PersonId};
use domain::people::FullName;
use domain::refusal::Fault;
use domain::time::Moment;
use store::Tx;
use store::account::{Account, Grant};
use store::certification::{Candidacy, Version};
use store::people::NewPerson;
use store::progress::Enrolment;

use crate::seed::content::Shipped;
use crate::seed::names::{in_turn, name, newcomer};
use crate::seed::organisation::Places;
use crate::seed::plan::{Enrolled, Player};
use crate::{Services, audit, chance, programme};

/// The password of everybody in a demo.
pub const PASSWORD: &str = "sincere-demo";

/// The fact that says a database is a demo.
const FACT: &str = "demo";
const YES: &str = "yes";
/// The crowd's personnel numbers come after the cast's.
const CROWD_AFTER: usize = 100;
const AT_ONCE: usize = 60;
/// The n-th person was taken on this many days before the one in front of them.
const DAYS_BETWEEN: u32 = 23;

/// Somebody who can sign in to a demo.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The login.
    pub login: String,
    /// Their name.
    pub name: String,
    /// Their roles beside employee.
    pub roles: Vec<Role>,
}

/// Whether the database is a demo.
///
/// # Errors
/// A fault of the database.
pub async fn is_demo(s: &Services) -> Result<bool, Fault> {
    Ok(store::setting::fact(&s.db, FACT).await?.as_deref() == Some(YES))
}

/// Adds the people of a demo, unless they are there. The content must have been seeded.
///
/// # Errors
/// A fault of the database or of the content.
pub async fn demo(s: &Services, content: &Path) -> Result<Vec<Demo>, Fault> {
    let shipped = super::shipped(content).await?;
    let told = shipped.cast.people.iter().map(shown).collect();
    if is_demo(s).await? {
        return Ok(told);
    }
    let places = Places::load(s).await?;
    crowd(s, &shipped, &places).await?;
    let hash = s.passwords.hash(PASSWORD.to_owned()).await?;
    let version = programme::current(s).await?;
    let now = s.now();
    let company = Company::cast(s, &shipped, &places, &hash, &version, now)?;
    let logins: Vec<String> = shipped.cast.people.iter().map(|player| player.login.clone()).collect();
    let what = serde_json::json!({ "logins": logins, "crowd": shipped.cast.crowd.people });
    let services = s.clone();
    s.db.write(move |tx| async move {
        company.save(&tx, now).await?;
        store::setting::set_fact(&tx, chance::uuid(now), FACT, YES).await?;
        audit::record(&services, &tx, None, "demo.seeded", ("person", None), what);
        Ok(())
    })
    .await?;
    Ok(told)
}

fn shown(player: &Player) -> Demo {
    Demo {
        login: player.login.clone(),
        name: full_name(player).full(),
        roles: player.grants.iter().map(|grant| grant.role).collect(),
    }
}

fn full_name(player: &Player) -> FullName {
    FullName {
        surname: player.surname.clone(),
        given: player.given.clone(),
        patronymic: Some(player.patronymic.clone()),
    }
}

/// Colleagues without accounts, in pieces that were added whole or not at all.
async fn crowd(s: &Services, shipped: &Shipped, places: &Places) -> Result<(), Fault> {
    let everyone: Vec<usize> = (0..shipped.cast.crowd.people).collect();
    for piece in everyone.chunks(AT_ONCE) {
        let now = s.now();
        let people = piece
            .iter()
            .map(|n| colleague(s, shipped, places, *n, now))
            .collect::<Result<Vec<NewPerson>, Fault>>()?;
        let Some(first) = people.first() else { continue };
        if store::people::number_holder(&s.db, &first.personnel_number).await?.is_some() {
            continue;
        }
        s.db.write(move |tx| async move { store::people::insert_people(&tx, people, now).await }).await?;
    }
    Ok(())
}

fn colleague(
    s: &Services,
    shipped: &Shipped,
    places: &Places,
    n: usize,
    now: Moment,
) -> Result<NewPerson, Fault> {
    let plan = &shipped.cast.crowd;
    let centres = places.centres_of(&plan.okrugs)?;
    let unit = *in_turn(&centres, n)?;
    let position = places.position(in_turn(&plan.positions, n)?)?;
    let from = s.today().minus_days(DAYS_BETWEEN * u32::try_from(n).unwrap_or(0));
    Ok(newcomer(name(&shipped.names, n)?, number(CROWD_AFTER + n + 1), unit, position, from, now))
}

fn number(n: usize) -> String {
    format!("{n:08}")
}

/// Everybody who can sign in, with all that belongs to them.
struct Company {
    people: Vec<NewPerson>,
    accounts: Vec<Account>,
    grants: Vec<(PersonId, Grant)>,
    learners: Vec<(Candidacy, Enrolment)>,
    groups: Vec<(GroupId, String, PersonId, Vec<PersonId>)>,
}

impl Company {
    fn cast(
        s: &Services,
        shipped: &Shipped,
        places: &Places,
        hash: &str,
        version: &Version,
        now: Moment,
    ) -> Result<Self, Fault> {
        let cast = &shipped.cast;
        let mut company = Self {
            people: Vec::new(),
            accounts: Vec::new(),
            grants: Vec::new(),
            learners: Vec::new(),
            groups: Vec::new(),
        };
        let mut ids = BTreeMap::new();
        for (n, player) in cast.people.iter().enumerate() {
            let id = company.take_on(s, player, places, hash, n, now)?;
            ids.insert(player.login.as_str(), id);
        }
        for enrolled in &cast.enrolments {
            let learner = enrol(s, version, enrolled, who(&ids, &enrolled.person)?, who(&ids, &enrolled.by)?);
            company.learners.push(learner);
        }
        for group in &cast.groups {
            let members = group.members.iter().map(|login| who(&ids, login)).collect::<Result<_, Fault>>()?;
            let trainer = who(&ids, &group.trainer)?;
            company.groups.push((chance::id(now), group.title.clone(), trainer, members));
        }
        Ok(company)
    }

    fn take_on(
        &mut self,
        s: &Services,
        player: &Player,
        places: &Places,
        hash: &str,
        n: usize,
        now: Moment,
    ) -> Result<PersonId, Fault> {
        let (unit, position) = (places.unit(&player.unit)?, places.position(&player.position)?);
        let from = s.today().minus_days(DAYS_BETWEEN * u32::try_from(n + 1).unwrap_or(0));
        let person = newcomer(full_name(player), number(n + 1), unit, position, from, now);
        let id = person.id;
        self.people.push(person);
        self.accounts.push(Account {
            id: chance::id(now),
            person: id,
            login: player.login.clone(),
            password_hash: Some(hash.to_owned()),
            is_active: true,
        });
        for grant in &player.grants {
            let unit = grant.unit.as_deref().map(|code| places.unit(code)).transpose()?;
            self.grants.push((id, Grant { id: chance::id(now), role: grant.role, unit, granted_at: now }));
        }
        Ok(id)
    }

    async fn save(self, tx: &Tx, now: Moment) -> Result<(), Fault> {
        store::people::insert_people(tx, self.people, now).await?;
        store::account::insert_accounts(tx, self.accounts, now).await?;
        for (person, grant) in &self.grants {
            store::account::insert_grant(tx, *person, grant, None).await?;
        }
        for (candidacy, enrolment) in self.learners {
            let params = serde_json::json!({ "due": enrolment.due });
            store::certification::open(tx, &candidacy).await?;
            store::progress::insert_enrolments(tx, vec![enrolment]).await?;
            audit::notify(tx, candidacy.person, "enrolled", params, now);
        }
        for (group, title, trainer, members) in self.groups {
            store::trainer_group::insert_group(tx, group, &title, trainer, now).await?;
            for member in members {
                store::trainer_group::add_member(tx, chance::uuid(now), group, member, now).await?;
            }
        }
        Ok(())
    }
}

fn who(ids: &BTreeMap<&str, PersonId>, login: &str) -> Result<PersonId, Fault> {
    ids.get(login)
        .copied()
        .ok_or_else(|| Fault::new("casting a demo", format!("nobody signs in as {login:?}")))
}

fn enrol(
    s: &Services,
    version: &Version,
    plan: &Enrolled,
    person: PersonId,
    by: PersonId,
) -> (Candidacy, Enrolment) {
    let due = s.today().plus_days(plan.due_in_days);
    let (candidacy, mut enrolment) = on_programme(version, person, s.now());
    enrolment.enrolled_by = Some(by);
    enrolment.due = Some(due);
    (Candidacy { opened_by: Some(by), ..candidacy }, enrolment)
}

/// A first candidacy and its enrolment.
pub(super) fn on_programme(version: &Version, person: PersonId, now: Moment) -> (Candidacy, Enrolment) {
    let candidacy = Candidacy {
        id: chance::id(now),
        person,
        certification: version.certification,
        version: version.id,
        cycle: Cycle::First,
        opened_at: now,
        opened_by: None,
        admitted_at: None,
        ready_at: None,
        closed_at: None,
        outcome: None,
    };
    let enrolment = Enrolment {
        id: chance::id(now),
        person,
        programme_version: version.programme_version,
        candidacy: candidacy.id,
        basis: "seed".to_owned(),
        enrolled_by: None,
        enrolled_at: now,
        due: None,
    };
    (candidacy, enrolment)
}
