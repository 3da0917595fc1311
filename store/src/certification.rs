//! Certifications, candidacies, decisions and periods.

mod candidacies;
mod periods;
mod touched;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use domain::certification::{Cycle, Decides, Period};
use domain::id::{
    AttemptId, CandidacyId, CertificationId, CertificationVersionId, DecisionId, Id, PersonId,
    ProgrammeVersionId, TestId,
};
use domain::refusal::Fault;
use domain::rulebook::VersionState;
use domain::time::Moment;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

pub use self::candidacies::{admit, candidacies_of, candidacy, close, mark_ready, open, open_candidacy};
pub(crate) use self::periods::gathered;
pub use self::periods::{
    NewEvent, decisions_on, insert_decision, insert_event, insert_period, period, periods_by_id, periods_of,
};
pub use self::touched::{Seen, Touched, mark_all_ready, take_back, touched};
pub use self::waiting::{candidacies_by_id, candidacies_within, ready, ready_count};
use crate::attempt::AsWas;
use crate::db::Conn;
use crate::entity::{certification, certification_version};
use crate::fault::{Doing, coded, number};
use crate::query::insert;

/// A version of a certification.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its id.
    pub id: CertificationVersionId,
    /// Which certification.
    pub certification: CertificationId,
    /// Its title.
    pub title: String,
    /// From 1.
    pub number: u32,
    /// The programme to finish.
    pub programme_version: ProgrammeVersionId,
    /// The test to pass.
    pub test: TestId,
    /// Calendar months.
    pub validity_months: u32,
    /// Days before the end in which a renewal may begin.
    pub renewal_window_days: u32,
    /// From so many basis points on "with distinction".
    pub distinction_bp: u32,
    /// Who decides.
    pub decides: Decides,
    /// What it certifies, in words.
    pub scheme: String,
    /// When it was published.
    pub created_at: Moment,
}

/// One cycle of one person.
#[derive(Clone, Debug)]
pub struct Candidacy {
    /// Its id.
    pub id: CandidacyId,
    /// Whose.
    pub person: PersonId,
    /// For which certification.
    pub certification: CertificationId,
    /// In which version.
    pub version: CertificationVersionId,
    /// Which cycle.
    pub cycle: Cycle,
    /// When it was opened.
    pub opened_at: Moment,
    /// By whom.
    pub opened_by: Option<PersonId>,
    /// When the programme was finished.
    pub admitted_at: Option<Moment>,
    /// When all requirements were met.
    pub ready_at: Option<Moment>,
    /// When it ended.
    pub closed_at: Option<Moment>,
    /// How it ended.
    pub outcome: Option<String>,
}

/// A decision.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// On which candidacy.
    pub candidacy: CandidacyId,
    /// On whom.
    pub person: PersonId,
    /// For which version.
    pub version: CertificationVersionId,
    /// Granted, or refused.
    pub granted: bool,
    /// The attempt that it rests on.
    pub attempt: Option<AttemptId>,
    /// Why.
    pub reason: String,
    /// By whom; none when the version decides.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Moment,
    /// The person, as they were.
    pub as_was: AsWas,
}

/// A period with the records around it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The period and its events.
    pub period: Period,
    /// Whose.
    pub person: PersonId,
    /// Of which certification.
    pub certification: CertificationId,
    /// In which version.
    pub version: CertificationVersionId,
    /// The decision that it rests on.
    pub decision: DecisionId,
}

/// The newest published version of a certification, by its code.
///
/// # Errors
/// A fault of the database.
pub async fn published(conn: &impl Conn, code: &str) -> Result<Option<Version>, Fault> {
    let Some(head) = certification::Entity::find()
        .filter(certification::Column::Code.eq(code))
        .one(&conn.on())
        .await
        .doing("finding a certification")?
    else {
        return Ok(None);
    };
    let row = certification_version::Entity::find()
        .filter(certification_version::Column::CertificationId.eq(head.id))
        .filter(certification_version::Column::State.eq(VersionState::Published.code()))
        .order_by_desc(certification_version::Column::Number)
        .one(&conn.on())
        .await
        .doing("finding a version of a certification")?;
    row.map(|row| read_version(row, head.title)).transpose()
}

/// Finds a version.
///
/// # Errors
/// A fault of the database.
pub async fn version(conn: &impl Conn, id: CertificationVersionId) -> Result<Option<Version>, Fault> {
    Ok(versions_by_id(conn, [id]).await?.remove(&id))
}

/// Some versions by their ids, in two queries.
///
/// # Errors
/// A fault of the database.
pub async fn versions_by_id(
    conn: &impl Conn,
    ids: impl IntoIterator<Item = CertificationVersionId> + Send,
) -> Result<BTreeMap<CertificationVersionId, Version>, Fault> {
    let ids: BTreeSet<Uuid> = ids.into_iter().map(Id::raw).collect();
    let rows = certification_version::Entity::find()
        .filter(certification_version::Column::Id.is_in(ids))
        .all(&conn.on())
        .await
        .doing("finding versions of certifications")?;
    let heads: BTreeSet<Uuid> = rows.iter().map(|row| row.certification_id).collect();
    let heads = certification::Entity::find()
        .filter(certification::Column::Id.is_in(heads))
        .all(&conn.on())
        .await
        .doing("finding certifications")?;
    let titles: BTreeMap<Uuid, String> = heads.into_iter().map(|head| (head.id, head.title)).collect();
    rows.into_iter()
        .map(|row| {
            let title = titles.get(&row.certification_id).cloned().unwrap_or_default();
            read_version(row, title).map(|version| (version.id, version))
        })
        .collect()
}

fn read_version(row: certification_version::Model, title: String) -> Result<Version, Fault> {
    let at = |column, value: i32| number("certification_version", column, value);
    Ok(Version {
        id: Id::new(row.id),
        certification: Id::new(row.certification_id),
        title,
        number: at("number", row.number)?,
        programme_version: Id::new(row.programme_version_id),
        test: Id::new(row.test_id),
        validity_months: at("validity_months", row.validity_months)?,
        renewal_window_days: at("renewal_window_days", row.renewal_window_days)?,
        distinction_bp: at("distinction_bp", row.distinction_bp)?,
        decides: coded("certification_version", "decision", &row.decision, Decides::of)?,
        scheme: row.scheme,
        created_at: row.created_at,
    })
}

/// Adds a certification with its first, published version.
///
/// # Errors
/// A fault of the database.
pub async fn insert_certification(conn: &impl Conn, code: &str, new: &Version) -> Result<(), Fault> {
    let head =
        certification::Model { id: new.certification.raw(), code: code.to_owned(), title: new.title.clone() };
    insert::<_, certification::ActiveModel>(conn, "adding a certification", head).await?;
    let at = |column, value: u32| number("certification_version", column, value);
    let row = certification_version::Model {
        id: new.id.raw(),
        certification_id: new.certification.raw(),
        number: at("number", new.number)?,
        state: VersionState::Published.code().to_owned(),
        programme_version_id: new.programme_version.raw(),
        test_id: new.test.raw(),
        validity_months: at("validity_months", new.validity_months)?,
        renewal_window_days: at("renewal_window_days", new.renewal_window_days)?,
        distinction_bp: at("distinction_bp", new.distinction_bp)?,
        decision: new.decides.code().to_owned(),
        scheme: new.scheme.clone(),
        created_at: new.created_at,
        published_at: Some(new.created_at),
    };
    insert::<_, certification_version::ActiveModel>(conn, "adding a version of a certification", row).await
}
