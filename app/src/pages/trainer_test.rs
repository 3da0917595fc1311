//! A test: on which conditions it is sat, how deep its bank is, and its versions.

use axum::extract::Path;
use domain::rulebook::VersionState;
use domain::test::Blueprint;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::blueprint::TestView;

use crate::cx::{Asked, Cx, Reply, read_id};
use crate::format;
use crate::pages::trainer_matrix::read;
use crate::pages::trainer_words as words;
use crate::shell::Head;
use crate::ui::{back, fact, icon, notice, status};

/// The test.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let test = service::blueprint::open(cx.s(), cx.actor()?, read_id(&id)?).await?;
    let published = asked.value("done") == "published";
    let head = Head::titled(test.test.title.clone()).wide().section("/trainer");
    Ok(cx.page(head, || view(&cx, &test, published)))
}

fn view(cx: &Cx, test: &TestView, published: bool) -> AnyView {
    let l = cx.locale;
    let said =
        published.then(|| notice("is-done", t!(l, items.test_published), t!(l, items.test_published_what)));
    view! {
        {back("/trainer/tests", t!(l, items.tests))}
        <div class="page-head">
            <div>
                <p class="kicker">{words::test_kind(l, test.test.kind)}</p>
                <h1 lang="ru">{test.test.title.clone()}</h1>
            </div>
            {draft_action(l, test)}
        </div>
        {said}
        <div class="split lead">{in_force(l, test)}{bank(l, test)}</div>
        {versions(cx, test)}
    }
    .into_any()
}

/// The way to the next version: begin it, or go on with it.
fn draft_action(l: Locale, test: &TestView) -> Option<AnyView> {
    let address = format!("/trainer/tests/{}/draft", test.test.id);
    if !test.may_edit {
        return None;
    }
    if test.draft.is_some() {
        return Some(
            view! {
                <div class="actions"><a class="btn btn-primary" href=address>{icon("edit")}{t!(l, items.draft_go)}</a></div>
            }
            .into_any(),
        );
    }
    test.test.current.map(|_| {
        view! {
            <form method="post" action=address class="actions">
                <button class="btn btn-primary" name="do" value="begin">{icon("plus")}{t!(l, items.draft_begin)}</button>
            </form>
        }
        .into_any()
    })
}

fn in_force(l: Locale, test: &TestView) -> AnyView {
    let current = test.versions.iter().find(|version| Some(version.id) == test.test.current);
    let body = match current {
        Some(version) => {
            let items = t!(l, common.questions, count = version.blueprint.size());
            let conditions: Vec<_> = words::conditions(l, &version.conditions)
                .into_iter()
                .map(|(name, value)| fact(name, value))
                .collect();
            view! {
                <div class="card"><dl class="facts right">
                    {fact(t!(l, items.form_size), items)}
                    {fact(t!(l, items.venues_least), words::venues(l, &version.blueprint))}
                    {conditions}
                </dl></div>
            }
            .into_any()
        }
        None => notice("is-info", t!(l, items.never_published), t!(l, items.never_published_what)),
    };
    view! { <section class="section"><h2>{t!(l, items.conditions)}</h2>{body}</section> }.into_any()
}

/// What the version in force takes from the bank, and what there is.
fn bank(l: Locale, test: &TestView) -> AnyView {
    let current = test.versions.iter().find(|version| Some(version.id) == test.test.current);
    let blueprint = current.map_or_else(Blueprint::default, |version| version.blueprint.clone());
    view! {
        <section class="section">
            <h2>{t!(l, items.depth)}</h2><p class="muted">{t!(l, items.depth_what)}</p>
            {read(l, &test.rules, &test.depth, &blueprint)}
        </section>
    }
    .into_any()
}

fn versions(cx: &Cx, test: &TestView) -> AnyView {
    let l = cx.locale;
    let zone = cx.s().zone();
    let rows: Vec<_> = test
        .versions
        .iter()
        .map(|version| {
            let is_current = Some(version.id) == test.test.current;
            let warned =
                version.shipped_items_warned.then(|| view! { <small>{t!(l, items.shipped_warned)}</small> });
            let published = version
                .published_at
                .map(|at| view! { <span>{format::moment(l, at, zone)}{warned}</span> });
            let note = (!version.note.is_empty()).then(|| {
                view! { <span lang="ru">{version.note.clone()}</span> }
            });
            view! {
                <tr>
                    <th scope="row">{t!(l, items.version_number, number = version.number)}</th>
                    <td data-label=t!(l, items.state)>{version_status(l, version.state, is_current)}</td>
                    <td data-label=t!(l, items.form_size)>{t!(l, common.questions, count = version.blueprint.size())}</td>
                    <td data-label=t!(l, items.begun)>{format::moment(l, version.created_at, zone)}</td>
                    <td data-label=t!(l, items.published)>{published}</td>
                    <td data-label=t!(l, items.note)>{note}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="section">
            <h2>{t!(l, items.versions)}</h2>
            <div class="table-wrap"><table class="table to-cards">
                <caption class="visually-hidden">{t!(l, items.versions)}</caption>
                <thead><tr>
                    <th scope="col">{t!(l, items.version)}</th><th scope="col">{t!(l, items.state)}</th>
                    <th scope="col">{t!(l, items.form_size)}</th><th scope="col">{t!(l, items.begun)}</th>
                    <th scope="col">{t!(l, items.published)}</th><th scope="col">{t!(l, items.note)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

/// Where a version stands: being written, in force, or replaced by a later one.
pub fn version_status(l: Locale, state: VersionState, is_current: bool) -> AnyView {
    match (state, is_current) {
        (VersionState::Draft, _) => status("", "edit", t!(l, items.state_draft)),
        (VersionState::Published, true) => status("is-done", "check", t!(l, items.in_force)),
        (VersionState::Published, false) => status("", "lock", t!(l, items.replaced)),
    }
}
