//! Lists of people.

use std::collections::BTreeMap;

use domain::access::Reach;
use domain::id::{Id, PersonId};
use domain::page::Page;
use domain::people::FullName;
use domain::refusal::Fault;
use domain::text::folded;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};
use uuid::Uuid;

use super::{Filter, Listed, to_position, to_unit};
use crate::db::Conn;
use crate::entity::{employment, org_unit, person, position, trainer_group_member};
use crate::fault::Doing;
use crate::query::{contains, meet};

/// A row of [`at_work`].
#[derive(FromQueryResult)]
pub(crate) struct ListedRow {
    id: Uuid,
    surname: String,
    given: String,
    patronymic: Option<String>,
    sort_key: String,
    employment_id: Uuid,
    personnel_number: String,
    unit_id: Uuid,
    unit_name: String,
    position_title: String,
}

impl From<ListedRow> for Listed {
    fn from(row: ListedRow) -> Self {
        Self {
            id: Id::new(row.id),
            name: FullName { surname: row.surname, given: row.given, patronymic: row.patronymic },
            personnel_number: row.personnel_number,
            unit: Id::new(row.unit_id),
            unit_name: row.unit_name,
            position_title: row.position_title,
        }
    }
}

/// People with their employments, in the order of their names: what every list of people begins with. It is
/// narrowed by [`narrowed`], which leaves open employments only.
pub(crate) fn at_work() -> Select<person::Entity> {
    person::Entity::find()
        .select_only()
        .columns([
            person::Column::Id,
            person::Column::Surname,
            person::Column::Given,
            person::Column::Patronymic,
            person::Column::SortKey,
        ])
        .column_as(employment::Column::Id, "employment_id")
        .column(employment::Column::PersonnelNumber)
        .column(employment::Column::UnitId)
        .column_as(org_unit::Column::Name, "unit_name")
        .column_as(position::Column::Title, "position_title")
        .join(
            JoinType::InnerJoin,
            meet(person::Entity, person::Column::Id, employment::Entity, employment::Column::PersonId),
        )
        .join(JoinType::InnerJoin, to_unit())
        .join(JoinType::InnerJoin, to_position())
        .order_by_asc(person::Column::SortKey)
        .order_by_asc(person::Column::Id)
        .order_by_asc(employment::Column::Id)
}

/// Lists people at work whom the reach covers, in the order of their names: one row for each place of work.
///
/// # Errors
/// A fault of the database.
pub async fn list(
    conn: &impl Conn,
    reach: &Reach,
    filter: &Filter,
    size: u64,
) -> Result<Page<Listed>, Fault> {
    list_of(conn, reach, filter, Condition::all(), size).await
}

/// The same, of those only of whom a condition on `person` or `employment` holds.
pub(crate) async fn list_of(
    conn: &impl Conn,
    reach: &Reach,
    filter: &Filter,
    only: Condition,
    size: u64,
) -> Result<Page<Listed>, Fault> {
    let mut query = at_work().filter(narrowed(reach, filter).add(only)).limit(size + 1);
    if let Some(mark) = filter.after.as_deref().and_then(read_mark) {
        query = query.filter(beyond(mark));
    }
    let rows = query.into_model::<ListedRow>().all(&conn.on()).await.doing("listing people")?;
    let mark = |row: &ListedRow| format!("{}~{}~{}", row.id, row.employment_id, row.sort_key);
    Ok(Page::cut(rows, size, mark).map(Listed::from))
}

fn read_mark(mark: &str) -> Option<(String, Uuid, Uuid)> {
    let (id, rest) = mark.split_once('~')?;
    let (job, key) = rest.split_once('~')?;
    Some((key.to_owned(), id.parse().ok()?, job.parse().ok()?))
}

fn beyond((key, id, job): (String, Uuid, Uuid)) -> Condition {
    let of_the_name = || Condition::all().add(person::Column::SortKey.eq(key.as_str()));
    Condition::any()
        .add(person::Column::SortKey.gt(key.as_str()))
        .add(of_the_name().add(person::Column::Id.gt(id)))
        .add(of_the_name().add(person::Column::Id.eq(id)).add(employment::Column::Id.gt(job)))
}

/// Where some people work as far as the reach goes: of several places, the one that was recorded first. Who
/// works nowhere within reach is left out.
///
/// # Errors
/// A fault of the database.
pub async fn placed(
    conn: &impl Conn,
    reach: &Reach,
    people: impl IntoIterator<Item = PersonId> + Send,
) -> Result<BTreeMap<PersonId, Listed>, Fault> {
    let filter = Filter { people: Some(people.into_iter().collect()), ..Filter::default() };
    let rows = at_work()
        .filter(narrowed(reach, &filter))
        .into_model::<ListedRow>()
        .all(&conn.on())
        .await
        .doing("reading where people work")?;
    let mut placed = BTreeMap::new();
    for row in rows {
        let listed = Listed::from(row);
        placed.entry(listed.id).or_insert(listed);
    }
    Ok(placed)
}

/// The people at work whom the reach covers, for the WHERE of another list.
pub(crate) fn reached(reach: &Reach) -> SelectStatement {
    employment::Entity::find()
        .select_only()
        .column(employment::Column::PersonId)
        .join(
            JoinType::InnerJoin,
            meet(employment::Entity, employment::Column::PersonId, person::Entity, person::Column::Id),
        )
        .filter(employment::Column::UntilDay.is_null())
        .filter(within(reach))
        .into_query()
}

/// The WHERE of a list of people: at work, within reach, and what was asked for.
pub(crate) fn narrowed(reach: &Reach, filter: &Filter) -> Condition {
    let mut all = Condition::all().add(employment::Column::UntilDay.is_null()).add(within(reach));
    for word in folded(&filter.search).split(' ').filter(|word| !word.is_empty()).take(5) {
        all = all.add(contains((person::Entity, person::Column::SearchKey), word));
    }
    if let Some(units) = &filter.units {
        all = all.add(employment::Column::UnitId.is_in(units.iter().map(|unit| unit.raw())));
    }
    if let Some(position) = filter.position {
        all = all.add(employment::Column::PositionId.eq(position.raw()));
    }
    if let Some(people) = &filter.people {
        all = all.add(person::Column::Id.is_in(people.iter().map(|id| id.raw())));
    }
    all
}

/// The reach of an actor as a condition on `person` joined with `employment`.
pub(crate) fn within(reach: &Reach) -> Condition {
    match reach {
        Reach::All => Condition::all(),
        Reach::Units(units) => {
            Condition::all().add(employment::Column::UnitId.is_in(units.iter().map(|unit| unit.raw())))
        }
        Reach::Groups(groups) => Condition::all().add(
            person::Column::Id.in_subquery(
                Query::select()
                    .column(trainer_group_member::Column::PersonId)
                    .from(trainer_group_member::Entity)
                    .and_where(
                        trainer_group_member::Column::GroupId.is_in(groups.iter().map(|group| group.raw())),
                    )
                    .and_where(trainer_group_member::Column::RemovedAt.is_null())
                    .to_owned(),
            ),
        ),
        Reach::Own(id) => Condition::all().add(person::Column::Id.eq(id.raw())),
        Reach::Nothing => Condition::all().add(Expr::val(1).eq(0)),
    }
}
