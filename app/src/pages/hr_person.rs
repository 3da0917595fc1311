//! A person on one page: who they are today, everything it rests on, and what can be done.

use axum::extract::Path;
use domain::certification::Standing;
use domain::form::FormState;
use domain::id::PersonId;
use domain::refusal::Refusal;
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::people::{Employment, PersonView};

use super::hr_chain::timeline;
use super::hr_parts::until;
use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::format;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back, error_summary, fact, field, icon, notice, status};
use crate::words;

/// The page.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let found = service::people::person(cx.s(), cx.actor()?, read_id(&id)?).await?;
    let done = asked.value("done").to_owned();
    Ok(cx.page(head(&found), || view(&cx, &FormState::default(), &found, &done)))
}

/// Leads to the person: whoever had to sign in first comes back here by GET.
pub async fn come_back(cx: Cx, Path(id): Path<String>) -> Reply {
    cx.actor()?;
    let id: PersonId = read_id(&id)?;
    Ok(see(&format!("/hr/people/{id}")))
}

/// Puts the person on the programme.
pub async fn enrol(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let (actor, id) = (cx.actor()?, read_id(&id)?);
    let found = service::people::person(cx.s(), actor, id).await?;
    let typed = form.value("due").trim().to_owned();
    let due = if typed.is_empty() { Ok(None) } else { typed.parse::<Day>().map(Some) };
    let mut problems = match due {
        Ok(due) => match service::programme::enrol(cx.s(), actor, id, due).await {
            Ok(()) => return Ok(see(&format!("/hr/people/{id}?done=enrolled"))),
            Err(Refusal::Form(problems)) => problems,
            Err(refusal) => return Err(No(refusal)),
        },
        Err(_) => FormState::default(),
    };
    if problems.is_clean() {
        problems.problem("due", "malformed");
    }
    let form = problems.with("due", typed);
    Ok(cx.again(head(&found), || view(&cx, &form, &found, "")))
}

fn head(found: &PersonView) -> Head {
    Head::titled(found.person.name.full()).wide().section("/hr")
}

fn view(cx: &Cx, form: &FormState, found: &PersonView, done: &str) -> AnyView {
    let l = cx.locale;
    let chain = if found.chain.is_empty() {
        view! { <p class="muted">{t!(l, people.no_chain)}</p> }.into_any()
    } else {
        timeline(cx, &found.chain)
    };
    view! {
        {back("/hr", t!(l, people.title))}
        {page_head(l, found)}
        {done_notice(l, done)}
        {error_summary(l, form)}
        <div class="split">
            <div class="stack loose">
                <section class="section"><h2>{t!(l, people.chain)}</h2>{chain}</section>
                {jobs(l, &found.employments)}
            </div>
            <aside class="stack stay">
                {facts(l, found)}
                {enrol_card(l, form, found)}
                {code_card(l, found)}
                {dismiss_link(cx, found)}
            </aside>
        </div>
    }
    .into_any()
}

fn page_head(l: Locale, found: &PersonView) -> AnyView {
    let id = found.person.id;
    // The job of today; of somebody who has left, the last one.
    let job = found.employments.iter().find(|job| job.until.is_none()).or(found.employments.first());
    let number = job.map(|job| {
        let number = job.personnel_number.clone();
        view! { <p class="kicker">{t!(l, people.number_of, number = number)}</p> }
    });
    let place = job.map(|job| {
        let place = format!("{} · {}", job.position_title, job.unit_name);
        view! { <p class="lede" lang="ru">{place}</p> }
    });
    let edit = found.may.edit.then(|| {
        let address = format!("/hr/people/{id}/edit");
        view! { <div class="actions"><a class="btn" href=address>{icon("edit")}{t!(l, people.edit)}</a></div> }
    });
    view! {
        <div class="page-head">
            <div>
                {number}
                <h1 lang="ru">{found.person.name.full()}</h1>
                {place}
                {standing_row(l, found)}
            </div>
            {edit}
        </div>
    }
    .into_any()
}

fn done_notice(l: Locale, done: &str) -> Option<AnyView> {
    let (title, text) = match done {
        "added" => (t!(l, people.added), t!(l, people.added_what)),
        "changed" => (t!(l, people.changed), String::new()),
        "enrolled" => (t!(l, people.enrolled_now), t!(l, people.enrolled_what)),
        _ => return None,
    };
    Some(notice("is-done", title, text))
}

fn standing_row(l: Locale, found: &PersonView) -> AnyView {
    let (tone, picture, word) = words::standing(l, found.standing);
    let learns = found.is_enrolled.then(|| status("is-info", "book", t!(l, people.enrolled)));
    let has_left = found.employments.iter().all(|job| job.until.is_some());
    let left = has_left.then(|| status("", "user", t!(l, people.has_left)));
    view! { <div class="row">{status(tone, picture, word)}{learns}{left}</div> }.into_any()
}

fn jobs(l: Locale, jobs: &[Employment]) -> Option<AnyView> {
    if jobs.is_empty() {
        return None;
    }
    let rows: Vec<_> = jobs
        .iter()
        .map(|job| {
            let from = format::day(l, job.from);
            let days = if let Some(until) = job.until {
                t!(l, people.from_until, from = from, until = format::day(l, until))
            } else {
                t!(l, people.since, from = from)
            };
            view! {
                <tr>
                    <th scope="row" lang="ru">{job.position_title.clone()}</th>
                    <td data-label=t!(l, people.unit) lang="ru">{job.unit_name.clone()}</td>
                    <td data-label=t!(l, people.number)>{job.personnel_number.clone()}</td>
                    <td data-label=t!(l, people.days)>{days}</td>
                </tr>
            }
        })
        .collect();
    Some(
        view! {
            <section class="section">
                <h2>{t!(l, people.jobs)}</h2>
                <div class="table-wrap"><table class="table to-cards">
                    <caption class="visually-hidden">{t!(l, people.jobs)}</caption>
                    <thead><tr>
                        <th scope="col">{t!(l, people.position)}</th><th scope="col">{t!(l, people.unit)}</th>
                        <th scope="col">{t!(l, people.number)}</th><th scope="col">{t!(l, people.days)}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
            </section>
        }
        .into_any(),
    )
}

fn facts(l: Locale, found: &PersonView) -> AnyView {
    let account = match &found.account {
        Some(account) if account.is_active => account.login.clone(),
        Some(account) => t!(l, people.account_closed, login = account.login.clone()),
        None => t!(l, people.account_none),
    };
    let until = until(l, found.standing, found.until).map(|day| fact(t!(l, people.until), day));
    let due = found.due.map(|due| fact(t!(l, people.due), format::day(l, due)));
    let extra = found.person.extra_time_percent;
    let extra = (extra > 0).then(|| fact(t!(l, people.extra), extra.to_string()));
    view! {
        <div class="card">
            <h2>{t!(l, people.now)}</h2>
            <dl class="facts">
                {until}
                {due}
                {fact(t!(l, people.login), account)}
                {extra}
            </dl>
        </div>
    }
    .into_any()
}

fn enrol_card(l: Locale, form: &FormState, found: &PersonView) -> Option<AnyView> {
    if !found.may.enrol || found.is_enrolled || found.standing == Standing::Certified {
        return None;
    }
    let due = Field { kind: "date", hint: Some(t!(l, people.due_hint)), ..Field::default() };
    let address = format!("/hr/people/{}/enrol", found.person.id);
    Some(
        view! {
            <section class="card no-print">
                <h2>{t!(l, people.enrol_title)}</h2>
                <form class="form" method="post" action=address>
                    {field(l, form, "due", t!(l, people.due), due)}
                    <div class="actions"><button class="btn btn-primary">{t!(l, people.enrol_go)}</button></div>
                </form>
            </section>
        }
        .into_any(),
    )
}

fn code_card(l: Locale, found: &PersonView) -> Option<AnyView> {
    if !found.may.issue_code {
        return None;
    }
    let address = format!("/hr/people/{}/code", found.person.id);
    let body = match &found.account {
        Some(account) if account.is_active => view! {
            <p class="small muted">{t!(l, people.code_what)}</p>
            <form method="post" action=address>
                <button class="btn">{icon("unlock")}{t!(l, people.code_go)}</button>
            </form>
        }
        .into_any(),
        Some(_) => view! { <p class="small muted">{t!(l, people.code_closed)}</p> }.into_any(),
        None => view! { <p class="small muted">{t!(l, people.code_no_account)}</p> }.into_any(),
    };
    let title = t!(l, people.code_title);
    Some(view! { <section class="card no-print"><h2>{title}</h2>{body}</section> }.into_any())
}

fn dismiss_link(cx: &Cx, found: &PersonView) -> Option<AnyView> {
    let l = cx.locale;
    let is_own = cx.who.as_ref().is_some_and(|actor| actor.person == found.person.id);
    let is_at_work = found.employments.iter().any(|job| job.until.is_none());
    if !found.may.edit || is_own || !is_at_work {
        return None;
    }
    let address = format!("/hr/people/{}/dismiss", found.person.id);
    Some(view! { <p class="no-print"><a href=address>{t!(l, people.dismiss_link)}</a></p> }.into_any())
}
