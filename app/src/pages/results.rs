//! Own attempts.

use domain::attempt::State;
use domain::grading::percent;
use i18n::t;
use leptos::prelude::*;
use service::attempt::Sat;

use crate::cx::{Cx, Reply};
use crate::format;
use crate::shell::Head;
use crate::ui::{empty, status};

/// The list, the latest first.
pub async fn get(cx: Cx) -> Reply {
    let sat = service::attempt::results(cx.s(), cx.actor()?).await?;
    Ok(cx.page(Head::titled(t!(cx.locale, result.list_title)).section("/results"), || view(&cx, sat)))
}

fn view(cx: &Cx, sat: Vec<Sat>) -> AnyView {
    let l = cx.locale;
    let body = if sat.is_empty() {
        empty(
            "test",
            t!(l, result.none),
            t!(l, result.none_what),
            Some(("/learn".into(), t!(l, learn.to_path))),
        )
    } else {
        let rows: Vec<_> = sat.iter().map(|sat| row(cx, sat)).collect();
        view! {
            <div class="table-wrap"><table class="table to-cards">
                <caption class="visually-hidden">{t!(l, result.list_title)}</caption>
                <thead><tr>
                    <th scope="col">{t!(l, result.test)}</th><th scope="col">{t!(l, result.started)}</th>
                    <th scope="col">{t!(l, result.outcome)}</th><th scope="col" class="num">{t!(l, result.score)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <div class="page-head"><h1>{t!(l, result.list_title)}</h1></div>{body} }.into_any()
}

fn row(cx: &Cx, sat: &Sat) -> AnyView {
    let l = cx.locale;
    let id = sat.attempt.id;
    let (address, outcome, score) = match (&sat.score, sat.state) {
        (Some(score), _) => {
            let outcome = if score.passed {
                status("is-done", "check", t!(l, result.passed_short))
            } else {
                status("", "info", t!(l, result.failed_short))
            };
            (
                format!("/results/{id}"),
                outcome,
                t!(l, common.percent, value = percent(score.points, score.max)),
            )
        }
        (None, State::Open | State::Paused | State::Grace) => {
            (format!("/exam/{id}"), status("is-info", "clock", t!(l, result.running)), String::new())
        }
        (None, State::TimeUp | State::Finished) => {
            (format!("/results/{id}"), status("is-info", "clock", t!(l, result.being_graded)), String::new())
        }
    };
    let started = format::moment(l, sat.attempt.started_at, cx.s().zone());
    view! {
        <tr>
            <th scope="row"><a href=address lang="ru">{sat.test.title.clone()}</a>
                <small>{t!(l, result.attempt_number, number = sat.attempt.number)}</small></th>
            <td data-label=t!(l, result.started)>{started}</td>
            <td data-label=t!(l, result.outcome)>{outcome}</td>
            <td class="num" data-label=t!(l, result.score)>{score}</td>
        </tr>
    }
    .into_any()
}
