//! One own group: who is in it, who comes, who goes, its title.

use axum::extract::Path;
use domain::form::FormState;
use domain::id::GroupId;
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::trainer_group::{GroupView, MemberView};

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, back, error_summary, field, icon, notice, progress};

/// The group.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let group = own(&cx, read_id(&id)?).await?;
    let done = asked.value("done").to_owned();
    Ok(cx.page(head(&group), || view(&cx, &group, &FormState::default(), &done)))
}

/// Renames the group, puts it away, adds somebody or takes somebody out.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: GroupId = read_id(&id)?;
    let (s, actor) = (cx.s(), cx.actor()?);
    let what = form.value("do").to_owned();
    let done = match what.as_str() {
        "rename" => service::trainer_group::rename(s, actor, id, form).await.map(|()| "renamed"),
        "add" => service::trainer_group::add_member(s, actor, id, form).await.map(|()| "added"),
        "remove" => {
            let person = read_id(form.value("person"))?;
            service::trainer_group::remove_member(s, actor, id, person).await.map(|()| "removed")
        }
        "archive" => {
            service::trainer_group::archive(s, actor, id).await?;
            return Ok(see("/trainer/groups?done=archived"));
        }
        _ => Err(Refusal::NotFound),
    };
    match done {
        Ok(done) => Ok(see(&format!("/trainer/groups/{id}?done={done}"))),
        Err(Refusal::Form(form)) => {
            let group = own(&cx, id).await?;
            Ok(cx.again(head(&group), || view(&cx, &group, &form, "")))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

async fn own(cx: &Cx, id: GroupId) -> Result<GroupView, No> {
    let groups = service::trainer_group::list(cx.s(), cx.actor()?).await?;
    groups.into_iter().find(|group| group.id == id).ok_or(No(Refusal::NotFound))
}

fn head(group: &GroupView) -> Head {
    Head::titled(group.title.clone()).section("/trainer")
}

fn view(cx: &Cx, group: &GroupView, form: &FormState, done: &str) -> AnyView {
    let l = cx.locale;
    let said = match done {
        "created" => Some((t!(l, items.group_created), t!(l, items.group_created_what))),
        "renamed" => Some((t!(l, items.group_renamed), String::new())),
        "added" => Some((t!(l, items.member_added), String::new())),
        "removed" => Some((t!(l, items.member_removed), t!(l, items.member_removed_what))),
        _ => None,
    };
    let said = said.map(|(title, text)| notice("is-done", title, text));
    let list = if group.members.is_empty() {
        view! { <p class="muted">{t!(l, items.no_members)}</p> }.into_any()
    } else {
        members(l, group, Some(&format!("/trainer/groups/{}", group.id)))
    };
    view! {
        {back("/trainer/groups", t!(l, items.my_groups))}
        <div class="page-head"><div>
            <h1 lang="ru">{group.title.clone()}</h1>
            <p class="lede">{t!(l, items.people_count, count = group.members.len())}</p>
        </div></div>
        {said}
        {error_summary(l, form)}
        {list}
        {add_form(l, group, form)}
        {title_form(l, group, form)}
    }
    .into_any()
}

fn add_form(l: Locale, group: &GroupView, form: &FormState) -> AnyView {
    let number =
        Field { hint: Some(t!(l, items.member_number_hint)), autocomplete: "off", ..Field::default() };
    view! {
        <section class="section">
            <h2>{t!(l, items.member_add)}</h2>
            <form class="form" method="post" action=format!("/trainer/groups/{}", group.id)>
                {field(l, form, "personnel_number", t!(l, items.member_number), number)}
                <div class="actions">
                    <button class="btn btn-primary" name="do" value="add">{icon("plus")}{t!(l, items.member_add_do)}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// The title, and below it, folded, how the group is put away.
fn title_form(l: Locale, group: &GroupView, form: &FormState) -> AnyView {
    let address = format!("/trainer/groups/{}", group.id);
    let form = if form.has("title") { form.clone() } else { form.clone().with("title", group.title.clone()) };
    let title = Field { autocomplete: "off", ..Field::default() };
    view! {
        <section class="section">
            <h2>{t!(l, items.group_settings)}</h2>
            <form class="form" method="post" action=address.clone()>
                {field(l, &form, "title", t!(l, items.group_title), title)}
                <div class="actions">
                    <button class="btn" name="do" value="rename">{t!(l, items.group_rename)}</button>
                </div>
            </form>
            <details>
                <summary>{t!(l, items.group_archive)}</summary>
                <form class="form" method="post" action=address>
                    <p>{t!(l, items.group_archive_what)}</p>
                    <div class="actions">
                        <button class="btn btn-danger" name="do" value="archive">{t!(l, items.group_archive_do)}</button>
                    </div>
                </form>
            </details>
        </section>
    }
    .into_any()
}

/// The people of a group with their progress; with an address, each can be taken out.
pub fn members(l: Locale, group: &GroupView, address: Option<&str>) -> AnyView {
    let rows: Vec<_> = group.members.iter().map(|member| row(l, member, address)).collect();
    let last = address.map(|_| view! { <td></td> });
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, items.members)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, items.member)}</th><th scope="col">{t!(l, items.progress)}</th>{last}
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(l: Locale, member: &MemberView, address: Option<&str>) -> AnyView {
    let name = member.name.full();
    let remove = address.map(|address| {
        view! {
            <td>
                <form method="post" action=address.to_owned()>
                    <input type="hidden" name="person" value=member.person.to_string()/>
                    <button class="btn btn-small" name="do" value="remove">
                        {t!(l, items.member_remove)}<span class="visually-hidden">{format!(": {name}")}</span>
                    </button>
                </form>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">{name.clone()}</th>
            <td data-label=t!(l, items.progress)><span>{how_far(l, member)}</span></td>
            {remove}
        </tr>
    }
    .into_any()
}

fn how_far(l: Locale, member: &MemberView) -> AnyView {
    let Some(far) = member.progress.filter(|far| far.lessons > 0) else {
        return view! { <span class="muted">{t!(l, items.not_enrolled)}</span> }.into_any();
    };
    let words = t!(l, items.lessons_of, done = far.done, all = far.lessons);
    let at = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let bar = progress(at(far.done), at(far.lessons), t!(l, items.lessons_done), words.clone());
    view! { {bar}<small>{words}</small> }.into_any()
}
