//! The queue of jobs: what the server does beside pages, those that failed first.

use axum::extract::Path;
use domain::id::JobId;
use domain::job::{Daily, Followup};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::jobs::{ABANDONED, Job, PANICKED};

use crate::cx::{Asked, Cx, Reply, read_id, see};
use crate::format;
use crate::pages::admin_home::tabs;
use crate::shell::Head;
use crate::ui::{empty, notice, status};

/// The list.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let jobs = service::jobs::latest(cx.s(), cx.actor()?).await?;
    let is_done = asked.value("done") == "again";
    let head = Head::titled(t!(cx.locale, admin.jobs)).wide().section("/admin");
    Ok(cx.page(head, || view(&cx, &jobs, is_done)))
}

/// Asks for a job again that was given up.
pub async fn again(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: JobId = read_id(&id)?;
    service::jobs::try_again(cx.s(), cx.actor()?, id).await?;
    Ok(see("/admin/jobs?done=again"))
}

fn view(cx: &Cx, jobs: &[Job], is_done: bool) -> AnyView {
    let l = cx.locale;
    let done =
        is_done.then(|| notice("is-done", t!(l, admin.job_again_done), t!(l, admin.job_again_done_what)));
    let failed = jobs
        .iter()
        .any(|job| job.state == "failed")
        .then(|| notice("is-lost", t!(l, admin.jobs_some_failed), t!(l, admin.jobs_some_failed_what)));
    let list = if jobs.is_empty() {
        empty("clock", t!(l, admin.jobs_none), t!(l, admin.jobs_none_what), None)
    } else {
        table(cx, jobs)
    };
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, admin.jobs)}</h1>
            <p class="lede">{t!(l, admin.jobs_lede)}</p>
        </div></div>
        {tabs(cx, "/admin/jobs")}
        {done}
        {failed}
        {list}
    }
    .into_any()
}

fn table(cx: &Cx, jobs: &[Job]) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = jobs.iter().map(|job| row(cx, job)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, admin.jobs)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, admin.job)}</th>
                <th scope="col">{t!(l, admin.job_state)}</th>
                <th scope="col" class="num">{t!(l, admin.job_tries)}</th>
                <th scope="col">{t!(l, admin.job_asked)}</th>
                <th scope="col">{t!(l, admin.job_when)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(cx: &Cx, job: &Job) -> AnyView {
    let l = cx.locale;
    let zone = cx.s().zone();
    let (tone, picture, word) = state(l, &job.state);
    let when = if let Some(at) = job.finished_at {
        t!(l, admin.job_finished_at, at = format::moment(l, at, zone))
    } else {
        t!(l, admin.job_runs_at, at = format::moment(l, job.run_at, zone))
    };
    view! {
        <tr>
            <th scope="row">{name(l, &job.name)}</th>
            <td data-label=t!(l, admin.job_state)><div>{status(tone, picture, word)}{why(l, job)}</div></td>
            <td class="num" data-label=t!(l, admin.job_tries)>{job.tries.to_string()}</td>
            <td data-label=t!(l, admin.job_asked)>{format::moment(l, job.created_at, zone)}</td>
            <td data-label=t!(l, admin.job_when)><div class="stack tight">{when}{button(cx, job)}</div></td>
        </tr>
    }
    .into_any()
}

/// What the work is called; one without words stands as it is.
fn name(l: Locale, code: &str) -> AnyView {
    match Followup::of(code) {
        Some(Followup::Tell) => return t!(l, regrade.job_tell).into_any(),
        Some(Followup::CatchUp) => return t!(l, regrade.job_catch_up).into_any(),
        None => {}
    }
    match Daily::of(code) {
        Some(Daily::RemindOfEnd) => t!(l, admin.job_remind_end).into_any(),
        Some(Daily::RemindOfTraining) => t!(l, admin.job_remind_training).into_any(),
        Some(Daily::TidyUp) => t!(l, admin.job_tidy_up).into_any(),
        None => view! { <code>{code.to_owned()}</code> }.into_any(),
    }
}

/// What went wrong last, without what the database said: that is in the server's log.
fn why(l: Locale, job: &Job) -> Option<AnyView> {
    let error = job.last_error.as_deref()?;
    let said = match error {
        PANICKED => t!(l, admin.job_error_panicked).into_any(),
        ABANDONED => t!(l, admin.job_error_abandoned).into_any(),
        doing => {
            let doing = doing.to_owned();
            view! { {t!(l, admin.job_error)}" "<code lang="en">{doing}</code> }.into_any()
        }
    };
    let number = t!(l, admin.job_error_number, number = job.id.to_string());
    Some(view! { <p class="small">{said}</p><p class="small muted">{number}</p> }.into_any())
}

fn button(cx: &Cx, job: &Job) -> Option<AnyView> {
    let may = cx.who.as_deref().is_some_and(service::jobs::may_try_again);
    (may && job.state == "failed").then(|| {
        view! {
            <form method="post" action=format!("/admin/jobs/{}/again", job.id)>
                <button class="btn btn-small">{t!(cx.locale, admin.job_again)}</button>
            </form>
        }
        .into_any()
    })
}

fn state(l: Locale, code: &str) -> (&'static str, &'static str, String) {
    match code {
        "queued" => ("", "clock", t!(l, admin.job_queued)),
        "running" => ("is-info", "settings", t!(l, admin.job_running)),
        "done" => ("is-done", "check", t!(l, admin.job_done)),
        _ => ("is-lost", "cross-circle", t!(l, admin.job_failed)),
    }
}
