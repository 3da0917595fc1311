//! The own badge: the object, its QR code, and what came before.

use domain::people::FullName;
use i18n::t;
use leptos::prelude::*;
use service::badge::Shown;

use crate::cx::{Cx, Reply};
use crate::format;
use crate::shell::Head;
use crate::ui::{emblem, emblem_of, icon, qr, status};
use crate::words;

/// The page.
pub async fn get(cx: Cx) -> Reply {
    let badges = service::badge::own(cx.s(), cx.actor()?).await?;
    Ok(cx.page(Head::titled(t!(cx.locale, badge.title)).section("/badge"), || view(&cx, &badges)))
}

fn view(cx: &Cx, badges: &[Shown]) -> AnyView {
    let l = cx.locale;
    let Some((newest, older)) = badges.split_first() else {
        return view! {
            <div class="page-head"><h1>{t!(l, badge.title)}</h1></div>
            <div class="empty">
                {emblem()}
                <h2>{t!(l, badge.none)}</h2>
                <p>{t!(l, badge.none_what)}</p>
                <div class="actions"><a class="btn btn-primary" href="/learn">{t!(l, learn.to_path)}</a></div>
            </div>
        }
        .into_any();
    };
    let (tone, picture, word) = words::standing(l, newest.standing);
    let address = format!("/verify/{}", newest.award.serial);
    view! {
        <div class="page-head">
            <div><h1>{t!(l, badge.title)}</h1><p>{status(tone, picture, word)}</p></div>
        </div>
        {object(cx, newest)}
        <div class="actions no-print">
            <a class="btn btn-primary" href=address>{icon("share")}{t!(l, badge.public_page)}</a>
        </div>
        <p class="muted no-print">{t!(l, badge.print_hint)}</p>
        {history(cx, older)}
    }
    .into_any()
}

fn object(cx: &Cx, shown: &Shown) -> AnyView {
    let l = cx.locale;
    let award = &shown.award;
    let address = format!("{}/verify/{}", cx.s().public_url, award.serial);
    let class = if shown.standing.is_valid() { "badge-object" } else { "badge-object is-void" };
    let fact = |name: String, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let FullName { surname, .. } = award.name.clone();
    let name = format!("{} {surname}", award.name.address());
    let distinction = award.with_distinction.then(|| fact(t!(l, badge.result), t!(l, badge.distinction)));
    view! {
        <article class=class aria-label=t!(l, badge.title)>
            {emblem_of("badge-ground")}
            <div class="badge-face">
                <p class="badge-title" lang="ru">{emblem()}<span><b>"Искренний сервис"</b>{shown.title.clone()}</span></p>
                <h2 class="badge-name" lang="ru">{name}</h2>
                <dl class="badge-facts">
                    {fact(t!(l, badge.until), format::day(l, shown.period.period.until))}
                    {fact(t!(l, badge.number), format!("№ {}", award.number))}
                    {fact(t!(l, badge.awarded), format::day(l, domain::time::Day::of(award.awarded_at, cx.s().zone())))}
                    {distinction}
                </dl>
            </div>
            <div class="badge-stub">
                {qr(&address, t!(l, badge.qr))}
                <p>{t!(l, badge.check)}<code>{award.serial.to_string()}</code></p>
            </div>
        </article>
    }
    .into_any()
}

fn history(cx: &Cx, older: &[Shown]) -> Option<AnyView> {
    let l = cx.locale;
    if older.is_empty() {
        return None;
    }
    let lines: Vec<_> = older
        .iter()
        .map(|shown| {
            let (tone, picture, word) = words::standing(l, shown.standing);
            let period = &shown.period.period;
            let days = t!(l, badge.from_until, from = format::day(l, period.from), until = format::day(l, period.until));
            view! { <li><p>{format!("№ {}", shown.award.number)}" · "{days}</p>{status(tone, picture, word)}</li> }
        })
        .collect();
    Some(view! { <section class="section"><h2>{t!(l, badge.history)}</h2><ul class="stack">{lines}</ul></section> }.into_any())
}
