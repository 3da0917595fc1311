//! Who is certified, for registers and counts. Dates only narrow what is read here: what a person is on a
//! day is judged by `domain::certification`.

mod count;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::access::Reach;
use domain::id::{CertificationId, Id, PeriodId, PersonId, UnitId};
use domain::page::Page;
use domain::people::FullName;
use domain::refusal::Fault;
use domain::time::{Day, Moment};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef,
};
use uuid::Uuid;

use crate::db::Conn;
use crate::entity::{attempt, award, candidacy, employment, grading_run, org_unit, period, person, position};
use crate::fault::{Doing, number};
use crate::people;
use crate::query::meet;

pub use count::{Held, at_work, not_over};

/// Which of those who were ever certified a register shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// All of them.
    #[default]
    All,
    /// Valid today.
    Valid,
    /// Valid today, and within the renewal window.
    Expiring,
    /// The last period has ended.
    Lapsed,
}

impl State {
    /// Every one of them, in order.
    pub const ALL: &'static [Self] = &[Self::All, Self::Valid, Self::Expiring, Self::Lapsed];

    /// The code in addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Valid => "valid",
            Self::Expiring => "expiring",
            Self::Lapsed => "lapsed",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code() == code)
    }
}

/// What a register is narrowed to.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The certification.
    pub certification: CertificationId,
    /// Who.
    pub state: State,
    /// Today.
    pub today: Day,
    /// The last day of the renewal window that began today.
    pub window_ends: Day,
    /// Words, units, position.
    pub people: people::Filter,
    /// Continue after this mark.
    pub after: Option<String>,
}

/// A period of somebody who is at work: one row for each place of work.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: FullName,
    /// Табельный номер.
    pub personnel_number: String,
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The position's title.
    pub position_title: String,
    /// The period.
    pub period: PeriodId,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// The serial and the ceremonial number of the badge.
    pub badge: Option<(String, u32)>,
}

#[derive(FromQueryResult)]
struct CertifiedRow {
    period_id: Uuid,
    from_day: NaiveDate,
    until_day: NaiveDate,
    person_id: Uuid,
    surname: String,
    given: String,
    patronymic: Option<String>,
    employment_id: Uuid,
    personnel_number: String,
    unit_id: Uuid,
    unit_name: String,
    position_title: String,
    serial: Option<String>,
    badge_number: Option<i32>,
}

impl CertifiedRow {
    fn read(self) -> Result<Certified, Fault> {
        let badge_number: Option<u32> =
            self.badge_number.map(|n| number("award", "number", n)).transpose()?;
        Ok(Certified {
            person: Id::new(self.person_id),
            name: FullName { surname: self.surname, given: self.given, patronymic: self.patronymic },
            personnel_number: self.personnel_number,
            unit: Id::new(self.unit_id),
            unit_name: self.unit_name,
            position_title: self.position_title,
            period: Id::new(self.period_id),
            from: Day::new(self.from_day),
            until: Day::new(self.until_day),
            badge: self.serial.zip(badge_number),
        })
    }
}

/// Lists periods of people at work whom the reach covers, the first to end first. Some rows are history that
/// a later period has replaced: the caller judges each.
///
/// # Errors
/// A fault of the database.
pub async fn list(
    conn: &impl Conn,
    reach: &Reach,
    filter: &Filter,
    size: u64,
) -> Result<Page<Certified>, Fault> {
    let mut query = period::Entity::find()
        .select_only()
        .columns([period::Column::FromDay, period::Column::UntilDay])
        .column_as(period::Column::Id, "period_id")
        .column_as(person::Column::Id, "person_id")
        .columns([person::Column::Surname, person::Column::Given, person::Column::Patronymic])
        .column_as(employment::Column::Id, "employment_id")
        .columns([employment::Column::PersonnelNumber, employment::Column::UnitId])
        .column_as(org_unit::Column::Name, "unit_name")
        .column_as(position::Column::Title, "position_title")
        .column(award::Column::Serial)
        .column_as(award::Column::Number, "badge_number")
        .join(JoinType::InnerJoin, to_person())
        .join(JoinType::InnerJoin, to_employment())
        .join(JoinType::InnerJoin, to_unit())
        .join(JoinType::InnerJoin, to_position())
        .join(JoinType::LeftJoin, to_award())
        .filter(people::narrowed(reach, &filter.people))
        .filter(by_dates(filter))
        .order_by_asc(period::Column::UntilDay)
        .order_by_asc(period::Column::Id)
        .order_by_asc(employment::Column::Id)
        .limit(size + 1);
    if let Some(mark) = filter.after.as_deref().and_then(read_mark) {
        query = query.filter(beyond(mark));
    }
    let rows = query.into_model::<CertifiedRow>().all(&conn.on()).await.doing("listing certified people")?;
    let page =
        Page::cut(rows, size, |row| format!("{}~{}~{}", row.until_day, row.period_id, row.employment_id));
    let rows = page.rows.into_iter().map(CertifiedRow::read).collect::<Result<_, Fault>>()?;
    Ok(Page { rows, next: page.next })
}

fn to_person() -> RelationDef {
    meet(period::Entity, period::Column::PersonId, person::Entity, person::Column::Id)
}

fn to_employment() -> RelationDef {
    meet(person::Entity, person::Column::Id, employment::Entity, employment::Column::PersonId)
}

fn to_unit() -> RelationDef {
    meet(employment::Entity, employment::Column::UnitId, org_unit::Entity, org_unit::Column::Id)
}

fn to_position() -> RelationDef {
    meet(employment::Entity, employment::Column::PositionId, position::Entity, position::Column::Id)
}

fn to_award() -> RelationDef {
    meet(period::Entity, period::Column::Id, award::Entity, award::Column::PeriodId)
}

fn read_mark(mark: &str) -> Option<(NaiveDate, Uuid, Uuid)> {
    let (day, ids) = mark.split_once('~')?;
    let (period, employment) = ids.split_once('~')?;
    Some((day.parse().ok()?, period.parse().ok()?, employment.parse().ok()?))
}

fn beyond((day, id, job): (NaiveDate, Uuid, Uuid)) -> Condition {
    let on_the_day = || Condition::all().add(period::Column::UntilDay.eq(day));
    Condition::any()
        .add(period::Column::UntilDay.gt(day))
        .add(on_the_day().add(period::Column::Id.gt(id)))
        .add(on_the_day().add(period::Column::Id.eq(id)).add(employment::Column::Id.gt(job)))
}

fn by_dates(filter: &Filter) -> Condition {
    let today = filter.today.date();
    let until = period::Column::UntilDay;
    let all = Condition::all().add(period::Column::CertificationId.eq(filter.certification.raw()));
    match filter.state {
        State::All => all.add(Condition::any().add(until.gte(today)).add(is_latest(today))),
        State::Valid => all.add(period::Column::FromDay.lte(today)).add(until.gte(today)),
        State::Expiring => all.add(until.gte(today)).add(until.lte(filter.window_ends.date())),
        State::Lapsed => all.add(until.lt(today)).add(is_latest(today)),
    }
}

/// No other period of the person has begun since: one that has ended and was followed says nothing any more.
fn is_latest(today: NaiveDate) -> Expr {
    let other = |column: period::Column| Expr::col(("other", column));
    let this = |column: period::Column| (period::Entity, column);
    let later = Query::select()
        .column(("other", period::Column::Id))
        .from_as(period::Entity, "other")
        .and_where(other(period::Column::PersonId).equals(this(period::Column::PersonId)))
        .and_where(other(period::Column::CertificationId).equals(this(period::Column::CertificationId)))
        .and_where(other(period::Column::FromDay).lte(today))
        .and_where(other(period::Column::FromDay).gt(Expr::col(this(period::Column::FromDay))))
        .to_owned();
    Expr::not_exists(later)
}

/// Which of some people have an open candidacy.
///
/// # Errors
/// A fault of the database.
pub async fn candidates_among(
    conn: &impl Conn,
    certification: CertificationId,
    people: &[PersonId],
) -> Result<BTreeSet<PersonId>, Fault> {
    let ids: Vec<Uuid> = candidacy::Entity::find()
        .select_only()
        .column(candidacy::Column::PersonId)
        .filter(candidacy::Column::CertificationId.eq(certification.raw()))
        .filter(candidacy::Column::PersonId.is_in(people.iter().map(|id| id.raw())))
        .filter(candidacy::Column::ClosedAt.is_null())
        .into_tuple()
        .all(&conn.on())
        .await
        .doing("looking for open candidacies")?;
    Ok(ids.into_iter().map(Id::new).collect())
}

/// An attempt within a candidacy, as a person's chain shows it: no answers, no items.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// From 1, within the candidacy.
    pub number: u32,
    /// When it was started.
    pub started_at: Moment,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// person or deadline.
    pub finish_cause: Option<String>,
    /// Points, points that were possible, and whether it was passed, as it was graded first: what was regraded since
    /// is told by regrades.
    pub result: Option<(u32, u32, bool)>,
}

#[derive(FromQueryResult)]
struct SittingRow {
    number: i32,
    started_at: Moment,
    finished_at: Option<Moment>,
    finish_cause: Option<String>,
    points: Option<i32>,
    points_max: Option<i32>,
    passed: Option<bool>,
}

/// All attempts of a person within candidacies, the first first. Candidacies bound how many there are.
///
/// # Errors
/// A fault of the database.
pub async fn sittings(conn: &impl Conn, person: PersonId) -> Result<Vec<Sitting>, Fault> {
    let rows = attempt::Entity::find()
        .select_only()
        .columns([
            attempt::Column::Number,
            attempt::Column::StartedAt,
            attempt::Column::FinishedAt,
            attempt::Column::FinishCause,
        ])
        .columns([grading_run::Column::Points, grading_run::Column::PointsMax, grading_run::Column::Passed])
        .join(
            JoinType::LeftJoin,
            meet(attempt::Entity, attempt::Column::Id, grading_run::Entity, grading_run::Column::AttemptId),
        )
        .filter(attempt::Column::PersonId.eq(person.raw()))
        .filter(attempt::Column::CandidacyId.is_not_null())
        .filter(
            Condition::any().add(grading_run::Column::Number.eq(1)).add(grading_run::Column::Id.is_null()),
        )
        .order_by_asc(attempt::Column::StartedAt)
        .order_by_asc(attempt::Column::Id)
        .into_model::<SittingRow>()
        .all(&conn.on())
        .await
        .doing("reading attempts of a chain")?;
    rows.into_iter().map(read_sitting).collect()
}

fn read_sitting(row: SittingRow) -> Result<Sitting, Fault> {
    let at = |column, value: Option<i32>| -> Result<Option<u32>, Fault> {
        value.map(|n| number("grading_run", column, n)).transpose()
    };
    let (points, max) = (at("points", row.points)?, at("points_max", row.points_max)?);
    Ok(Sitting {
        number: number("attempt", "number", row.number)?,
        started_at: row.started_at,
        finished_at: row.finished_at,
        finish_cause: row.finish_cause,
        result: points.zip(max).zip(row.passed).map(|((points, max), passed)| (points, max, passed)),
    })
}
