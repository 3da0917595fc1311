//! Parts of a regrade's page: the item that is mended, and the people whose results move.

use domain::item::{Content, Kind};
use domain::regrade::{Change, Effect};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::regrade::{Mover, RegradeView};

use crate::cx::Cx;
use crate::refused::query;
use crate::ui::{pager, status};

/// What the version says, with the key that was right and the one that would be; for whom it may be shown to.
pub(super) fn item(l: Locale, shown: &RegradeView) -> AnyView {
    let Some(content) = &shown.content else {
        return view! { <p class="muted">{t!(l, regrade.item_hidden)}</p> }.into_any();
    };
    let address = format!("/trainer/items/{}", shown.item);
    let options = match content.kind {
        Kind::Single | Kind::Multiple => marked(l, content, &shown.regrade.change),
        Kind::Ordering => ordered(l, content, &shown.regrade.change),
    };
    view! {
        <div class="prose" lang="ru"><p>{content.stem.clone()}</p></div>
        {options}
        <p><a href=address>{t!(l, items.item_code, code = shown.code.clone())}</a></p>
    }
    .into_any()
}

fn marked(l: Locale, content: &Content, change: &Change) -> AnyView {
    let options: Vec<_> = (0u8..)
        .zip(&content.options)
        .map(|(index, text)| {
            let was = content.key.contains(&index);
            let will = match change {
                Change::Key(key) => key.contains(&index),
                Change::Void => false,
            };
            let will = will.then(|| status("is-done is-plain", "check", t!(l, regrade.will_be_right)));
            let was = (was && will.is_none())
                .then(|| status("is-lost is-plain", "close", t!(l, regrade.was_right)));
            view! { <li><span lang="ru">{text.clone()}</span>" "{will}{was}</li> }
        })
        .collect();
    view! { <ol>{options}</ol> }.into_any()
}

fn ordered(l: Locale, content: &Content, change: &Change) -> AnyView {
    let steps = |key: &[u8]| {
        let texts = key.iter().filter_map(|index| content.options.get(usize::from(*index)));
        texts.map(|text| view! { <li>{text.clone()}</li> }).collect_view()
    };
    let will = match change {
        Change::Key(key) => Some(view! {
            <p>{status("is-done is-plain", "check", t!(l, regrade.will_be_right))}</p>
            <ol lang="ru">{steps(key)}</ol>
        }),
        Change::Void => None,
    };
    view! {
        {will}
        <p>{status("is-lost is-plain", "close", t!(l, regrade.was_right))}</p>
        <ol lang="ru">{steps(&content.key)}</ol>
    }
    .into_any()
}

/// Those within reach whose result moves, and how many are not.
pub(super) fn people(cx: &Cx, shown: &RegradeView) -> Option<AnyView> {
    let l = cx.locale;
    if shown.counts.concerned() == 0 {
        return None;
    }
    let (body, next) = match &shown.people {
        None => (view! { <p class="muted">{t!(l, regrade.people_hidden)}</p> }.into_any(), None),
        Some(page) if page.rows.is_empty() => {
            (view! { <p class="muted">{t!(l, regrade.people_none)}</p> }.into_any(), None)
        }
        Some(page) => (table(l, &page.rows), page.next.as_deref()),
    };
    let next = next.map(|mark| format!("/trainer/regrades/{}?{}", shown.regrade.id, query("after", mark)));
    let beyond = (shown.beyond > 0)
        .then(|| view! { <p class="muted">{t!(l, regrade.beyond, count = shown.beyond)}</p> });
    Some(
        view! {
            <section class="section">
                <h2>{t!(l, regrade.people)}</h2>
                {body}
                {beyond}
                {pager(l, next)}
            </section>
        }
        .into_any(),
    )
}

fn table(l: Locale, movers: &[Mover]) -> AnyView {
    let rows: Vec<_> = movers.iter().map(|mover| row(l, mover)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, regrade.people)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, people.person)}</th><th scope="col">{t!(l, people.centre)}</th>
                <th scope="col" class="num">{t!(l, regrade.attempt)}</th>
                <th scope="col" class="num">{t!(l, regrade.was)}</th>
                <th scope="col" class="num">{t!(l, regrade.now)}</th>
                <th scope="col">{t!(l, regrade.effect)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(l: Locale, mover: &Mover) -> AnyView {
    let person = &mover.person;
    let ((was, was_of, _), (now, of, _)) = (mover.moved.was, mover.moved.now);
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/hr/people/{}", person.id) lang="ru">{person.name.full()}</a>
                <small>{t!(l, people.number_short, number = person.personnel_number.clone())}</small>
            </th>
            <td data-label=t!(l, people.centre) lang="ru">{person.unit_name.clone()}</td>
            <td class="num" data-label=t!(l, regrade.attempt)>{mover.moved.number.to_string()}</td>
            <td class="num" data-label=t!(l, regrade.was)>{t!(l, result.of, points = was, max = was_of)}</td>
            <td class="num" data-label=t!(l, regrade.now)>{t!(l, result.of, points = now, max = of)}</td>
            <td data-label=t!(l, regrade.effect)>{effect(l, mover.moved.effect)}</td>
        </tr>
    }
    .into_any()
}

fn effect(l: Locale, effect: Effect) -> AnyView {
    match effect {
        Effect::Unchanged | Effect::Moved => status("", "dot", t!(l, regrade.effect_moved)),
        Effect::NowPasses => status("is-done", "check", t!(l, regrade.effect_passes)),
        Effect::NowFails => status("is-lost", "warning", t!(l, regrade.effect_fails)),
    }
}
