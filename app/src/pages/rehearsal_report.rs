//! What the last rehearsal came to: a verdict in a sentence, and the figures that it rests on.

use i18n::{Locale, t};
use leptos::prelude::*;
use service::rehearsal::button::{Errors, Last, Outcome, Report, Times, Why};

use super::rehearsal_words as words;
use crate::cx::Cx;
use crate::format;
use crate::ui::{fact, notice};

/// The last rehearsal, which has ended.
pub(super) fn view(cx: &Cx, last: &Last) -> AnyView {
    let (l, zone) = (cx.locale, cx.s().zone());
    let outcome = last.outcome.as_ref().map(|outcome| came_to(l, last, outcome));
    let ended = last.ended_at.map(|at| fact(t!(l, admin.rehearsal_ended), format::moment(l, at, zone)));
    view! {
        <section class="section">
            <h2>{t!(l, admin.rehearsal_last)}</h2>
            {outcome}
            <h3>{t!(l, admin.rehearsal_who)}</h3>
            <dl class="facts">
                {fact(t!(l, admin.rehearsal_by), words::name(&last.by.name))}
                {fact(t!(l, admin.rehearsal_since), format::moment(l, last.started_at, zone))}
                {ended}
                {fact(t!(l, admin.rehearsal_plan), words::plan(l, last.plan))}
            </dl>
        </section>
    }
    .into_any()
}

fn came_to(l: Locale, last: &Last, outcome: &Outcome) -> AnyView {
    match outcome {
        Outcome::Report(report) => view! { {verdict(l, report)}{figures(l, report)} }.into_any(),
        Outcome::Failed(why) => {
            let (why, number) = (why.clone(), t!(l, admin.job_error_number, number = last.id.to_string()));
            view! {
                {notice("is-lost", t!(l, admin.rehearsal_failed), t!(l, admin.rehearsal_failed_what))}
                <p><code lang="en">{why}</code></p>
                <p class="small muted">{number}</p>
            }
            .into_any()
        }
        Outcome::Stopped(Why::ByHand) => stopped_by_hand(l, last),
        Outcome::Stopped(Why::SessionOpened) => {
            notice("is-info", t!(l, admin.rehearsal_gave_way), t!(l, admin.rehearsal_gave_way_what))
        }
        Outcome::Stopped(Why::Interrupted) => {
            notice("is-soon", t!(l, admin.rehearsal_interrupted), t!(l, admin.rehearsal_interrupted_what))
        }
    }
}

fn stopped_by_hand(l: Locale, last: &Last) -> AnyView {
    let by = last.stopped_by.as_ref().map(|by| {
        view! { <dl class="facts">{fact(t!(l, admin.rehearsal_stopped_by), words::name(&by.name))}</dl> }
    });
    view! {
        {notice("is-info", t!(l, admin.rehearsal_stopped), t!(l, admin.rehearsal_stopped_what))}
        {by}
    }
    .into_any()
}

fn verdict(l: Locale, report: &Report) -> AnyView {
    if report.held {
        return notice("is-done", t!(l, admin.rehearsal_held), t!(l, admin.rehearsal_held_what));
    }
    let missed: Vec<String> = report.missed.iter().map(|name| words::target(l, name)).collect();
    let what = t!(l, admin.rehearsal_missed_what, targets = missed.join(", "));
    if report.found.wrong() > 0 {
        return notice("is-lost", t!(l, admin.rehearsal_lost_some), what);
    }
    notice("is-soon", t!(l, admin.rehearsal_missed), what)
}

fn figures(l: Locale, report: &Report) -> AnyView {
    let errors: u64 = report.errors.iter().map(|errors| errors.count).sum();
    let graded = report.graded_ms.map(|ms| t!(l, admin.rehearsal_ms, number = ms.to_string()));
    let memory = report.peak_memory_kb.map(|kb| t!(l, admin.rehearsal_mb, number = (kb / 1024).to_string()));
    let cpu = report.cpu_ms_per_candidate.map(|ms| t!(l, admin.rehearsal_ms, number = ms.to_string()));
    let or_not = |figure: Option<String>| figure.unwrap_or_else(|| t!(l, admin.rehearsal_unknown));
    view! {
        <h3>{t!(l, admin.rehearsal_answers)}</h3>
        <dl class="facts right">
            {fact(t!(l, admin.rehearsal_attempts), report.found.attempts.to_string())}
            {fact(t!(l, admin.rehearsal_kept), report.found.acknowledged.to_string())}
            {fact(t!(l, admin.rehearsal_lost), report.found.lost.to_string())}
            {fact(t!(l, admin.rehearsal_wrong), (report.found.wrong() - report.found.lost).to_string())}
            {fact(t!(l, admin.rehearsal_gave_up), report.gave_up.to_string())}
            {fact(t!(l, admin.rehearsal_errors), errors.to_string())}
            {fact(t!(l, admin.rehearsal_graded), or_not(graded))}
            {fact(t!(l, admin.rehearsal_memory), or_not(memory))}
            {fact(t!(l, admin.rehearsal_cpu), or_not(cpu))}
        </dl>
        {kinds(l, &report.errors)}
        <h3>{t!(l, admin.rehearsal_times)}</h3>
        {table(l, report)}
    }
    .into_any()
}

/// What went wrong, by kind.
fn kinds(l: Locale, errors: &[Errors]) -> Option<AnyView> {
    let lines: Vec<_> = errors
        .iter()
        .map(|errors| {
            let (kind, count) = (errors.kind.clone(), errors.count.to_string());
            view! { <li>{words::step(l, &errors.step)}": "{count}" × "<code lang="en">{kind}</code></li> }
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <ul>{lines}</ul> }.into_any())
}

fn table(l: Locale, report: &Report) -> AnyView {
    let rows: Vec<_> = report.sign_ins.iter().chain(&report.steps).map(|times| row(l, times)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards" id="rehearsal-steps">
            <caption class="visually-hidden">{t!(l, admin.rehearsal_times)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, admin.rehearsal_step)}</th>
                <th scope="col" class="num">{t!(l, admin.rehearsal_count)}</th>
                <th scope="col" class="num">{t!(l, admin.rehearsal_p50)}</th>
                <th scope="col" class="num">{t!(l, admin.rehearsal_p95)}</th>
                <th scope="col" class="num">{t!(l, admin.rehearsal_p99)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(l: Locale, times: &Times) -> AnyView {
    view! {
        <tr>
            <th scope="row">{words::step(l, &times.step)}</th>
            <td class="num" data-label=t!(l, admin.rehearsal_count)>{times.count.to_string()}</td>
            <td class="num" data-label=t!(l, admin.rehearsal_p50)>{words::millis(l, times.p50_us)}</td>
            <td class="num" data-label=t!(l, admin.rehearsal_p95)>{words::millis(l, times.p95_us)}</td>
            <td class="num" data-label=t!(l, admin.rehearsal_p99)>{words::millis(l, times.p99_us)}</td>
        </tr>
    }
    .into_any()
}
