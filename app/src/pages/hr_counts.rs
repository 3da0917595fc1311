//! How many are certified: okrugs as tiles, the centres of one below.

use domain::grading::percent;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::certified::{CentreCount, OkrugCount};

use super::hr_parts::tabs;
use crate::cx::{Asked, Cx, Reply};
use crate::format;
use crate::shell::Head;
use crate::ui::{Mark, bar, empty, status};

/// With fewer tiles a map would be mostly holes.
const FEWEST_ON_MAP: usize = 9;

/// The page.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let counts = service::certified::counts(cx.s(), cx.actor()?).await?;
    let okrug = asked.value("okrug").to_owned();
    let head = Head::titled(t!(cx.locale, people.counts_title)).wide().section("/hr");
    Ok(cx.page(head, || view(&cx, &counts, &okrug)))
}

fn view(cx: &Cx, counts: &[OkrugCount], okrug: &str) -> AnyView {
    let l = cx.locale;
    let today = format::day(l, cx.s().today());
    let lede = if counts.len() > 1 { t!(l, people.counts_lede) } else { t!(l, people.counts_lede_own) };
    let body = if counts.is_empty() {
        empty("chart", t!(l, people.counts_none), t!(l, people.counts_none_what), None)
    } else {
        board(l, counts, okrug)
    };
    view! {
        <div class="page-head"><div>
            <p class="kicker">{t!(l, people.counts_on, day = today)}</p>
            <h1>{t!(l, people.counts_title)}</h1><p class="lede">{lede}</p>
        </div></div>
        {tabs(cx, "/hr/counts")}
        {body}
    }
    .into_any()
}

fn board(l: Locale, counts: &[OkrugCount], okrug: &str) -> AnyView {
    let sum = |part: fn(&OkrugCount) -> u64| counts.iter().map(part).sum::<u64>();
    let figures = [
        (t!(l, people.count_people), sum(|count| count.people)),
        (t!(l, people.count_certified), sum(|count| count.certified)),
        (t!(l, people.count_expiring), sum(|count| count.expiring)),
    ]
    .map(|(word, number)| view! { <div><dt>{word}</dt><dd>{number.to_string()}</dd></div> });
    let only = if let [one] = counts { Some(one) } else { None };
    let chosen = counts.iter().find(|count| count.unit.id.to_string() == okrug).or(only);
    // Of one okrug a tile would say again what its centres say.
    let tiles = only.is_none().then(|| {
        let class = if counts.len() >= FEWEST_ON_MAP { "okrugs map" } else { "okrugs" };
        let tiles: Vec<_> = counts.iter().map(|count| tile(l, count, chosen)).collect();
        view! { <ul class=class>{tiles}</ul> }
    });
    view! {
        <dl class="figures">{figures}</dl>
        {tiles}
        {chosen.map(|count| centres(l, count))}
    }
    .into_any()
}

fn tile(l: Locale, count: &OkrugCount, chosen: Option<&OkrugCount>) -> AnyView {
    let unit = &count.unit;
    let current = chosen.is_some_and(|chosen| chosen.unit.id == unit.id).then_some("true");
    let share = share(count.certified, count.people);
    let is_met = count.people > 0 && count.certified >= count.people;
    let expiring = (count.expiring > 0).then(|| {
        status("is-soon is-plain", "clock", t!(l, people.tile_expiring, number = count.expiring.to_string()))
    });
    let of = if count.people == 0 {
        t!(l, people.tile_nobody)
    } else {
        t!(
            l,
            people.tile_of,
            certified = count.certified.to_string(),
            people = count.people.to_string(),
            percent = share
        )
    };
    let bar = (count.people > 0).then(|| bar(Mark { value: share, at: None, is_met }));
    // Those who work in no okrug: an academy, the city's own offices.
    let is_okrug = unit.kind == "okrug";
    let class = if is_okrug { format!("at-{}", unit.code) } else { "at-rest".to_owned() };
    let places = if count.centres.is_empty() {
        t!(l, people.counts_rest)
    } else {
        t!(l, people.tile_centres, count = count.centres.len())
    };
    view! {
        <li class=class>
            <a href=format!("/hr/counts?okrug={}#centres", unit.id) aria-current=current>
                <b lang="ru">{unit.short.clone()}</b>
                <span>{of}</span>
                {bar}
                {expiring}
                <small>{places}</small>
            </a>
        </li>
    }
    .into_any()
}

fn share(part: u64, whole: u64) -> u32 {
    let fit = |number| u32::try_from(number).unwrap_or(u32::MAX);
    percent(fit(part), fit(whole))
}

fn centres(l: Locale, count: &OkrugCount) -> AnyView {
    let rows: Vec<_> = count.centres.iter().map(|centre| row(l, count, centre)).collect();
    let note = (rows.len() > 1).then(|| view! { <p class="small muted">{t!(l, people.counts_note)}</p> });
    view! {
        <section class="section" id="centres" aria-labelledby="centres-title">
            <h2 id="centres-title" lang="ru">{count.unit.name.clone()}</h2>
            <div class="table-wrap"><table class="table to-cards tally">
                <caption class="visually-hidden">{t!(l, people.counts_centres)}</caption>
                <thead><tr>
                    <th scope="col">{t!(l, people.centre)}</th>
                    <th scope="col" class="num">{t!(l, people.count_people)}</th>
                    <th scope="col" class="num">{t!(l, people.count_certified)}</th>
                    <th scope="col" class="num">{t!(l, people.count_expiring)}</th>
                </tr></thead>
                <tbody>{rows}{rest(l, count)}</tbody>
                <tfoot><tr>
                    <th scope="row">{t!(l, people.counts_all)}</th>
                    {numbers(l, count.people, count.certified, count.expiring)}
                </tr></tfoot>
            </table></div>
            {note}
        </section>
    }
    .into_any()
}

fn row(l: Locale, okrug: &OkrugCount, centre: &CentreCount) -> AnyView {
    let address = if okrug.unit.kind == "okrug" {
        format!("/hr/certified?okrug={}&centre={}", okrug.unit.id, centre.unit.id)
    } else {
        format!("/hr/certified?centre={}", centre.unit.id)
    };
    view! {
        <tr>
            <th scope="row"><a href=address lang="ru">{centre.unit.name.clone()}</a></th>
            {numbers(l, centre.people, centre.certified, centre.expiring)}
        </tr>
    }
    .into_any()
}

/// Those who work in the okrug itself and in no centre of it: so that the column adds up.
fn rest(l: Locale, okrug: &OkrugCount) -> Option<AnyView> {
    let sum = |part: fn(&CentreCount) -> u64| okrug.centres.iter().map(part).sum::<u64>();
    let people = okrug.people.saturating_sub(sum(|centre| centre.people));
    let certified = okrug.certified.saturating_sub(sum(|centre| centre.certified));
    let expiring = okrug.expiring.saturating_sub(sum(|centre| centre.expiring));
    (people > 0).then(|| {
        view! {
            <tr>
                <th scope="row">{t!(l, people.counts_rest)}</th>
                {numbers(l, people, certified, expiring)}
            </tr>
        }
        .into_any()
    })
}

fn numbers(l: Locale, people: u64, certified: u64, expiring: u64) -> AnyView {
    view! {
        <td class="num" data-label=t!(l, people.count_people)>{people.to_string()}</td>
        <td class="num" data-label=t!(l, people.count_certified)>{certified.to_string()}</td>
        <td class="num" data-label=t!(l, people.count_expiring)>{expiring.to_string()}</td>
    }
    .into_any()
}
