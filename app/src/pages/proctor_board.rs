//! One exam session: who is in, how far they are, how much time they have, and what the proctor can do about it.
//! Whoever looks only gets neither buttons nor codes.

use axum::extract::Path;
use domain::exam_session::{Place, State, may_change};
use domain::form::FormState;
use domain::id::{ExamSessionId, PersonId};
use domain::refusal::Refusal;
use domain::timing::Kind;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::{Board, BoardRow, Listed, Part, Retimed};

use super::proctor_forms as forms;
use super::proctor_words as words;
use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::islands::board::Live;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{back, empty, error_summary, icon, notice};

/// A session with its board, and what whoever sees it may do about it.
struct Shown {
    listed: Listed,
    board: Board,
    part: Part,
}

/// The board.
pub async fn get(cx: Cx, Path(id): Path<String>, Asked(asked): Asked) -> Reply {
    let shown = open(&cx, read_id(&id)?).await?;
    Ok(cx.page(head(&shown), || view(&cx, &shown, &asked, &FormState::default())))
}

/// Does what a button says.
pub async fn post(cx: Cx, Path(id): Path<String>, Typed(form): Typed) -> Reply {
    let id: ExamSessionId = read_id(&id)?;
    match act(&cx, id, form).await {
        Ok(told) => Ok(see(&format!("/proctor/{id}?{told}"))),
        Err(No(Refusal::Form(form))) => {
            let shown = open(&cx, id).await?;
            Ok(cx.again(head(&shown), || view(&cx, &shown, &form, &form)))
        }
        Err(no) => Err(no),
    }
}

/// Does it, and says what was done as the query of the page that follows.
async fn act(cx: &Cx, id: ExamSessionId, form: FormState) -> Result<String, No> {
    let (s, actor) = (cx.s(), cx.actor()?);
    let what = form.value("do").to_owned();
    let person = form.value("person").to_owned();
    match what.as_str() {
        "open" => service::exam_session::open(s, actor, id).await?,
        "close" => service::exam_session::close(s, actor, id, form).await?,
        "note" => service::exam_session::note(s, actor, id, form).await?,
        "add" => service::exam_session::add(s, actor, id, form).await.map(|_| ())?,
        "identify" => service::exam_session::identify(s, actor, id, read_id(&person)?).await?,
        "unidentify" => service::exam_session::unidentify(s, actor, id, read_id(&person)?, form).await?,
        "unlock" => service::exam_session::unlock(s, actor, id, read_id(&person)?).await?,
        "free" => service::exam_session::free(s, actor, id, read_id(&person)?, form).await?,
        "terminate" => service::exam_session::terminate(s, actor, id, read_id(&person)?, form).await?,
        "extension" | "pause" | "resume" => {
            let done = service::exam_session::retime(s, actor, id, form.with("kind", what.clone())).await?;
            return Ok(retimed(&done, &person));
        }
        _ => return Err(No(Refusal::NotFound)),
    }
    // A row's own button leads back to all rows.
    let beside = if matches!(what.as_str(), "identify" | "unlock") { String::new() } else { beside(&person) };
    Ok(format!("done={what}{beside}"))
}

/// The candidate stays on the page who was there when the button was pressed.
fn beside(person: &str) -> String {
    match person.parse::<PersonId>() {
        Ok(person) => format!("&person={person}"),
        Err(_) => String::new(),
    }
}

fn retimed(done: &Retimed, person: &str) -> String {
    let mut told = format!("done={}&changed={}", done.kind.code(), done.changed);
    for left in done.too_late.iter().take(20) {
        told.push_str("&late=");
        told.push_str(&left.person.to_string());
    }
    told + &beside(person)
}

async fn open(cx: &Cx, id: ExamSessionId) -> Result<Shown, No> {
    let actor = cx.actor()?;
    let listed = service::exam_session::find(cx.s(), actor, id).await?;
    let board = service::exam_session::board(cx.s(), actor, id).await?;
    let part = service::exam_session::part(cx.s(), actor, id).await?;
    Ok(Shown { listed, board, part })
}

fn head(shown: &Shown) -> Head {
    Head::titled(shown.listed.session.title.clone()).wide().section("/proctor").islands()
}

fn view(cx: &Cx, shown: &Shown, asked: &FormState, form: &FormState) -> AnyView {
    let l = cx.locale;
    let session = &shown.listed.session;
    let holds = shown.part.is_holding();
    let chosen = shown.board.rows.iter().find(|row| row.person.to_string() == asked.value("person"));
    let one = chosen.filter(|_| holds);
    let below = (holds && one.is_none()).then(|| forms::room(l, &shown.board, form));
    view! {
        {back("/proctor", t!(l, proctor.to_list))}
        <div class="page-head"><div>
            <p class="kicker">
                <span lang="ru">{shown.listed.unit_name.clone()}", "{session.place.clone()}</span>
                " · "{words::window(l, session.window, cx.s().zone())}
            </p>
            <h1 lang="ru">{session.title.clone()}</h1>
            <p class="lede row">{words::state(l, session.state)}<span lang="ru">{shown.listed.test_title.clone()}</span></p>
        </div></div>
        {told(l, shown, asked)}
        {looks(l, &shown.part)}
        {error_summary(l, form)}
        {ways(l, shown)}
        {one.map(|row| forms::one(l, &shown.board, row, form))}
        {candidates(cx, shown, asked)}
        {below}
    }
    .into_any()
}

/// Why there are no buttons, where there are none.
fn looks(l: Locale, part: &Part) -> Option<AnyView> {
    match part {
        Part::Holds => None,
        Part::Looks => Some(notice("is-info", t!(l, proctor.looks), t!(l, proctor.looks_what))),
        Part::Trains(names) => {
            let title = t!(l, proctor.trains, names = names.join(", "));
            Some(notice("is-soon", title, t!(l, proctor.trains_what)))
        }
    }
}

/// What was done, and for whom it came too late.
fn told(l: Locale, shown: &Shown, asked: &FormState) -> AnyView {
    let count = asked.value("changed").parse::<usize>().unwrap_or(0);
    let title = match asked.value("done") {
        "planned" => Some(t!(l, proctor.planned_done)),
        "open" => Some(t!(l, proctor.done_opened)),
        "close" => Some(t!(l, proctor.done_closed)),
        "identify" => Some(t!(l, proctor.done_identify)),
        "unidentify" => Some(t!(l, proctor.done_unidentify)),
        "unlock" => Some(t!(l, proctor.done_unlock)),
        "free" => Some(t!(l, proctor.done_free)),
        "terminate" => Some(t!(l, proctor.done_terminate)),
        "note" => Some(t!(l, proctor.done_note)),
        "add" => Some(t!(l, proctor.done_add)),
        kind => Kind::of(kind).map(|kind| match kind {
            Kind::Extension => t!(l, proctor.done_extension, count = count),
            Kind::Pause => t!(l, proctor.done_pause, count = count),
            Kind::Resume => t!(l, proctor.done_resume, count = count),
            Kind::Window => t!(l, proctor.done_window),
        }),
    };
    let what =
        if asked.value("done") == "planned" { t!(l, proctor.planned_done_what) } else { String::new() };
    let done = title.map(|title| notice("is-done", title, what));
    let late = asked.values("late");
    let names: Vec<String> = shown
        .board
        .rows
        .iter()
        .filter(|row| late.contains(&row.person.to_string()))
        .map(|row| row.name.clone())
        .collect();
    let late = (!names.is_empty()).then(|| {
        let title = t!(l, proctor.too_late, names = names.join(", "));
        notice("is-soon", title, t!(l, proctor.too_late_what))
    });
    view! { {done}{late} }.into_any()
}

/// What comes next for the session as a whole, and its papers.
fn ways(l: Locale, shown: &Shown) -> AnyView {
    let session = &shown.listed.session;
    let address = format!("/proctor/{}", session.id);
    let holds = shown.part.is_holding();
    let open = (holds && session.state == State::Planned).then(|| {
        view! {
            <form method="post" action=address.clone()>
                <button class="btn btn-primary" name="do" value="open">{icon("unlock")}{t!(l, proctor.open)}</button>
            </form>
        }
    });
    let hint = open.is_some().then(|| view! { <p class="hint">{t!(l, proctor.open_what)}</p> });
    let may_move = holds && may_change(session.state, session.window, shown.board.at).is_ok();
    let window = may_move.then(|| {
        view! { <a class="btn" href=format!("{address}/window")>{icon("clock")}{t!(l, proctor.window_change)}</a> }
    });
    let codes = holds.then(|| {
        view! { <a class="btn" href=format!("{address}/codes")>{icon("print")}{t!(l, proctor.codes)}</a> }
    });
    view! {
        <div class="stack">
            {hint}
            <div class="actions">
                {open}
                <a class="btn" href=address.clone()>{t!(l, proctor.refresh)}</a>
                {window}
                {codes}
                <a class="btn" href=format!("{address}/protocol")>{icon("print")}{t!(l, proctor.protocol)}</a>
            </div>
        </div>
    }
    .into_any()
}

fn candidates(cx: &Cx, shown: &Shown, asked: &FormState) -> AnyView {
    let l = cx.locale;
    let (board, address) = (&shown.board, format!("/proctor/{}", shown.listed.session.id));
    let show = Place::of(asked.value("show"));
    let rows: Vec<_> = board
        .rows
        .iter()
        .filter(|row| show.is_none_or(|show| row.place == show))
        .map(|row| self::row(cx, shown, row, &address))
        .collect();
    let holds = shown.part.is_holding();
    let list = if board.rows.is_empty() {
        let what = if holds { t!(l, proctor.board_none_what) } else { t!(l, proctor.looks_board_none) };
        empty("users", t!(l, proctor.board_none), what, None)
    } else if rows.is_empty() {
        view! { <p class="muted">{t!(l, proctor.show_none)}</p> }.into_any()
    } else {
        let buttons = holds.then(|| view! { <td></td> }.into_any());
        table(l, rows, buttons)
    };
    let at = words::looked(l, board.at, cx.s().zone());
    view! {
        <section class="section">
            <h2>{t!(l, proctor.board)}</h2>
            <Live address=format!("{address}/events") lost=t!(l, proctor.lost)/>
            <p id="board-at" class="small muted">{at}</p>
            {filter(l, board, show, &address)}
            {list}
        </section>
    }
    .into_any()
}

/// How many there are at each place, each a way to see them alone. The stream keeps the numbers new.
fn filter(l: Locale, board: &Board, show: Option<Place>, address: &str) -> AnyView {
    let everybody = show.is_none().then_some("true");
    let places: Vec<_> = Place::ALL
        .iter()
        .map(|place| {
            let (id, count) = (format!("total-{}", place.code()), board.count(*place).to_string());
            let current = (show == Some(*place)).then_some("true");
            view! {
                <a class="chip" href=format!("{address}?show={}", place.code()) aria-current=current>
                    {words::total(l, *place)}" "<b id=id>{count}</b>
                </a>
            }
        })
        .collect();
    view! {
        <nav class="chips" aria-label=t!(l, proctor.show)>
            <a class="chip" href=address.to_owned() aria-current=everybody>
                {t!(l, proctor.show_all)}" "<b>{board.rows.len().to_string()}</b>
            </a>
            {places}
        </nav>
    }
    .into_any()
}

fn table(l: Locale, rows: Vec<AnyView>, buttons: Option<AnyView>) -> AnyView {
    view! {
        <div class="table-wrap"><table class="table to-cards live">
            <caption class="visually-hidden">{t!(l, proctor.board)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, proctor.name)}</th><th scope="col">{t!(l, proctor.state)}</th>
                <th scope="col" class="num">{t!(l, proctor.progress)}</th><th scope="col">{t!(l, proctor.link)}</th>
                <th scope="col" class="num">{t!(l, proctor.left)}</th>{buttons}
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(cx: &Cx, shown: &Shown, row: &BoardRow, address: &str) -> AnyView {
    let l = cx.locale;
    let said = |cell: words::Cell| view! { <span id=cell.id class=cell.class>{cell.says}</span> };
    let [state, done, link, left] = words::cells(l, &shown.board, row, cx.s().zone()).map(said);
    let holds = shown.part.is_holding();
    let name = row.name.clone();
    let name = if holds {
        view! { <a href=format!("{address}?person={}", row.person) lang="ru">{name}</a> }.into_any()
    } else {
        view! { <span lang="ru">{name}</span> }.into_any()
    };
    let buttons = holds.then(|| view! { <td>{forms::at_once(l, row, address)}</td> });
    view! {
        <tr id=format!("row-{}", row.person) class=words::row_class(row)>
            <th scope="row">
                {name}
                <small class="when-locked">{t!(l, proctor.locked)}</small>
            </th>
            <td data-label=t!(l, proctor.state)>{state}</td>
            <td class="num" data-label=t!(l, proctor.progress)>{done}</td>
            <td data-label=t!(l, proctor.link)>{link}</td>
            <td class="num" data-label=t!(l, proctor.left)>{left}</td>
            {buttons}
        </tr>
    }
    .into_any()
}
