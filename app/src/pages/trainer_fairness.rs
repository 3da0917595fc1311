//! What a draft's forms would be: is the bank deep enough, are the forms alike, what is met too often.

use domain::fairness::{DRAWS, Draws, Fairness, Spread};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::blueprint::{Report, TestView};

use crate::pages::trainer_matrix::column;
use crate::pages::trainer_words as words;
use crate::ui::{fact, icon};

/// How many of the most used items a sentence names.
const MOST_TOLD: usize = 3;

/// The report.
pub(super) fn report(l: Locale, test: &TestView, report: &Report) -> AnyView {
    let fairness = &report.fairness;
    let sentences: Vec<_> =
        sentences(l, report).into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect();
    let is_open = !fairness.is_feasible();
    view! {
        <section class="section" id="report">
            <h2>{t!(l, items.report)}</h2>
            <p class="muted">{t!(l, items.report_what, number = DRAWS)}</p>
            {venues(l, fairness)}
            {depth(l, test, fairness)}
            {sentences}
            {fairness.draws.as_ref().and_then(|draws| broken(l, draws))}
            {over_cap(l, test, report)}
            {fairness.draws.as_ref().map(|draws| spread(l, draws.expected))}
            <details open=is_open>
                <summary>{t!(l, items.report_cells)}</summary>{cells(l, test, fairness)}
            </details>
        </section>
    }
    .into_any()
}

fn sentences(l: Locale, report: &Report) -> Vec<String> {
    let Some(draws) = report.fairness.draws.as_ref() else { return Vec::new() };
    let most: Vec<&str> = report.named.iter().take(MOST_TOLD).map(|named| named.code.as_str()).collect();
    let permille = report.named.first().map_or(0, |named| named.permille);
    let Spread { p5, p95, .. } = draws.expected;
    vec![
        t!(l, items.report_overlap, percent = percent(draws.overlap)),
        t!(l, items.report_most, codes = most.join(", "), percent = percent(permille)),
        t!(l, items.report_spread, low = percent(p5), high = percent(p95)),
    ]
}

/// How often a person may sit the test without meeting an item again, and where the bank is thinnest.
fn depth(l: Locale, test: &TestView, fairness: &Fairness) -> AnyView {
    let Some((cell, attempts)) = fairness.thinnest().filter(|_| fairness.is_feasible()) else {
        return view! { <p>{t!(l, items.report_shallow)}</p> }.into_any();
    };
    let needed = test.draft.as_ref().map_or(0, |draft| draft.conditions.unseen_attempts) + 1;
    let verdict = if attempts >= needed {
        t!(l, items.report_deep, count = attempts)
    } else {
        t!(l, items.report_thin, count = attempts, needed = needed)
    };
    let (column, need, have) = (column(l, cell.difficulty), cell.need, cell.have);
    let numbers = t!(l, items.report_thinnest_of, column = column, need = need, have = have);
    view! {
        <p>
            {verdict}" "{t!(l, items.report_thinnest)}" "
            <span lang="ru">{words::rule(&test.rules, &cell.rule)}</span>", "{numbers}
        </p>
    }
    .into_any()
}

/// Permille as percent, to the nearest.
const fn percent(permille: u32) -> u32 {
    (permille + 5) / 10
}

/// Venues that no form can hold often enough.
fn venues(l: Locale, fairness: &Fairness) -> Option<AnyView> {
    let lines: Vec<_> = fairness
        .venues
        .iter()
        .map(|few| {
            let venue = words::venue(l, few.venue);
            let told = t!(l, items.venue_shortage, venue = venue, wanted = few.wanted, found = few.found);
            view! { <li>{told}</li> }
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <div class="notice is-soon">{icon("warning")}<b>{t!(l, items.venue_shortages)}</b><ul>{lines}</ul></div>
        }
        .into_any()
    })
}

/// What some forms could not keep to, although there is one for every count.
fn broken(l: Locale, draws: &Draws) -> Option<AnyView> {
    let enemies =
        (draws.enemies_met > 0).then(|| t!(l, items.report_enemies, number = draws.enemies_met, all = DRAWS));
    let venues = (draws.venues_missed > 0)
        .then(|| t!(l, items.report_venues, number = draws.venues_missed, all = DRAWS));
    let lines: Vec<_> =
        [enemies, venues].into_iter().flatten().map(|line| view! { <li>{line}</li> }).collect();
    (!lines.is_empty()).then(|| {
        view! {
            <div class="notice is-soon">{icon("warning")}<b>{t!(l, items.report_broken)}</b><ul>{lines}</ul></div>
        }
        .into_any()
    })
}

/// The items that are in more forms than the draft allows.
fn over_cap(l: Locale, test: &TestView, report: &Report) -> Option<AnyView> {
    let cap = test.draft.as_ref()?.conditions.exposure_cap_bp / 100;
    if report.over_cap == 0 {
        return None;
    }
    let named: Vec<_> = report
        .named
        .iter()
        .take(report.over_cap)
        .map(|item| {
            let address = format!("/trainer/items/{}", item.item);
            let share = t!(l, items.report_share, percent = percent(item.permille));
            view! { <li><a href=address>{item.code.clone()}</a>" "{share}</li> }
        })
        .collect();
    let rest = report.over_cap.saturating_sub(named.len());
    let rest = (rest > 0).then(|| view! { <li>{t!(l, items.report_rest, number = rest)}</li> });
    Some(
        view! {
            <div class="notice is-soon">
                {icon("warning")}<b>{t!(l, items.report_over, percent = cap)}</b>
                <p>{t!(l, items.report_over_what)}</p><ul>{named}{rest}</ul>
            </div>
        }
        .into_any(),
    )
}

fn spread(l: Locale, spread: Spread) -> AnyView {
    let share = |permille: u32| t!(l, items.report_share, percent = percent(permille));
    view! {
        <h3>{t!(l, items.spread)}</h3>
        <p class="muted">{t!(l, items.spread_what)}</p>
        <dl class="facts right">
            {fact(t!(l, items.spread_min), share(spread.min))}
            {fact(t!(l, items.spread_p5), share(spread.p5))}
            {fact(t!(l, items.spread_median), share(spread.median))}
            {fact(t!(l, items.spread_p95), share(spread.p95))}
            {fact(t!(l, items.spread_max), share(spread.max))}
        </dl>
    }
    .into_any()
}

fn cells(l: Locale, test: &TestView, fairness: &Fairness) -> AnyView {
    let number = |label: String, number: u32| {
        view! { <td class="num" data-label=label>{number.to_string()}</td> }.into_any()
    };
    let rows: Vec<_> = fairness
        .cells
        .iter()
        .map(|cell| {
            let class = if cell.have < cell.need { "num wrong" } else { "num" };
            view! {
                <tr>
                    <th scope="row"><span lang="ru">{words::rule(&test.rules, &cell.rule)}</span></th>
                    <td data-label=t!(l, items.difficulty)>{column(l, cell.difficulty)}</td>
                    {number(t!(l, items.cell_need), cell.need)}
                    <td class=class data-label=t!(l, items.cell_have)>{cell.have.to_string()}</td>
                    {number(t!(l, items.cell_spare), cell.spare())}
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, items.report_cells)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, items.rule)}</th><th scope="col">{t!(l, items.difficulty)}</th>
                <th scope="col" class="num">{t!(l, items.cell_need)}</th>
                <th scope="col" class="num">{t!(l, items.cell_have)}</th>
                <th scope="col" class="num">{t!(l, items.cell_spare)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}
