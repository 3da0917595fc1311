//! The desk of trainers and methodologists: what there is to do, by role.

use domain::access::{Act, Actor};
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;

use crate::cx::{Cx, Reply};
use crate::pages::trainer_words::tabs;
use crate::shell::Head;
use crate::ui::icon;

/// What the desk knows; none where the actor has nothing to do.
struct Desk {
    may_write: bool,
    /// How many items wait for a second pair of eyes.
    waiting: u64,
    tests: Option<usize>,
    has_regrades: bool,
    has_rulebook: bool,
    /// Own groups and the people in them.
    groups: Option<(usize, usize)>,
}

/// The desk.
pub async fn get(cx: Cx) -> Reply {
    let desk = desk(&cx, cx.actor()?).await?;
    let head = Head::titled(t!(cx.locale, items.home)).wide().section("/trainer");
    Ok(cx.page(head, || view(&cx, &desk)))
}

async fn desk(cx: &Cx, actor: &Actor) -> Result<Desk, Refusal> {
    let tests = if actor.may(Act::ReadTests) {
        Some(service::blueprint::tests(cx.s(), actor).await?.len())
    } else {
        None
    };
    let groups = if actor.may(Act::KeepGroups) {
        let groups = service::trainer_group::list(cx.s(), actor).await?;
        Some((groups.len(), groups.iter().map(|group| group.members.len()).sum::<usize>()))
    } else {
        None
    };
    Ok(Desk {
        may_write: actor.may(Act::EditPracticeItems) || actor.may(Act::EditExamItems),
        waiting: service::item::waiting_count(cx.s(), actor).await?,
        tests,
        has_regrades: actor.may(Act::ReadRegrades),
        has_rulebook: actor.may(Act::EditRulebook),
        groups,
    })
}

fn view(cx: &Cx, desk: &Desk) -> AnyView {
    let l = cx.locale;
    let write = desk.may_write.then(|| {
        view! {
            <div class="actions">
                <a class="btn btn-primary" href="/trainer/items/new">{icon("plus")}{t!(l, items.write)}</a>
            </div>
        }
    });
    view! {
        <div class="page-head">
            <div><h1>{t!(l, items.home)}</h1><p class="lede">{t!(l, items.home_what)}</p></div>
            {write}
        </div>
        {tabs(cx, "/trainer")}
        <div class="grid doors">{cards(l, desk)}</div>
    }
    .into_any()
}

fn cards(l: Locale, desk: &Desk) -> Vec<AnyView> {
    let mut cards = vec![items_card(l, desk)];
    if let Some(tests) = desk.tests {
        let facts = t!(l, items.tests_count, count = tests);
        let action = ("/trainer/tests", t!(l, items.tests_go));
        cards.push(card("test", t!(l, items.tests), t!(l, items.tests_what), facts, action));
    }
    if desk.has_regrades {
        let action = ("/trainer/regrades", t!(l, regrade.home_go));
        cards.push(card("test", t!(l, regrade.title), t!(l, regrade.home_what), String::new(), action));
    }
    if desk.has_rulebook {
        let action = ("/trainer/rulebook", t!(l, items.rulebook_go));
        cards.push(card("book", t!(l, items.rulebook), t!(l, items.rulebook_what), String::new(), action));
    }
    if let Some((groups, people)) = desk.groups {
        let facts = t!(
            l,
            items.groups_facts,
            groups = t!(l, items.groups_count, count = groups),
            people = t!(l, items.people_count, count = people)
        );
        let action = ("/trainer/groups", t!(l, items.groups_go));
        cards.push(card("users", t!(l, items.my_groups), t!(l, items.groups_what), facts, action));
    }
    cards
}

fn items_card(l: Locale, desk: &Desk) -> AnyView {
    let facts = match desk.waiting {
        0 => t!(l, items.waiting_none),
        count => t!(l, items.waiting, count = count),
    };
    let action = if desk.waiting == 0 {
        ("/trainer/items", t!(l, items.bank_go))
    } else {
        ("/trainer/items?state=review", t!(l, items.waiting_go))
    };
    card("list", t!(l, items.bank), t!(l, items.bank_what), facts, action)
}

fn card(
    picture: &'static str,
    title: String,
    text: String,
    facts: String,
    (address, word): (&'static str, String),
) -> AnyView {
    let facts =
        (!facts.is_empty()).then(|| view! { <p class="meta"><span>{icon(picture)}{facts}</span></p> });
    view! {
        <section class="card">
            <h2>{title}</h2><p>{text}</p>{facts}
            <div class="actions"><a class="btn" href=address>{word}{icon("arrow-right")}</a></div>
        </section>
    }
    .into_any()
}
