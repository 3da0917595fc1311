//! The queue of jobs: what the server does beside pages, those that failed first.

use i18n::{Locale, t};
use leptos::prelude::*;
use service::jobs::Job;

use crate::cx::{Cx, Reply};
use crate::format;
use crate::pages::admin_home::tabs;
use crate::shell::Head;
use crate::ui::{empty, notice, status};

/// The list.
pub async fn get(cx: Cx) -> Reply {
    let jobs = service::jobs::latest(cx.s(), cx.actor()?).await?;
    Ok(cx.page(Head::titled(t!(cx.locale, admin.jobs)).wide().section("/admin"), || view(&cx, &jobs)))
}

fn view(cx: &Cx, jobs: &[Job]) -> AnyView {
    let l = cx.locale;
    // What went wrong may quote the database, so it stays in the server's log.
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
            <th scope="row"><code>{job.name.clone()}</code></th>
            <td data-label=t!(l, admin.job_state)>{status(tone, picture, word)}</td>
            <td class="num" data-label=t!(l, admin.job_tries)>{job.tries.to_string()}</td>
            <td data-label=t!(l, admin.job_asked)>{format::moment(l, job.created_at, zone)}</td>
            <td data-label=t!(l, admin.job_when)>{when}</td>
        </tr>
    }
    .into_any()
}

fn state(l: Locale, code: &str) -> (&'static str, &'static str, String) {
    match code {
        "queued" => ("", "clock", t!(l, admin.job_queued)),
        "running" => ("is-info", "settings", t!(l, admin.job_running)),
        "done" => ("is-done", "check", t!(l, admin.job_done)),
        _ => ("is-lost", "cross-circle", t!(l, admin.job_failed)),
    }
}
