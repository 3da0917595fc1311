//! Who may do what to whom. The only place that says so; the matrix is a golden file.
//!
//! [`allow`] answers for one subject and hands out a [`Granted`]; [`reach`] answers for lists and
//! becomes their WHERE. Nobody decides on, or proctors, themselves or their own trainee.

use crate::coded::coded;
use crate::id::{AccountId, GroupId, PersonId, UnitId, WebSessionId};
use crate::refusal::Refusal;

coded! {
    /// What a person is in the product. Everyone with an account is an employee.
    Role {
        /// Learns and is tested.
        Employee = "employee",
        /// Looks after groups; writes practice items.
        Trainer = "trainer",
        /// Keeps the bank, the blueprints and the standard.
        Methodologist = "methodologist",
        /// Marks practical assessments.
        Assessor = "assessor",
        /// Guides an internship.
        Mentor = "mentor",
        /// Watches over an exam session.
        Proctor = "proctor",
        /// Sits on a commission.
        Commission = "commission",
        /// Keeps a commission's papers.
        Secretary = "secretary",
        /// Chairs a commission.
        Chair = "chair",
        /// Keeps people, enrolments, decisions.
        Hr = "hr",
        /// Heads a centre: readiness and results, not answers.
        Head = "head",
        /// The same for an okrug.
        Curator = "curator",
        /// Reads everything but keys of live items; changes nothing.
        Auditor = "auditor",
        /// Accounts and settings; never results.
        Admin = "admin",
    }
}

coded! {
    /// What can be done.
    Act {
        /// Take lessons, sit tests, see the own badge, results, sessions.
        Learn = "learn",
        /// See people and where they work.
        ReadPeople = "read_people",
        /// Add and change people.
        EditPeople = "edit_people",
        /// Put a person on a programme.
        Enrol = "enrol",
        /// See results and the chain of a person, not their answers.
        ReadResults = "read_results",
        /// Decide on candidates.
        Decide = "decide",
        /// Hand out a one-time sign-in code.
        IssueCode = "issue_code",
        /// See practice items with their keys.
        ReadPracticeItems = "read_practice_items",
        /// Write practice items.
        EditPracticeItems = "edit_practice_items",
        /// See exam items with their keys.
        ReadExamItems = "read_exam_items",
        /// Write, approve and retire exam items.
        EditExamItems = "edit_exam_items",
        /// See what a mended key does to results; keys and names only to whom other acts show them.
        ReadRegrades = "read_regrades",
        /// Approve or reject a regrade that somebody else prepared.
        Regrade = "regrade",
        /// See blueprints and test versions.
        ReadTests = "read_tests",
        /// Write and publish test versions.
        EditTests = "edit_tests",
        /// Write and publish the standard.
        EditRulebook = "edit_rulebook",
        /// Keep own groups.
        KeepGroups = "keep_groups",
        /// Make, disable and unlock accounts; end their sessions.
        KeepAccounts = "keep_accounts",
        /// Give and take roles.
        GrantRoles = "grant_roles",
        /// Change settings.
        EditSettings = "edit_settings",
        /// See the queue of jobs.
        ReadJobs = "read_jobs",
        /// Read the audit log.
        ReadAudit = "read_audit",
        /// See exam sessions: who sits where, and the protocol; never start codes.
        ReadSessions = "read_sessions",
        /// Hold exam sessions: let candidates in, watch over them, change their time.
        Proctor = "proctor",
    }
}

/// How far a role's act goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Not at all.
    Nothing,
    /// Themselves.
    Own,
    /// Their groups.
    Groups,
    /// The units of the grant and all below.
    Units,
    /// Everything, whatever the grant's unit.
    All,
}

impl Extent {
    /// The code in the golden matrix.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nothing => "-",
            Self::Own => "own",
            Self::Groups => "groups",
            Self::Units => "units",
            Self::All => "all",
        }
    }
}

/// The matrix: role × act → extent.
#[must_use]
pub const fn extent(role: Role, act: Act) -> Extent {
    use Act::{
        Decide, EditExamItems, EditPeople, EditPracticeItems, EditRulebook, EditSettings, EditTests, Enrol,
        GrantRoles, IssueCode, KeepAccounts, KeepGroups, Learn, Proctor, ReadAudit, ReadExamItems, ReadJobs,
        ReadPeople, ReadPracticeItems, ReadRegrades, ReadResults, ReadSessions, ReadTests, Regrade,
    };
    match (role, act) {
        (_, Learn) => Extent::Own,
        (Role::Trainer, ReadPeople | ReadResults | KeepGroups) => Extent::Groups,
        (Role::Trainer, ReadPracticeItems | EditPracticeItems)
        | (
            Role::Methodologist,
            ReadPracticeItems | EditPracticeItems | ReadExamItems | EditExamItems | ReadRegrades | Regrade
            | ReadTests | EditTests | EditRulebook,
        )
        | (Role::Auditor, ReadTests | ReadPracticeItems | ReadRegrades | ReadJobs | ReadAudit)
        | (Role::Admin, KeepAccounts | GrantRoles | EditSettings | ReadJobs | ReadAudit | IssueCode) => {
            Extent::All
        }
        (Role::Proctor, Proctor | ReadSessions)
        | (Role::Hr, ReadPeople | EditPeople | Enrol | ReadResults | Decide | IssueCode)
        | (Role::Chair, ReadPeople | ReadResults | Decide | ReadRegrades | Regrade)
        | (Role::Head | Role::Curator, ReadPeople | ReadResults | ReadSessions | IssueCode)
        | (Role::Auditor, ReadPeople | ReadResults | ReadSessions)
        | (Role::Secretary | Role::Commission, ReadPeople | ReadResults) => Extent::Units,
        _ => Extent::Nothing,
    }
}

/// A role as held: over some units, or over everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The role.
    pub role: Role,
    /// The units that it covers, children included; none means the whole city.
    pub units: Option<Vec<UnitId>>,
}

/// Who is asking.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// Their account.
    pub account: AccountId,
    /// The web session that carried the request.
    pub session: WebSessionId,
    /// How to greet them: first name and patronymic.
    pub name: String,
    /// The roles they hold beside employee.
    pub held: Vec<Held>,
    /// Groups that they look after.
    pub groups: Vec<GroupId>,
}

impl Actor {
    /// Whether they hold a role anywhere. Everyone is an employee.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        role == Role::Employee || self.held.iter().any(|held| held.role == role)
    }

    /// Whether they may do something to anybody at all: shows an area in the navigation.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        reach(self, act) != Reach::Nothing
    }
}

/// Whom an act is about. Loaded to be judged, shown to nobody.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The person concerned.
    pub person: Option<PersonId>,
    /// The units that the person works in.
    pub units: Vec<UnitId>,
    /// The groups that the person is in.
    pub groups: Vec<GroupId>,
}

impl Subject {
    /// Something that belongs to nobody, such as a setting or the bank.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }

    /// A person's own thing.
    #[must_use]
    pub fn own(person: PersonId) -> Self {
        Self { person: Some(person), ..Self::default() }
    }
}

/// Proof that somebody may do something. Only [`allow`] makes it.
#[derive(Clone, Copy, Debug)]
pub struct Granted {
    act: Act,
    by: PersonId,
}

impl Granted {
    /// What was granted.
    #[must_use]
    pub const fn act(&self) -> Act {
        self.act
    }

    /// To whom.
    #[must_use]
    pub const fn by(&self) -> PersonId {
        self.by
    }
}

/// How far an actor's list of something goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everyone.
    All,
    /// People who work in these units.
    Units(Vec<UnitId>),
    /// People in these groups.
    Groups(Vec<GroupId>),
    /// Only themselves.
    Own(PersonId),
    /// Nobody.
    Nothing,
}

/// The widest reach that any of the actor's roles gives.
#[must_use]
pub fn reach(actor: &Actor, act: Act) -> Reach {
    let mut widest = match extent(Role::Employee, act) {
        Extent::Own => Reach::Own(actor.person),
        Extent::Nothing | Extent::Groups | Extent::Units | Extent::All => Reach::Nothing,
    };
    for held in &actor.held {
        widest = match (extent(held.role, act), &held.units, widest) {
            (Extent::All, _, _) | (Extent::Units, None, _) => return Reach::All,
            (Extent::Units, Some(units), Reach::Units(mut known)) => {
                known.extend(units.iter().copied().filter(|unit| !known.contains(unit)).collect::<Vec<_>>());
                Reach::Units(known)
            }
            (Extent::Units, Some(units), _) => Reach::Units(units.clone()),
            (Extent::Groups, _, Reach::Own(_) | Reach::Nothing) => Reach::Groups(actor.groups.clone()),
            (Extent::Own, _, Reach::Nothing) => Reach::Own(actor.person),
            (Extent::Nothing | Extent::Own | Extent::Groups, _, known) => known,
        };
    }
    widest
}

/// Whether an actor may do something to a subject.
///
/// # Errors
/// [`Refusal::Denied`] when no role of theirs does this at all or the subject is themselves where
/// that is a conflict; [`Refusal::NotFound`] when the subject is out of their reach.
pub fn allow(actor: &Actor, act: Act, subject: &Subject) -> Result<Granted, Refusal> {
    let within = match reach(actor, act) {
        Reach::Nothing => return Err(Refusal::Denied),
        Reach::All => true,
        Reach::Units(units) => subject.units.iter().any(|unit| units.contains(unit)),
        Reach::Groups(groups) => {
            subject.person.is_none() || subject.groups.iter().any(|group| groups.contains(group))
        }
        Reach::Own(person) => subject.person == Some(person),
    };
    if !within {
        return Err(Refusal::NotFound);
    }
    if act == Act::Decide && is_conflicted(actor, subject) {
        return Err(Refusal::Denied);
    }
    Ok(Granted { act, by: actor.person })
}

/// Nobody decides on, or proctors, themselves or somebody they train.
#[must_use]
pub fn is_conflicted(actor: &Actor, subject: &Subject) -> bool {
    subject.person == Some(actor.person) || subject.groups.iter().any(|group| actor.groups.contains(group))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use uuid::Uuid;

    use super::*;
    use crate::id::Id;

    fn id<K>(n: u128) -> Id<K> {
        Id::new(Uuid::from_u128(n))
    }

    fn actor(held: Vec<Held>) -> Actor {
        Actor {
            person: id(1),
            account: id(2),
            session: id(3),
            name: "Анна Петровна".into(),
            held,
            groups: vec![id(40)],
        }
    }

    fn head_of(units: Vec<UnitId>) -> Actor {
        actor(vec![Held { role: Role::Head, units: Some(units) }])
    }

    #[test]
    fn the_matrix_is_the_one_that_was_agreed() {
        let mut table = String::new();
        for act in Act::ALL {
            for role in Role::ALL {
                let extent = extent(*role, *act);
                if extent != Extent::Nothing && (*act != Act::Learn || *role == Role::Employee) {
                    writeln!(table, "{:<20} {:<14} {}", act.code(), role.code(), extent.code()).unwrap();
                }
            }
        }
        let agreed = include_str!("access.golden");
        assert_eq!(table, agreed, "the matrix has changed; if that is meant, change access.golden with it");
    }

    #[test]
    fn a_head_reaches_the_own_centre_and_no_other() {
        let head = head_of(vec![id(10)]);
        let here = Subject { person: Some(id(9)), units: vec![id(10)], groups: vec![] };
        let there = Subject { person: Some(id(9)), units: vec![id(11)], groups: vec![] };
        assert!(allow(&head, Act::ReadResults, &here).is_ok());
        assert!(matches!(allow(&head, Act::ReadResults, &there), Err(Refusal::NotFound)));
        assert!(matches!(allow(&head, Act::Decide, &here), Err(Refusal::Denied)));
    }

    #[test]
    fn nobody_decides_on_themselves_or_on_their_trainee() {
        let hr = actor(vec![Held { role: Role::Hr, units: None }]);
        assert!(matches!(allow(&hr, Act::Decide, &Subject::own(id(1))), Err(Refusal::Denied)));
        let trainee = Subject { person: Some(id(9)), units: vec![], groups: vec![id(40)] };
        assert!(matches!(allow(&hr, Act::Decide, &trainee), Err(Refusal::Denied)));
        assert!(allow(&hr, Act::Decide, &Subject::own(id(9))).is_ok());
    }

    #[test]
    fn somebody_elses_things_are_not_found() {
        assert!(matches!(allow(&actor(vec![]), Act::Learn, &Subject::own(id(9))), Err(Refusal::NotFound)));
    }

    #[test]
    fn two_grants_reach_the_units_of_both() {
        let both = actor(vec![
            Held { role: Role::Head, units: Some(vec![id(10)]) },
            Held { role: Role::Hr, units: Some(vec![id(10), id(11)]) },
        ]);
        assert_eq!(reach(&both, Act::ReadPeople), Reach::Units(vec![id(10), id(11)]));
    }
}
