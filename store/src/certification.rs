//! Certifications, candidacies, decisions and periods.

use std::collections::BTreeMap;

use domain::certification::{Cycle, Decides, Event, EventKind, Period};
use domain::id::{
    AttemptId, CandidacyId, CertificationId, CertificationVersionId, DecisionId, Id, PeriodId, PersonId,
    ProgrammeVersionId, TestId,
};
use domain::refusal::Fault;
use domain::rulebook::VersionState;
use domain::time::{Day, Moment};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::attempt::AsWas;
use crate::db::{Conn, Tx};
use crate::entity::{candidacy, certification, certification_version, decision, period, period_event};
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
    let row = certification_version::Entity::find_by_id(id.raw()).find_also_related_head(conn).await?;
    row.map(|(row, title)| read_version(row, title)).transpose()
}

trait WithHead {
    async fn find_also_related_head(
        self,
        conn: &impl Conn,
    ) -> Result<Option<(certification_version::Model, String)>, Fault>;
}

impl WithHead for sea_orm::Select<certification_version::Entity> {
    async fn find_also_related_head(
        self,
        conn: &impl Conn,
    ) -> Result<Option<(certification_version::Model, String)>, Fault> {
        let Some(row) = self.one(&conn.on()).await.doing("finding a version of a certification")? else {
            return Ok(None);
        };
        let head = certification::Entity::find_by_id(row.certification_id)
            .one(&conn.on())
            .await
            .doing("finding a certification")?;
        Ok(head.map(|head| (row, head.title)))
    }
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

fn read(row: candidacy::Model) -> Result<Candidacy, Fault> {
    Ok(Candidacy {
        id: Id::new(row.id),
        person: Id::new(row.person_id),
        certification: Id::new(row.certification_id),
        version: Id::new(row.certification_version_id),
        cycle: coded("candidacy", "kind", &row.kind, Cycle::of)?,
        opened_at: row.opened_at,
        opened_by: row.opened_by.map(Id::new),
        admitted_at: row.admitted_at,
        ready_at: row.ready_at,
        closed_at: row.closed_at,
        outcome: row.outcome,
    })
}

/// Finds a candidacy.
///
/// # Errors
/// A fault of the database.
pub async fn candidacy(conn: &impl Conn, id: CandidacyId) -> Result<Option<Candidacy>, Fault> {
    candidacy::Entity::find_by_id(id.raw())
        .one(&conn.on())
        .await
        .doing("finding a candidacy")?
        .map(read)
        .transpose()
}

/// All candidacies of a person, the latest first; an open one, if any, comes first.
///
/// # Errors
/// A fault of the database.
pub async fn candidacies_of(conn: &impl Conn, person: PersonId) -> Result<Vec<Candidacy>, Fault> {
    let mut found: Vec<Candidacy> = candidacy::Entity::find()
        .filter(candidacy::Column::PersonId.eq(person.raw()))
        .order_by_desc(candidacy::Column::OpenedAt)
        .order_by_desc(candidacy::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading candidacies")?
        .into_iter()
        .map(read)
        .collect::<Result<_, Fault>>()?;
    found.sort_by_key(|candidacy| candidacy.closed_at.is_some());
    Ok(found)
}

/// The open candidacy of a person for a certification.
///
/// # Errors
/// A fault of the database.
pub async fn open_candidacy(
    conn: &impl Conn,
    person: PersonId,
    certification: CertificationId,
) -> Result<Option<Candidacy>, Fault> {
    candidacy::Entity::find()
        .filter(candidacy::Column::PersonId.eq(person.raw()))
        .filter(candidacy::Column::CertificationId.eq(certification.raw()))
        .filter(candidacy::Column::ClosedAt.is_null())
        .one(&conn.on())
        .await
        .doing("finding an open candidacy")?
        .map(read)
        .transpose()
}

/// Opens a candidacy; false when the person has an open one.
///
/// # Errors
/// A fault of the database.
pub async fn open(conn: &impl Conn, new: &Candidacy) -> Result<bool, Fault> {
    let row = candidacy::ActiveModel {
        id: Set(new.id.raw()),
        person_id: Set(new.person.raw()),
        certification_id: Set(new.certification.raw()),
        certification_version_id: Set(new.version.raw()),
        kind: Set(new.cycle.code().to_owned()),
        opened_at: Set(new.opened_at),
        opened_by: Set(new.opened_by.map(Id::raw)),
        admitted_at: Set(new.admitted_at),
        ready_at: Set(None),
        closed_at: Set(None),
        outcome: Set(None),
    };
    let added = candidacy::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&conn.on())
        .await
        .doing("opening a candidacy")?;
    Ok(added > 0)
}

/// Notes that the programme is finished; false when that was known.
///
/// # Errors
/// A fault of the database.
pub async fn admit(tx: &Tx, id: CandidacyId, now: Moment) -> Result<bool, Fault> {
    let done = candidacy::Entity::update_many()
        .col_expr(candidacy::Column::AdmittedAt, Expr::value(now))
        .filter(candidacy::Column::Id.eq(id.raw()))
        .filter(candidacy::Column::AdmittedAt.is_null())
        .filter(candidacy::Column::ClosedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("admitting a candidate")?;
    Ok(done.rows_affected > 0)
}

/// Notes that all requirements are met; false when that was known.
///
/// # Errors
/// A fault of the database.
pub async fn mark_ready(tx: &Tx, id: CandidacyId, now: Moment) -> Result<bool, Fault> {
    let done = candidacy::Entity::update_many()
        .col_expr(candidacy::Column::ReadyAt, Expr::value(now))
        .filter(candidacy::Column::Id.eq(id.raw()))
        .filter(candidacy::Column::ReadyAt.is_null())
        .filter(candidacy::Column::ClosedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("marking a candidate as ready")?;
    Ok(done.rows_affected > 0)
}

/// Closes a candidacy that is ready; false when somebody has decided already.
///
/// # Errors
/// A fault of the database.
pub async fn close(tx: &Tx, id: CandidacyId, outcome: &str, now: Moment) -> Result<bool, Fault> {
    let done = candidacy::Entity::update_many()
        .col_expr(candidacy::Column::ClosedAt, Expr::value(now))
        .col_expr(candidacy::Column::Outcome, Expr::value(outcome))
        .filter(candidacy::Column::Id.eq(id.raw()))
        .filter(candidacy::Column::ReadyAt.is_not_null())
        .filter(candidacy::Column::ClosedAt.is_null())
        .exec(&tx.on())
        .await
        .doing("closing a candidacy")?;
    Ok(done.rows_affected > 0)
}

/// Open candidacies that wait for a decision, the longest waiting first.
///
/// # Errors
/// A fault of the database.
pub async fn ready(conn: &impl Conn, limit: u64) -> Result<Vec<Candidacy>, Fault> {
    candidacy::Entity::find()
        .filter(candidacy::Column::ReadyAt.is_not_null())
        .filter(candidacy::Column::ClosedAt.is_null())
        .order_by_asc(candidacy::Column::ReadyAt)
        .order_by_asc(candidacy::Column::Id)
        .limit(limit)
        .all(&conn.on())
        .await
        .doing("listing candidates who wait for a decision")?
        .into_iter()
        .map(read)
        .collect()
}

/// Records a decision.
///
/// # Errors
/// A fault of the database; also when the candidacy was decided on.
pub async fn insert_decision(tx: &Tx, new: &Decision) -> Result<(), Fault> {
    let row = decision::Model {
        id: new.id.raw(),
        candidacy_id: new.candidacy.raw(),
        person_id: new.person.raw(),
        certification_version_id: new.version.raw(),
        outcome: if new.granted { "granted" } else { "refused" }.to_owned(),
        attempt_id: new.attempt.map(Id::raw),
        reason: new.reason.clone(),
        automatic: new.decided_by.is_none(),
        decided_by: new.decided_by.map(Id::raw),
        decided_at: new.decided_at,
        name_as_was: new.as_was.name.clone(),
        position_as_was: new.as_was.position.clone(),
        unit_as_was: new.as_was.unit.clone(),
        unit_id: new.as_was.unit_id.map(Id::raw),
    };
    insert::<_, decision::ActiveModel>(tx, "recording a decision", row).await
}

/// All decisions on a person, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn decisions_on(conn: &impl Conn, person: PersonId) -> Result<Vec<Decision>, Fault> {
    let rows = decision::Entity::find()
        .filter(decision::Column::PersonId.eq(person.raw()))
        .order_by_desc(decision::Column::DecidedAt)
        .order_by_desc(decision::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading decisions")?;
    Ok(rows
        .into_iter()
        .map(|row| Decision {
            id: Id::new(row.id),
            candidacy: Id::new(row.candidacy_id),
            person: Id::new(row.person_id),
            version: Id::new(row.certification_version_id),
            granted: row.outcome == "granted",
            attempt: row.attempt_id.map(Id::new),
            reason: row.reason,
            decided_by: row.decided_by.map(Id::new),
            decided_at: row.decided_at,
            as_was: AsWas {
                name: row.name_as_was,
                position: row.position_as_was,
                unit: row.unit_as_was,
                unit_id: row.unit_id.map(Id::new),
            },
        })
        .collect())
}

/// Records a period.
///
/// # Errors
/// A fault of the database.
pub async fn insert_period(tx: &Tx, new: &Recorded, decided_by: Option<PersonId>) -> Result<(), Fault> {
    let row = period::Model {
        id: new.period.id.raw(),
        person_id: new.person.raw(),
        certification_id: new.certification.raw(),
        certification_version_id: new.version.raw(),
        decision_id: new.decision.raw(),
        from_day: new.period.from.date(),
        until_day: new.period.until.date(),
        decided_by: decided_by.map(Id::raw),
        recorded_at: new.period.recorded_at,
    };
    insert::<_, period::ActiveModel>(tx, "recording a period", row).await
}

/// All periods of some people with their events, in the order they begin.
///
/// # Errors
/// A fault of the database.
pub async fn periods_of(
    conn: &impl Conn,
    people: impl IntoIterator<Item = PersonId> + Send,
) -> Result<BTreeMap<PersonId, Vec<Recorded>>, Fault> {
    let ids: Vec<Uuid> = people.into_iter().map(Id::raw).collect();
    let rows = period::Entity::find()
        .filter(period::Column::PersonId.is_in(ids))
        .order_by_asc(period::Column::FromDay)
        .order_by_asc(period::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading periods")?;
    let mut events = events_of(conn, rows.iter().map(|row| row.id).collect()).await?;
    let mut found: BTreeMap<PersonId, Vec<Recorded>> = BTreeMap::new();
    for row in rows {
        let events = events.remove(&row.id).unwrap_or_default();
        found.entry(Id::new(row.person_id)).or_default().push(recorded(&row, events));
    }
    Ok(found)
}

pub(crate) fn recorded(row: &period::Model, events: Vec<Event>) -> Recorded {
    Recorded {
        period: Period {
            id: Id::<domain::id::Period>::new(row.id),
            from: Day::new(row.from_day),
            until: Day::new(row.until_day),
            recorded_at: row.recorded_at,
            events,
        },
        person: Id::new(row.person_id),
        certification: Id::new(row.certification_id),
        version: Id::new(row.certification_version_id),
        decision: Id::new(row.decision_id),
    }
}

/// What happened to some periods.
pub(crate) async fn events_of(
    conn: &impl Conn,
    periods: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Vec<Event>>, Fault> {
    let rows = period_event::Entity::find()
        .filter(period_event::Column::PeriodId.is_in(periods))
        .order_by_asc(period_event::Column::EffectiveFrom)
        .order_by_asc(period_event::Column::Id)
        .all(&conn.on())
        .await
        .doing("reading what happened to periods")?;
    let mut events: BTreeMap<Uuid, Vec<Event>> = BTreeMap::new();
    for row in rows {
        events.entry(row.period_id).or_default().push(Event {
            kind: coded("period_event", "kind", &row.kind, EventKind::of)?,
            effective_from: Day::new(row.effective_from),
            recorded_at: row.recorded_at,
        });
    }
    Ok(events)
}

/// Finds a period with its events.
///
/// # Errors
/// A fault of the database.
pub async fn period(conn: &impl Conn, id: PeriodId) -> Result<Option<Recorded>, Fault> {
    let Some(row) = period::Entity::find_by_id(id.raw()).one(&conn.on()).await.doing("finding a period")?
    else {
        return Ok(None);
    };
    let events = events_of(conn, vec![row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(Some(recorded(&row, events)))
}
