//! The item bank: search first, states as chips, the rest folded.

use domain::form::FormState;
use domain::item::{DIFFICULTIES, Kind, Pool, State};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::item::{ItemPage, Query};

use crate::cx::{Asked, Cx, Reply};
use crate::pages::trainer_words as words;
use crate::shell::Head;
use crate::ui::{Field, empty, field, icon, pager, select};

const PATH: &str = "/trainer/items";
/// What the list can be narrowed by, all of it in the address.
const FIELDS: [&str; 6] = ["q", "rule", "difficulty", "kind", "state", "pool"];
/// As much of a stem as a list shows.
const STEM: usize = 120;

/// The list.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let page = service::item::list(cx.s(), cx.actor()?, query_of(&asked)).await?;
    let head = Head::titled(t!(cx.locale, items.bank)).wide().section("/trainer");
    Ok(cx.page(head, || view(&cx, &page, &asked)))
}

fn query_of(asked: &FormState) -> Query {
    let typed = |field: &str| Some(asked.value(field).trim().to_owned()).filter(|text| !text.is_empty());
    Query {
        search: asked.value("q").to_owned(),
        rule: typed("rule"),
        difficulty: asked
            .value("difficulty")
            .parse::<u8>()
            .ok()
            .filter(|number| DIFFICULTIES.contains(number)),
        kind: Kind::of(asked.value("kind")),
        state: State::of(asked.value("state")),
        pool: Pool::of(asked.value("pool")),
        after: typed("after"),
    }
}

/// The list with one field changed, from its beginning unless that field is the mark itself.
fn address(asked: &FormState, field: &str, value: &str) -> String {
    let kept = FIELDS.iter().filter(|known| **known != field).map(|known| (*known, asked.value(known)));
    let pairs: Vec<(&str, &str)> =
        kept.chain([(field, value)]).filter(|(_, value)| !value.is_empty()).collect();
    let query = serde_urlencoded::to_string(&pairs).unwrap_or_default();
    if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
}

fn view(cx: &Cx, page: &ItemPage, asked: &FormState) -> AnyView {
    let l = cx.locale;
    let write = (!page.writable.is_empty()).then(|| {
        view! {
            <div class="actions">
                <a class="btn btn-primary" href="/trainer/items/new">{icon("plus")}{t!(l, items.write)}</a>
            </div>
        }
    });
    let next = page.items.next.as_ref().map(|after| address(asked, "after", after));
    view! {
        <div class="page-head"><div><h1>{t!(l, items.bank)}</h1></div>{write}</div>
        {words::tabs(cx, PATH)}
        {filters(l, page, asked)}
        {if page.items.rows.is_empty() { nothing(l, page, asked) } else { table(l, page) }}
        {pager(l, next)}
    }
    .into_any()
}

fn filters(l: Locale, page: &ItemPage, asked: &FormState) -> AnyView {
    let search = Field { kind: "search", autocomplete: "off", ..Field::default() };
    let state = asked.value("state").to_owned();
    let state =
        (!state.is_empty()).then(|| view! { <input type="hidden" name="state" value=state.clone()/> });
    view! {
        <form class="filters" method="get" action=PATH>
            <div class="search">
                {field(l, asked, "q", t!(l, items.search), search)}
                <button class="btn">{icon("search")}{t!(l, items.find)}</button>
            </div>
            {state}
            {states(l, asked)}
            {chosen(l, page, asked)}
            <details>
                <summary>{icon("settings")}{t!(l, items.filter_more)}</summary>
                <div class="filter-fields">
                    {selects(l, page, asked)}<button class="btn">{t!(l, items.filter_show)}</button>
                </div>
            </details>
        </form>
    }
    .into_any()
}

fn states(l: Locale, asked: &FormState) -> AnyView {
    let chosen = query_of(asked).state;
    let mut all = vec![(None, t!(l, items.all_states))];
    all.extend(State::ALL.iter().map(|state| (Some(*state), words::state(l, *state))));
    let chips: Vec<_> = all
        .into_iter()
        .map(|(state, word)| {
            let current = (state == chosen).then_some("true");
            let address = address(asked, "state", state.map_or("", State::code));
            view! { <a class="chip" href=address aria-current=current>{word}</a> }
        })
        .collect();
    view! { <nav class="chips" aria-label=t!(l, items.state)>{chips}</nav> }.into_any()
}

/// What is chosen beside the state; each is a link that takes it off.
fn chosen(l: Locale, page: &ItemPage, asked: &FormState) -> Option<AnyView> {
    let query = query_of(asked);
    let picked = [
        ("rule", query.rule.map(|code| words::rule(&page.rules, &code))),
        ("difficulty", query.difficulty.map(|number| words::difficulty(l, number))),
        ("kind", query.kind.map(|kind| words::kind(l, kind))),
        ("pool", query.pool.map(|pool| words::pool(l, pool))),
    ];
    let chips: Vec<_> = picked
        .into_iter()
        .filter_map(|(field, word)| word.map(|word| (address(asked, field, ""), word)))
        .map(|(address, word)| {
            view! {
                <a class="chip" href=address>
                    {word}{icon("close")}<span class="visually-hidden">{t!(l, items.take_off)}</span>
                </a>
            }
        })
        .collect();
    (!chips.is_empty()).then(|| {
        view! {
            <div class="chips">
                <span class="small muted">{t!(l, items.shown)}</span>
                {chips}
                <a class="small" href=PATH>{t!(l, items.reset)}</a>
            </div>
        }
        .into_any()
    })
}

fn selects(l: Locale, page: &ItemPage, asked: &FormState) -> Vec<AnyView> {
    let any = |word: String| vec![(String::new(), word)];
    let mut rules = any(t!(l, items.any_rule));
    rules.extend(page.rules.iter().map(|rule| (rule.code.clone(), words::rule_title(rule))));
    let mut difficulties = any(t!(l, items.any_difficulty));
    difficulties.extend(DIFFICULTIES.map(|number| (number.to_string(), words::difficulty(l, number))));
    let mut kinds = any(t!(l, items.any_kind));
    kinds.extend(Kind::ALL.iter().map(|kind| (kind.code().to_owned(), words::kind(l, *kind))));
    let mut selects = vec![
        select(l, asked, "rule", t!(l, items.rule), rules),
        select(l, asked, "difficulty", t!(l, items.difficulty), difficulties),
        select(l, asked, "kind", t!(l, items.kind), kinds),
    ];
    if page.pools.len() > 1 {
        let mut pools = any(t!(l, items.any_pool));
        pools.extend(page.pools.iter().map(|pool| (pool.code().to_owned(), words::pool(l, *pool))));
        selects.push(select(l, asked, "pool", t!(l, items.pool), pools));
    }
    selects
}

fn nothing(l: Locale, page: &ItemPage, asked: &FormState) -> AnyView {
    if FIELDS.iter().any(|field| !asked.value(field).trim().is_empty()) {
        let reset = Some((PATH.to_owned(), t!(l, items.reset)));
        return empty("search", t!(l, items.not_found), t!(l, items.not_found_what), reset);
    }
    let write = (!page.writable.is_empty()).then(|| ("/trainer/items/new".to_owned(), t!(l, items.write)));
    empty("list", t!(l, items.no_items), t!(l, items.no_items_what), write)
}

fn table(l: Locale, page: &ItemPage) -> AnyView {
    let rows: Vec<_> = page
        .items
        .rows
        .iter()
        .map(|row| {
            let item = &row.item;
            let code = t!(l, items.code_pool, code = item.code.clone(), pool = words::pool(l, item.pool));
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("{PATH}/{}", item.id) lang="ru">{cut(&row.stem, STEM)}</a>
                        <small>{code}</small>
                    </th>
                    <td data-label=t!(l, items.kind)>{words::kind(l, row.kind)}</td>
                    <td data-label=t!(l, items.rule)><span lang="ru">{words::rule(&page.rules, &item.rule)}</span></td>
                    <td data-label=t!(l, items.difficulty)>{words::difficulty(l, item.difficulty)}</td>
                    <td class="below" data-label=t!(l, items.state)>{words::state_status(l, item.state)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table to-cards brief">
            <caption class="visually-hidden">{t!(l, items.bank)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, items.item)}</th><th scope="col">{t!(l, items.kind)}</th>
                <th scope="col">{t!(l, items.rule)}</th><th scope="col">{t!(l, items.difficulty)}</th>
                <th scope="col">{t!(l, items.state)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// The beginning of a text, up to the end of a word.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most).collect();
    let whole = start.rsplit_once(char::is_whitespace).map_or(start.as_str(), |(whole, _)| whole);
    let whole = whole.trim_end_matches([',', ':', ';', '.', ' ']);
    // After a whole question the dots stand apart, or they look like a misprint.
    let gap = if whole.ends_with(['?', '!']) { "\u{a0}" } else { "" };
    format!("{whole}{gap}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_keeps_what_was_asked_for() {
        let asked = FormState::default().with("q", "очередь").with("state", "live").with("after", "R1");
        for (field, value, kept) in [
            ("state", "", "/trainer/items?q=%D0%BE%D1%87%D0%B5%D1%80%D0%B5%D0%B4%D1%8C"),
            ("q", "", "/trainer/items?state=live"),
            ("q", "a b", "/trainer/items?state=live&q=a+b"),
        ] {
            assert_eq!(address(&asked, field, value), kept);
        }
        assert!(address(&asked, "after", "R1-E-0050").ends_with("&state=live&after=R1-E-0050"));
        assert_eq!(address(&FormState::default(), "state", ""), PATH);
    }

    #[test]
    fn a_long_stem_ends_with_a_word() {
        assert_eq!(cut("Что делать?", 120), "Что делать?");
        assert_eq!(cut("Женщина плачет, окно занято", 18), "Женщина плачет…");
    }
}
