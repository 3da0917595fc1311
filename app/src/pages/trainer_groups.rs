//! Own groups, and how far the people in them have come.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::trainer_group::GroupView;

use crate::cx::{Asked, Cx, Reply, Typed, see};
use crate::pages::trainer_group::members;
use crate::pages::trainer_words as words;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, empty, error_summary, field, icon, notice};

/// As many groups as are shown unfolded.
const UNFOLDED: usize = 3;

/// The groups.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let groups = service::trainer_group::list(cx.s(), cx.actor()?).await?;
    let archived = asked.value("done") == "archived";
    Ok(cx.page(head(&cx), || view(&cx, &groups, &FormState::default(), archived)))
}

/// Makes a group.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    match service::trainer_group::create(cx.s(), cx.actor()?, form).await {
        Ok(id) => Ok(see(&format!("/trainer/groups/{id}?done=created"))),
        Err(Refusal::Form(form)) => {
            let groups = service::trainer_group::list(cx.s(), cx.actor()?).await?;
            Ok(cx.again(head(&cx), || view(&cx, &groups, &form, false)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, items.my_groups)).wide().section("/trainer")
}

fn view(cx: &Cx, groups: &[GroupView], form: &FormState, archived: bool) -> AnyView {
    let l = cx.locale;
    let said =
        archived.then(|| notice("is-done", t!(l, items.group_archived), t!(l, items.group_archived_what)));
    let list = if groups.is_empty() {
        empty("users", t!(l, items.no_groups), t!(l, items.no_groups_what), None)
    } else {
        let is_open = groups.len() <= UNFOLDED;
        groups.iter().map(|group| section(l, group, is_open)).collect_view().into_any()
    };
    let title = Field { hint: Some(t!(l, items.group_title_hint)), autocomplete: "off", ..Field::default() };
    view! {
        <div class="page-head">
            <div><h1>{t!(l, items.my_groups)}</h1><p class="lede">{t!(l, items.groups_what)}</p></div>
        </div>
        {words::tabs(cx, "/trainer/groups")}
        {said}
        {error_summary(l, form)}
        {list}
        <section class="section">
            <h2>{t!(l, items.group_new)}</h2>
            <form class="form" method="post" action="/trainer/groups">
                {field(l, form, "title", t!(l, items.group_title), title)}
                <div class="actions">
                    <button class="btn btn-primary">{icon("plus")}{t!(l, items.group_create)}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn section(l: Locale, group: &GroupView, is_open: bool) -> AnyView {
    let address = format!("/trainer/groups/{}", group.id);
    let people = t!(l, items.people_count, count = group.members.len());
    let table = if group.members.is_empty() {
        view! { <p class="muted">{t!(l, items.no_members)}</p> }.into_any()
    } else {
        view! {
            <details open=is_open>
                <summary>{t!(l, items.members_of, people = people)}</summary>{members(l, group, None)}
            </details>
        }
        .into_any()
    };
    view! {
        <section class="section">
            <h2 lang="ru"><a href=address>{group.title.clone()}</a></h2>
            {table}
        </section>
    }
    .into_any()
}
