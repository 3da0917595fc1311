//! All tests.

use domain::id::TestId;
use domain::test::Kind;
use i18n::{Locale, t};
use leptos::prelude::*;

use crate::cx::{Cx, Reply};
use crate::pages::trainer_words as words;
use crate::shell::Head;
use crate::ui::{empty, status};

/// A line of the list.
struct Line {
    id: TestId,
    title: String,
    kind: Kind,
    is_published: bool,
}

/// The list.
pub async fn get(cx: Cx) -> Reply {
    let tests = service::blueprint::tests(cx.s(), cx.actor()?).await?;
    let lines: Vec<Line> = tests
        .into_iter()
        .map(|test| Line {
            id: test.id,
            title: test.title,
            kind: test.kind,
            is_published: test.current.is_some(),
        })
        .collect();
    let head = Head::titled(t!(cx.locale, items.tests)).wide().section("/trainer");
    Ok(cx.page(head, || view(&cx, lines)))
}

fn view(cx: &Cx, lines: Vec<Line>) -> AnyView {
    let l = cx.locale;
    let body = if lines.is_empty() {
        empty("test", t!(l, items.no_tests), t!(l, items.no_tests_what), None)
    } else {
        table(l, lines)
    };
    view! {
        <div class="page-head">
            <div><h1>{t!(l, items.tests)}</h1><p class="lede">{t!(l, items.tests_what)}</p></div>
        </div>
        {words::tabs(cx, "/trainer/tests")}
        {body}
    }
    .into_any()
}

fn table(l: Locale, lines: Vec<Line>) -> AnyView {
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let state = if line.is_published {
                status("is-done", "check", t!(l, items.in_force))
            } else {
                status("", "edit", t!(l, items.never_published))
            };
            view! {
                <tr>
                    <th scope="row"><a href=format!("/trainer/tests/{}", line.id) lang="ru">{line.title}</a></th>
                    <td data-label=t!(l, items.test_kind)>{words::test_kind(l, line.kind)}</td>
                    <td data-label=t!(l, items.state)>{state}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, items.tests)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, items.test)}</th><th scope="col">{t!(l, items.test_kind)}</th>
                <th scope="col">{t!(l, items.state)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}
