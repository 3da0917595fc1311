//! An employment ends: what follows is said first, then it is done.

use axum::extract::Path;
use domain::access::{Act, Actor, Reach, reach};
use domain::form::FormState;
use domain::id::{EmploymentId, PersonId};
use domain::refusal::Refusal;
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::people::{Employment, PersonView};

use crate::cx::{Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back, error_summary, fact, field, icon, select};

/// Asks whether it is meant.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let (found, jobs) = asked_about(&cx, read_id(&id)?).await?;
    let form = FormState::default().with("last_day", cx.s().today().to_string());
    Ok(cx.page(head(&cx), || view(&cx, &form, &found, &jobs)))
}

/// Ends the employment.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(mut form): Typed) -> Reply {
    let (actor, id): (&Actor, PersonId) = (cx.actor()?, read_id(&id)?);
    let (found, jobs) = asked_about(&cx, id).await?;
    let read = (employment(&mut form), last_day(&mut form));
    let (Some(job), Some(day)) = read else {
        return Ok(cx.again(head(&cx), || view(&cx, &form, &found, &jobs)));
    };
    match service::people::end_employment(cx.s(), actor, id, job, day).await {
        // The list, not the person: without an employment they may be out of the actor's reach.
        Ok(()) => Ok(see("/hr?done=dismissed")),
        Err(Refusal::Form(problems)) => {
            let form = problems.with("employment", job.to_string());
            Ok(cx.again(head(&cx), || view(&cx, &form, &found, &jobs)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn employment(form: &mut FormState) -> Option<EmploymentId> {
    let read: Option<EmploymentId> = form.value("employment").parse().ok();
    if read.is_none() {
        form.problem("employment", "choose_one");
    }
    read
}

fn last_day(form: &mut FormState) -> Option<Day> {
    let typed = form.value("last_day").trim().to_owned();
    let read: Option<Day> = typed.parse().ok();
    if read.is_none() {
        form.problem("last_day", if typed.is_empty() { "missing" } else { "malformed" });
    }
    read
}

/// The person, and the open employments that the actor may end.
async fn asked_about(cx: &Cx, id: PersonId) -> Result<(PersonView, Vec<Employment>), No> {
    let actor = cx.actor()?;
    let found = service::people::person(cx.s(), actor, id).await?;
    if !found.may.edit || actor.person == id {
        return Err(No(Refusal::Denied));
    }
    let within = reach(actor, Act::EditPeople);
    let open = found.employments.iter().filter(|job| job.until.is_none() && covers(&within, job));
    let jobs: Vec<Employment> = open.cloned().collect();
    if jobs.is_empty() {
        return Err(No(Refusal::NotFound));
    }
    Ok((found, jobs))
}

fn covers(within: &Reach, job: &Employment) -> bool {
    match within {
        Reach::All => true,
        Reach::Units(units) => units.contains(&job.unit),
        Reach::Groups(_) | Reach::Own(_) | Reach::Nothing => false,
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, people.dismiss_title)).section("/hr")
}

fn view(cx: &Cx, form: &FormState, found: &PersonView, jobs: &[Employment]) -> AnyView {
    let l = cx.locale;
    let address = format!("/hr/people/{}", found.person.id);
    let day = Field { kind: "date", hint: Some(t!(l, people.last_day_hint)), ..Field::default() };
    let open = found.employments.iter().filter(|job| job.until.is_none()).count();
    let access = if open > 1 { t!(l, people.dismiss_keeps) } else { t!(l, people.dismiss_closes) };
    view! {
        {back(address.clone(), t!(l, people.to_person))}
        <div class="page-head"><div>
            <h1>{t!(l, people.dismiss_title)}</h1><p class="lede">{t!(l, people.dismiss_lede)}</p>
        </div></div>
        {error_summary(l, form)}
        <dl class="facts">
            {fact(t!(l, people.person), view! { <span lang="ru">{found.person.name.full()}</span> })}
            {jobs.iter().map(|job| fact(t!(l, people.job), shown(l, job))).collect::<Vec<_>>()}
        </dl>
        <ul class="ticks">
            <li>{icon("lock")}<span>{access}</span></li>
            <li>{icon("info")}<span>{t!(l, people.dismiss_records)}</span></li>
        </ul>
        <form class="form" method="post">
            {which(l, form, jobs)}
            {field(l, form, "last_day", t!(l, people.last_day), day)}
            <div class="actions">
                <button class="btn btn-danger">{t!(l, people.dismiss_go)}</button>
                <a class="btn btn-quiet" href=address>{t!(l, people.cancel)}</a>
            </div>
        </form>
    }
    .into_any()
}

/// Which employment ends: asked only where there are several.
fn which(l: Locale, form: &FormState, jobs: &[Employment]) -> AnyView {
    if let [job] = jobs {
        return view! { <input type="hidden" name="employment" value=job.id.to_string()/> }.into_any();
    }
    let jobs = jobs.iter().map(|job| (job.id.to_string(), told(l, job)));
    let jobs = std::iter::once((String::new(), t!(l, people.choose))).chain(jobs).collect();
    select(l, form, "employment", t!(l, people.job), jobs)
}

fn shown(l: Locale, job: &Employment) -> AnyView {
    let since = t!(l, people.since, from = format::day(l, job.from));
    let job = format!("{}, {}", job.position_title, job.unit_name);
    view! { <span lang="ru">{job}</span>", "<span class="nowrap">{since}</span> }.into_any()
}

/// The same where a browser shows text only.
fn told(l: Locale, job: &Employment) -> String {
    let since = t!(l, people.since, from = format::day(l, job.from));
    format!("{}, {}, {since}", job.position_title, job.unit_name)
}
