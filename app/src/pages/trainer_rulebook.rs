//! The versions of the standard.

use domain::id::RulebookVersionId;
use domain::rulebook::VersionState;
use domain::time::Moment;
use i18n::t;
use leptos::prelude::*;

use crate::cx::{Cx, Reply, see};
use crate::format;
use crate::pages::trainer_test::version_status;
use crate::pages::trainer_words as words;
use crate::shell::Head;
use crate::ui::{empty, icon};

/// A line of the list.
struct Line {
    id: RulebookVersionId,
    number: i32,
    state: VersionState,
    note: String,
    begun: Moment,
    published: Option<Moment>,
}

/// The versions, the newest first.
pub async fn get(cx: Cx) -> Reply {
    let versions = service::rulebook::versions(cx.s(), cx.actor()?).await?;
    let lines: Vec<Line> = versions
        .into_iter()
        .map(|version| Line {
            id: version.id,
            number: version.number,
            state: version.state,
            note: version.note,
            begun: version.created_at,
            published: version.published_at,
        })
        .collect();
    let head = Head::titled(t!(cx.locale, items.rulebook)).wide().section("/trainer");
    Ok(cx.page(head, || view(&cx, &lines)))
}

/// Begins a draft.
pub async fn post(cx: Cx) -> Reply {
    let draft = service::rulebook::begin_draft(cx.s(), cx.actor()?).await?;
    Ok(see(&format!("/trainer/rulebook/{draft}")))
}

fn view(cx: &Cx, lines: &[Line]) -> AnyView {
    let l = cx.locale;
    let body = if lines.is_empty() {
        empty("book", t!(l, items.no_rulebook), t!(l, items.no_rulebook_what), None)
    } else {
        table(cx, lines)
    };
    view! {
        <div class="page-head">
            <div><h1>{t!(l, items.rulebook)}</h1><p class="lede">{t!(l, items.rulebook_what)}</p></div>
            {action(cx, lines)}
        </div>
        {words::tabs(cx, "/trainer/rulebook")}
        {body}
    }
    .into_any()
}

/// The way to the next version: go on with the draft, or begin one.
fn action(cx: &Cx, lines: &[Line]) -> Option<AnyView> {
    let l = cx.locale;
    if lines.is_empty() {
        return None;
    }
    let draft = lines.iter().find(|line| line.state == VersionState::Draft);
    Some(match draft {
        Some(draft) => view! {
            <div class="actions">
                <a class="btn btn-primary" href=format!("/trainer/rulebook/{}", draft.id)>
                    {icon("edit")}{t!(l, items.draft_go)}
                </a>
            </div>
        }
        .into_any(),
        None => view! {
            <form method="post" action="/trainer/rulebook" class="actions">
                <button class="btn btn-primary" name="do" value="begin">{icon("plus")}{t!(l, items.draft_begin)}</button>
            </form>
        }
        .into_any(),
    })
}

fn table(cx: &Cx, lines: &[Line]) -> AnyView {
    let l = cx.locale;
    let zone = cx.s().zone();
    // The newest published version is the one in force.
    let current = lines.iter().find(|line| line.state == VersionState::Published).map(|line| line.id);
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let published = line.published.map(|at| format::moment(l, at, zone));
            let note = (!line.note.is_empty()).then(|| view! { <span lang="ru">{line.note.clone()}</span> });
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/trainer/rulebook/{}", line.id)>
                            {t!(l, items.version_number, number = line.number)}
                        </a>
                    </th>
                    <td data-label=t!(l, items.state)>{version_status(l, line.state, current == Some(line.id))}</td>
                    <td data-label=t!(l, items.begun)>{format::moment(l, line.begun, zone)}</td>
                    <td data-label=t!(l, items.published)>{published}</td>
                    <td data-label=t!(l, items.note)>{note}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, items.versions)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, items.version)}</th><th scope="col">{t!(l, items.state)}</th>
                <th scope="col">{t!(l, items.begun)}</th><th scope="col">{t!(l, items.published)}</th>
                <th scope="col">{t!(l, items.note)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}
