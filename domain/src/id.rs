//! Ids have kinds: mixing two of them does not compile.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The id of a `K`: a UUID (version 7, made by `service`).
pub struct Id<K> {
    raw: Uuid,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// Wraps a UUID that is known to name a `K`.
    #[must_use]
    pub const fn new(raw: Uuid) -> Self {
        Self { raw, kind: PhantomData }
    }

    /// The bare UUID, for a column or an address.
    #[must_use]
    pub const fn raw(self) -> Uuid {
        self.raw
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.raw.cmp(&other.raw)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.raw, f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.raw, f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.parse().map(Self::new)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::new)
    }
}

macro_rules! kinds {
    ($($kind:ident $id:ident $what:literal;)*) => {$(
        #[doc = concat!("Marks ids of: ", $what, ".")]
        #[derive(Debug)]
        pub enum $kind {}
        #[doc = concat!("Names: ", $what, ".")]
        pub type $id = Id<$kind>;
    )*};
}

kinds! {
    Person PersonId "a person";
    Unit UnitId "an org unit";
    Position PositionId "a position";
    Employment EmploymentId "an employment";
    Account AccountId "an account";
    Grant GrantId "a role grant";
    WebSession WebSessionId "a web session";
    Rulebook RulebookId "a rulebook";
    RulebookVersion RulebookVersionId "a rulebook version";
    Programme ProgrammeId "a programme";
    ProgrammeVersion ProgrammeVersionId "a programme version";
    Module ModuleId "a module";
    Lesson LessonId "a lesson";
    Enrolment EnrolmentId "an enrolment";
    Group GroupId "a trainer's group";
    Item ItemId "an item";
    ItemVersion ItemVersionId "an item version";
    Test TestId "a test";
    TestVersion TestVersionId "a test version";
    Attempt AttemptId "an attempt";
    Writer WriterId "a writer of an attempt's journal";
    Certification CertificationId "a certification";
    CertificationVersion CertificationVersionId "a certification version";
    Candidacy CandidacyId "a candidacy";
    Decision DecisionId "a decision";
    Period PeriodId "a period of validity";
    Award AwardId "a badge award";
    Regrade RegradeId "a regrade";
    Doubt DoubtId "a doubt about a certificate";
    SigningKey SigningKeyId "a signing key";
    Notice NoticeId "a notice";
    Job JobId "a job";
    ExamSession ExamSessionId "an exam session";
    Seat SeatId "a seat of an exam session";
    Network NetworkId "a network of a unit";
}
