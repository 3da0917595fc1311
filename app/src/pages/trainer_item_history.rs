//! All versions of an item, the newest first: who wrote and approved each, and what it says.

use domain::id::PersonId;
use domain::item::{Content, Kind};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::item::ItemView;

use crate::cx::Cx;
use crate::format;
use crate::ui::{icon, status};

/// The versions of an item.
pub(super) fn history(cx: &Cx, item: &ItemView) -> AnyView {
    let l = cx.locale;
    let versions: Vec<_> = item
        .versions
        .iter()
        .map(|version| {
            let is_drawn = Some(version.id) == item.item.current;
            let mark = is_drawn.then(|| status("is-done", "check", t!(l, items.version_drawn)));
            let note = (!version.note.is_empty())
                .then(|| view! { <p lang="ru">{version.note.clone()}</p> });
            view! {
                <li class=is_drawn.then_some("is-done")>
                    <span class="timeline-dot">{icon("edit")}</span>
                    <div class="timeline-body">
                        <h3>{t!(l, items.version_number, number = version.number)}</h3>
                        <time datetime=format::machine(version.created_at, cx.s().zone())>
                            {format::moment(l, version.created_at, cx.s().zone())}
                        </time>
                        <p class="muted small">{people(l, item, version.author, version.reviewer)}</p>
                        {note}
                        {mark.map(|mark| view! { <p>{mark}</p> })}
                        <details><summary>{t!(l, items.version_text)}</summary>{text(l, &version.content)}</details>
                    </div>
                </li>
            }
        })
        .collect();
    let used = item.used.then(|| view! { <p class="muted">{t!(l, items.used)}</p> });
    view! {
        <section class="section">
            <h2>{t!(l, items.versions)}</h2>{used}<ol class="timeline dated">{versions}</ol>
        </section>
    }
    .into_any()
}

fn people(l: Locale, item: &ItemView, author: Option<PersonId>, reviewer: Option<PersonId>) -> String {
    let name = |person: Option<PersonId>| person.and_then(|person| item.names.get(&person)).cloned();
    let wrote = if let Some(name) = name(author) {
        t!(l, items.written_by, name = name)
    } else {
        t!(l, items.shipped)
    };
    match name(reviewer) {
        Some(name) => format!("{wrote}. {}", t!(l, items.approved_by, name = name)),
        None => wrote,
    }
}

/// What a version says, as its writer sees it.
fn text(l: Locale, content: &Content) -> AnyView {
    let order: Vec<u8> = match content.kind {
        Kind::Single | Kind::Multiple => (0u8..).take(content.options.len()).collect(),
        Kind::Ordering => content.key.clone(),
    };
    let options: Vec<_> = order
        .into_iter()
        .filter_map(|index| content.options.get(usize::from(index)).map(|option| (index, option)))
        .map(|(index, option)| {
            let is_key = content.kind != Kind::Ordering && content.key.contains(&index);
            let mark = is_key.then(|| status("is-done is-plain", "check", t!(l, items.right)));
            view! { <li>{option.clone()}" "{mark}</li> }
        })
        .collect();
    view! {
        <div class="prose" lang="ru">
            <p>{content.stem.clone()}</p><ol>{options}</ol><p>{content.rationale.clone()}</p>
        </div>
    }
    .into_any()
}
