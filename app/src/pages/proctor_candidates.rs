//! Candidates to pick for an exam session: a list that is narrowed by its address. Those who are ticked, or all on the
//! page, are given seats.

use axum::extract::Path;
use domain::form::FormState;
use domain::id::ExamSessionId;
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::{Candidate, Candidates};
use service::people::Query;

use super::hr_parts::{Asking, narrow};
use super::proctor_words as words;
use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back_to, empty, error_summary, icon, notice, pager, status};
use crate::words::problem;

/// The list, in the order of names.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let id = read_id(&id)?;
    let asking = asking(id, &asked);
    let found = load(&cx, id, &asking).await?;
    Ok(cx.page(head(&cx), || view(&cx, &asking, &asked, &found)))
}

/// Gives seats to those who are ticked, or to all on the page.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(mut form): Typed) -> Reply {
    let id = read_id(&id)?;
    let asking = asking(id, &form);
    let people = match form.value("do") {
        "chosen" => form.values("person").to_vec(),
        "all" => form.values("shown").to_vec(),
        _ => return Err(No(Refusal::NotFound)),
    };
    if people.is_empty() {
        form.problem("chosen", "choose_some");
        let found = load(&cx, id, &asking).await?;
        return Ok(cx.again(head(&cx), || view(&cx, &asking, &form, &found)));
    }
    let picked = service::exam_session::add_chosen(cx.s(), cx.actor()?, id, &people).await?;
    let (added, skipped) = (picked.added.to_string(), picked.skipped.to_string());
    Ok(see(&asking.told(&[("added", added.as_str()), ("skipped", skipped.as_str())])))
}

fn path(id: ExamSessionId) -> String {
    format!("/proctor/{id}/candidates")
}

fn asking(id: ExamSessionId, form: &FormState) -> Asking {
    Asking::of(path(id), form, &["q", "okrug", "centre", "position"])
}

async fn load(cx: &Cx, id: ExamSessionId, asking: &Asking) -> Result<Candidates, No> {
    let query = Query {
        search: asking.value("q").to_owned(),
        okrug: asking.id("okrug"),
        centre: asking.id("centre"),
        position: asking.id("position"),
        after: asking.after.clone(),
    };
    Ok(service::exam_session::candidates(cx.s(), cx.actor()?, id, &query).await?)
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, proctor.pick_title)).wide().section("/proctor")
}

fn view(cx: &Cx, asking: &Asking, form: &FormState, found: &Candidates) -> AnyView {
    let l = cx.locale;
    let session = &found.listed.session;
    let body =
        if found.page.rows.is_empty() { nobody(l, asking, found) } else { list(cx, asking, form, found) };
    view! {
        {back_to(format!("/proctor/{}", session.id), session.title.clone())}
        <div class="page-head"><div>
            <p class="kicker">
                <span lang="ru">{found.listed.unit_name.clone()}", "{session.place.clone()}</span>
                " · "{words::window(l, session.window, cx.s().zone())}
            </p>
            <h1>{t!(l, proctor.pick_title)}</h1>
            <p class="lede">{t!(l, proctor.pick_lede)}</p>
        </div></div>
        {told(l, form)}
        {error_summary(l, form)}
        {narrow(l, asking, &found.places, &found.positions)}
        {body}
        {pager(l, found.page.next.as_deref().map(|mark| asking.with("after", Some(mark))))}
    }
    .into_any()
}

/// How many were added, and how many could not be.
fn told(l: Locale, asked: &FormState) -> AnyView {
    let number = |field| asked.value(field).parse::<u64>().unwrap_or(0);
    let (added, skipped) = (number("added"), number("skipped"));
    let added = (added > 0)
        .then(|| notice("is-done", t!(l, proctor.picked, count = added), t!(l, proctor.picked_what)));
    let skipped = (skipped > 0)
        .then(|| notice("is-soon", t!(l, proctor.skipped, count = skipped), t!(l, proctor.skipped_what)));
    view! { {added}{skipped} }.into_any()
}

fn nobody(l: Locale, asking: &Asking, found: &Candidates) -> AnyView {
    let id = found.listed.session.id;
    if asking.after.is_some() {
        let first = (asking.with("after", None), t!(l, people.ready_first));
        empty("users", t!(l, people.ready_end), t!(l, proctor.pick_end_what), Some(first))
    } else if asking.is_plain() {
        let board = (format!("/proctor/{id}"), t!(l, proctor.pick_back));
        empty("users", t!(l, proctor.pick_none), t!(l, proctor.pick_none_what), Some(board))
    } else {
        let all = (path(id), t!(l, people.show_all));
        empty("search", t!(l, people.not_found), t!(l, proctor.pick_not_found_what), Some(all))
    }
}

fn list(cx: &Cx, asking: &Asking, form: &FormState, found: &Candidates) -> AnyView {
    let l = cx.locale;
    let more = found.page.next.is_some().then(|| view! { <p class="muted">{t!(l, proctor.pick_more)}</p> });
    let shown: Vec<_> = found
        .page
        .rows
        .iter()
        .filter(|candidate| !candidate.is_trainee)
        .map(|candidate| view! { <input type="hidden" name="shown" value=candidate.person.id.to_string()/> })
        .collect();
    let buttons = (!shown.is_empty()).then(|| buttons(l));
    let wrong = form.problem_of("chosen").map(|code| {
        view! {
            <p class="field-error" id="chosen-error">{icon("warning")}<span>{problem(l, code)}</span></p>
        }
    });
    view! {
        {more}
        <form class="stack" method="post" action=path(found.listed.session.id)>
            {asking.hidden()}
            {shown}
            {wrong}
            {table(cx, form.values("person"), &found.page.rows)}
            {buttons}
        </form>
    }
    .into_any()
}

fn buttons(l: Locale) -> AnyView {
    view! {
        <div class="bulk">
            <button class="btn btn-primary" name="do" value="chosen">{icon("plus")}{t!(l, proctor.pick_chosen)}</button>
            <button class="btn" name="do" value="all">{icon("users")}{t!(l, proctor.pick_all)}</button>
        </div>
    }
    .into_any()
}

fn table(cx: &Cx, ticked: &[String], candidates: &[Candidate]) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = candidates.iter().map(|candidate| row(cx, candidate, ticked)).collect();
    view! {
        <div class="table-wrap" id="chosen"><table class="table to-cards brief">
            <caption class="visually-hidden">{t!(l, proctor.pick_list)}</caption>
            <thead><tr>
                <td class="pick"></td><th scope="col">{t!(l, people.person)}</th>
                <th scope="col">{t!(l, people.centre)}</th><th scope="col">{t!(l, people.position)}</th>
                <th scope="col">{t!(l, proctor.pick_elsewhere)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(cx: &Cx, candidate: &Candidate, ticked: &[String]) -> AnyView {
    let l = cx.locale;
    let person = &candidate.person;
    let elsewhere = candidate.elsewhere.map(|window| words::window(l, window, cx.s().zone()));
    // Nothing to tick: it is said why.
    let why_not = candidate.is_trainee.then(|| status("is-soon", "lock", t!(l, proctor.pick_trainee)));
    view! {
        <tr>
            <td class="pick">{(!candidate.is_trainee).then(|| tick(l, candidate, ticked))}</td>
            <th scope="row">
                <span lang="ru">{person.name.full()}</span>
                <small>{t!(l, people.number_short, number = person.personnel_number.clone())}</small>
                {why_not}
            </th>
            <td data-label=t!(l, people.centre) lang="ru">{person.unit_name.clone()}</td>
            <td class="below" data-label=t!(l, people.position) lang="ru">{person.position_title.clone()}</td>
            <td class="below named" data-label=t!(l, proctor.pick_elsewhere)>{elsewhere}</td>
        </tr>
    }
    .into_any()
}

fn tick(l: Locale, candidate: &Candidate, ticked: &[String]) -> AnyView {
    let id = candidate.person.id.to_string();
    let is_ticked = ticked.contains(&id);
    view! {
        <label>
            <input type="checkbox" name="person" value=id checked=is_ticked/>
            <span class="visually-hidden">
                {t!(l, people.choose_person)}<span lang="ru">{candidate.person.name.full()}</span>
            </span>
        </label>
    }
    .into_any()
}
