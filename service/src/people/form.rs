//! Adding a person, changing one. An employment never changes: it ends, and another begins.

use domain::access::{Act, Actor, Reach, allow, reach};
use domain::form::FormState;
use domain::id::{PersonId, UnitId};
use domain::people::FullName;
use domain::refusal::Refusal;
use domain::text::{Login, line, name_part};
use domain::time::{Day, Moment};
use store::organisation::{Position, Unit};
use store::people::{Employment, NewPerson, Person};
use store::{Conn, Tx};
use uuid::Uuid;

use crate::{Services, access, account, audit, chance};

/// The most extra time that a profile may grant, percent.
const MOST_EXTRA: u32 = 300;
/// How long ago somebody may have begun to work, in days: a hundred years.
const LONGEST_WORK: u32 = 36_525;
/// How long ahead somebody may be taken on, in days.
const EARLIEST_NOTICE: u32 = 366;

/// What the selects of the form offer.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Units within reach.
    pub units: Vec<Unit>,
    /// All positions.
    pub positions: Vec<Position>,
}

/// Units and positions that the actor may put people in.
///
/// # Errors
/// A refusal when the actor may not edit people.
pub async fn choices(s: &Services, actor: &Actor) -> Result<Choices, Refusal> {
    let within = reach(actor, Act::EditPeople);
    if within == Reach::Nothing {
        return Err(Refusal::Denied);
    }
    let tree = access::tree(s).await?;
    Ok(Choices {
        units: tree.units().iter().filter(|unit| covers(&within, unit.id)).cloned().collect(),
        positions: store::organisation::positions(&s.db).await?,
    })
}

pub(super) fn covers(within: &Reach, unit: UnitId) -> bool {
    match within {
        Reach::All => true,
        Reach::Units(units) => units.contains(&unit),
        Reach::Groups(_) | Reach::Own(_) | Reach::Nothing => false,
    }
}

/// A form that was read.
#[derive(Clone)]
struct Typed {
    name: FullName,
    number: String,
    unit: Unit,
    position: Position,
    from: Day,
    extra: u32,
}

fn read(form: &mut FormState, choices: &Choices, today: Day) -> Option<Typed> {
    let surname = form.check("surname", name_part);
    let given = form.check("given", name_part);
    let patronymic = form.check_optional("patronymic", name_part);
    let number = form.check("personnel_number", |text| line(text, 32));
    let unit = chosen(form, "unit", &choices.units, |unit| unit.id.raw());
    let position = chosen(form, "position", &choices.positions, |position| position.id.raw());
    let from = first_day(form, today);
    let extra = if form.value("extra_time_percent").trim().is_empty() {
        Some(0)
    } else {
        form.number("extra_time_percent", 0, MOST_EXTRA)
    };
    if !form.is_clean() {
        return None;
    }
    Some(Typed {
        name: FullName { surname: surname?, given: given?, patronymic },
        number: number?,
        unit: unit?,
        position: position?,
        from: from?,
        extra: extra?,
    })
}

fn chosen<T: Clone>(form: &mut FormState, field: &str, list: &[T], id: impl Fn(&T) -> Uuid) -> Option<T> {
    let typed = form.value(field).parse::<Uuid>().ok();
    let found = list.iter().find(|one| Some(id(one)) == typed).cloned();
    if found.is_none() {
        form.problem(field, "choose_one");
    }
    found
}

fn first_day(form: &mut FormState, today: Day) -> Option<Day> {
    let is_empty = form.value("from").trim().is_empty();
    match form.value("from").parse::<Day>() {
        Ok(day) if (today.minus_days(LONGEST_WORK)..=today.plus_days(EARLIEST_NOTICE)).contains(&day) => {
            Some(day)
        }
        Ok(_) => {
            form.problem("from", "out_of_range");
            None
        }
        Err(_) => {
            form.problem("from", if is_empty { "missing" } else { "malformed" });
            None
        }
    }
}

/// Adds a person with a first employment, and an account when a login was typed.
///
/// Fields: `surname`, `given`, `patronymic`, `personnel_number`, `unit`, `position`, `from`,
/// `extra_time_percent`, `login`.
///
/// # Errors
/// A refusal: not allowed, or with the fields that are wrong.
pub async fn add(s: &Services, actor: &Actor, mut form: FormState) -> Result<PersonId, Refusal> {
    let choices = choices(s, actor).await?;
    let login = form.check_optional("login", Login::parse);
    let Some(typed) = read(&mut form, &choices, s.today()) else { return Err(Refusal::Form(form)) };
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    let (asked, wanted, kept) = (typed.clone(), login.clone(), form.clone());
    let done =
        s.db.write(move |tx| async move { add_in(&services, &tx, &actor, asked, wanted, kept, now).await })
            .await;
    match done {
        // Where writers do not take turns, two may find a number free; the index lets only one through.
        Err(Refusal::Fault(fault)) if store::is_taken(&fault) => {
            let form = not_addable(&s.db, &typed, login.as_ref(), form).await?;
            Err(if form.is_clean() { Refusal::Fault(fault) } else { Refusal::Form(form) })
        }
        done => done,
    }
}

async fn add_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    typed: Typed,
    login: Option<Login>,
    form: FormState,
    now: Moment,
) -> Result<PersonId, Refusal> {
    let form = not_addable(tx, &typed, login.as_ref(), form).await?;
    if !form.is_clean() {
        return Err(Refusal::Form(form));
    }
    let id: PersonId = chance::id(now);
    let new = NewPerson {
        id,
        name_id: chance::uuid(now),
        employment: chance::id(now),
        name: typed.name.clone(),
        personnel_number: typed.number.clone(),
        unit: typed.unit.id,
        position: typed.position.id,
        from: typed.from,
    };
    store::people::insert_people(tx, vec![new], now).await?;
    if typed.extra > 0 {
        let person = Person { id, name: typed.name.clone(), extra_time_percent: typed.extra };
        store::people::change(tx, &person, &typed.number, None, typed.from, now).await?;
    }
    audit::record(s, tx, Some(actor), "person.added", ("person", Some(id.raw())), told(&typed));
    if let Some(login) = login {
        account::open_in(s, tx, Some(actor), id, &login, None, now).await?;
    }
    Ok(id)
}

/// The form with what stands against adding the person.
async fn not_addable(
    conn: &impl Conn,
    typed: &Typed,
    login: Option<&Login>,
    mut form: FormState,
) -> Result<FormState, Refusal> {
    if store::people::number_holder(conn, &typed.number).await?.is_some() {
        form.problem("personnel_number", "number_taken");
    }
    if let Some(login) = login
        && store::account::find_by_login(conn, login.as_str()).await?.is_some()
    {
        form.problem("login", "login_taken");
    }
    Ok(form)
}

fn told(typed: &Typed) -> serde_json::Value {
    serde_json::json!({
        "name": typed.name.full(), "personnel_number": typed.number, "unit": typed.unit.id,
        "position": typed.position.id, "from": typed.from, "extra_time_percent": typed.extra,
    })
}

/// The form as the page of a person opens it: what is known today, in force from today.
///
/// # Errors
/// A refusal when the person is out of reach.
pub async fn form_of(s: &Services, actor: &Actor, id: PersonId) -> Result<FormState, Refusal> {
    let subject = store::people::subject_of(&s.db, id).await?;
    allow(actor, Act::EditPeople, &subject)?;
    let person = store::people::find(&s.db, id).await?.ok_or(Refusal::NotFound)?;
    let jobs = store::people::employments(&s.db, id).await?;
    let form = FormState::default()
        .with("surname", person.name.surname)
        .with("given", person.name.given)
        .with("patronymic", person.name.patronymic.unwrap_or_default())
        .with("extra_time_percent", person.extra_time_percent.to_string())
        .with("from", s.today().to_string());
    let Some(job) = current(&jobs, &reach(actor, Act::EditPeople)) else { return Ok(form) };
    Ok(form
        .with("personnel_number", job.personnel_number.clone())
        .with("unit", job.unit.to_string())
        .with("position", job.position.to_string()))
}

/// The latest open employment that the reach covers: somebody else's is left alone.
fn current<'a>(jobs: &'a [Employment], within: &Reach) -> Option<&'a Employment> {
    jobs.iter().find(|job| job.until.is_none() && covers(within, job.unit))
}

/// Changes a person. Another unit, position or personnel number ends the open employment on the day before
/// `from` and begins a new one; another name is recorded from that day on. Fields as in [`add`], without
/// `login`.
///
/// # Errors
/// A refusal: out of reach, with the fields that are wrong, or changed by somebody else meanwhile.
pub async fn edit(s: &Services, actor: &Actor, id: PersonId, mut form: FormState) -> Result<(), Refusal> {
    let subject = store::people::subject_of(&s.db, id).await?;
    allow(actor, Act::EditPeople, &subject)?;
    let choices = choices(s, actor).await?;
    let Some(typed) = read(&mut form, &choices, s.today()) else { return Err(Refusal::Form(form)) };
    let (services, actor, asked, kept) = (s.clone(), actor.clone(), typed.clone(), form.clone());
    let done =
        s.db.write(move |tx| async move { edit_in(&services, &tx, &actor, id, asked, kept).await }).await;
    let fault = match done {
        Err(Refusal::Fault(fault)) if store::is_taken(&fault) => fault,
        done => return done,
    };
    // As when adding: the number is the only thing here that somebody else may have taken meanwhile.
    if store::people::number_holder(&s.db, &typed.number).await?.is_none() {
        return Err(Refusal::Fault(fault));
    }
    form.problem("personnel_number", "number_taken");
    Err(Refusal::Form(form))
}

async fn edit_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: PersonId,
    typed: Typed,
    form: FormState,
) -> Result<(), Refusal> {
    let known = store::people::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let jobs = store::people::employments(tx, id).await?;
    let job = current(&jobs, &reach(actor, Act::EditPeople));
    let moves = job.is_none_or(|job| {
        job.unit != typed.unit.id || job.position != typed.position.id || job.personnel_number != typed.number
    });
    let is_renamed = known.name != typed.name;
    if !moves && !is_renamed && known.extra_time_percent == typed.extra {
        return Ok(());
    }
    let now = s.now();
    if moves {
        let problems = not_movable(tx, job, &typed, form, s.today()).await?;
        if !problems.is_clean() {
            return Err(Refusal::Form(problems));
        }
        move_to(tx, id, job, &typed, now).await?;
    }
    let person = Person { id, name: typed.name.clone(), extra_time_percent: typed.extra };
    let name_id = is_renamed.then(|| chance::uuid(now));
    store::people::change(tx, &person, &typed.number, name_id, typed.from, now).await?;
    let before = serde_json::json!({
        "name": known.name.full(), "personnel_number": job.map(|job| &job.personnel_number),
        "unit": job.map(|job| job.unit), "position": job.map(|job| job.position),
        "extra_time_percent": known.extra_time_percent,
    });
    let what = serde_json::json!({ "before": before, "after": told(&typed) });
    audit::record(s, tx, Some(actor), "person.changed", ("person", Some(id.raw())), what);
    Ok(())
}

/// The form with what stands against moving the person.
async fn not_movable(
    tx: &Tx,
    job: Option<&Employment>,
    typed: &Typed,
    mut form: FormState,
    today: Day,
) -> Result<FormState, Refusal> {
    let keeps_number = job.is_some_and(|job| job.personnel_number == typed.number);
    if !keeps_number && store::people::number_holder(tx, &typed.number).await?.is_some() {
        form.problem("personnel_number", "number_taken");
    }
    // On the first day itself it is a correction: the wrong employment then lasted no day.
    if job.is_some_and(|job| typed.from < job.from) {
        form.problem("from", "too_early");
    }
    // Whoever has an open employment works there now, so a move cannot be entered ahead.
    if job.is_some_and(|job| typed.from > today.max(job.from)) {
        form.problem("from", "in_the_future");
    }
    Ok(form)
}

async fn move_to(
    tx: &Tx,
    person: PersonId,
    job: Option<&Employment>,
    typed: &Typed,
    now: Moment,
) -> Result<(), Refusal> {
    if let Some(job) = job
        && !store::people::end_employment(tx, job.id, typed.from.minus_days(1)).await?
    {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let next = Employment {
        id: chance::id(now),
        personnel_number: typed.number.clone(),
        unit: typed.unit.id,
        unit_name: typed.unit.name.clone(),
        position: typed.position.id,
        position_title: typed.position.title.clone(),
        from: typed.from,
        until: None,
    };
    Ok(store::people::insert_employment(tx, person, &next, now).await?)
}
