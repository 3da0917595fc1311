//! What a proctor can do: at one seat, or for the whole session. Each form is one POST of the board's own address.

use domain::exam_session::{Incident, Place, State};
use domain::form::FormState;
use domain::timing::{MINUTES, Scope};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::{Board, BoardRow};

use super::proctor_new::numbers;
use super::proctor_words as words;
use crate::ui::{Field, field, icon, select, text_area};

/// The button that a row needs most; the others hide themselves by the row's class.
pub(super) fn at_once(l: Locale, row: &BoardRow, address: &str) -> AnyView {
    let name = || view! { <span class="visually-hidden" lang="ru">{format!(": {}", row.name)}</span> };
    view! {
        <form method="post" action=address.to_owned()>
            <input type="hidden" name="person" value=row.person.to_string()/>
            <button class="btn when-expected" name="do" value="identify">
                {icon("check")}{t!(l, proctor.identify)}{name()}
            </button>
            <button class="btn when-locked" name="do" value="unlock">
                {icon("unlock")}{t!(l, proctor.unlock)}{name()}
            </button>
        </form>
    }
    .into_any()
}

/// Everything that can be done for one candidate.
pub(super) fn one(l: Locale, board: &Board, row: &BoardRow, form: &FormState) -> AnyView {
    let address = format!("/proctor/{}", board.session.id);
    let sits = matches!(row.place, Place::In | Place::Paused);
    let time = sits.then(|| time_of(l, row, form, &address));
    let undo = (row.place == Place::Checked).then(|| unidentify(l, row, form, &address));
    view! {
        <section class="card stack" id="one" aria-labelledby="one-title">
            <h2 id="one-title">{t!(l, proctor.one_title)}": "<span lang="ru">{row.name.clone()}</span></h2>
            <div class="split even">{time}{undo}{note(l, Some(row), form, &address)}</div>
            <p><a href=address.clone()>{t!(l, proctor.one_back)}</a></p>
        </section>
    }
    .into_any()
}

fn time_of(l: Locale, row: &BoardRow, form: &FormState, address: &str) -> AnyView {
    view! {
        <form class="form" method="post" action=address.to_owned()>
            <h3>{t!(l, proctor.time_single)}</h3>
            <input type="hidden" name="person" value=row.person.to_string()/>
            <input type="hidden" name="scope" value=Scope::One.code()/>
            {minutes_and_reason(l, form)}
            {time_buttons(l, Some(row.place))}
            <details>
                <summary>{t!(l, proctor.free)}</summary>
                <p>{t!(l, proctor.free_what)}</p>
                <div class="actions">
                    <button class="btn" name="do" value="free">{t!(l, proctor.free)}</button>
                </div>
            </details>
            <details>
                <summary>{t!(l, proctor.terminate)}</summary>
                <p>{t!(l, proctor.terminate_what)}</p>
                <div class="actions">
                    <button class="btn btn-danger" name="do" value="terminate">{t!(l, proctor.terminate)}</button>
                </div>
            </details>
        </form>
    }
    .into_any()
}

/// Takes back that somebody's identity was checked.
fn unidentify(l: Locale, row: &BoardRow, form: &FormState, address: &str) -> AnyView {
    view! {
        <form class="form" method="post" action=address.to_owned()>
            <h3>{t!(l, proctor.unidentify)}</h3>
            <p>{t!(l, proctor.unidentify_what)}</p>
            <input type="hidden" name="person" value=row.person.to_string()/>
            {reason(l, form)}
            <div class="actions">
                <button class="btn" name="do" value="unidentify">{t!(l, proctor.unidentify)}</button>
            </div>
        </form>
    }
    .into_any()
}

fn reason(l: Locale, form: &FormState) -> AnyView {
    let reason = Field { hint: Some(t!(l, proctor.reason_hint)), autocomplete: "off", ..Field::default() };
    field(l, form, "reason", t!(l, proctor.reason), reason)
}

fn minutes_and_reason(l: Locale, form: &FormState) -> AnyView {
    let minutes = Field {
        kind: "number",
        inputmode: "numeric",
        bounds: Some(MINUTES),
        hint: Some(t!(l, proctor.minutes_hint)),
        ..Field::default()
    };
    view! {
        {field(l, form, "minutes", t!(l, proctor.minutes), minutes)}
        {reason(l, form)}
    }
    .into_any()
}

/// Of one candidate it is known which of them make sense now, of many it is not.
fn time_buttons(l: Locale, one: Option<Place>) -> AnyView {
    let (is_paused, is_in) = (one == Some(Place::Paused), one == Some(Place::In));
    view! {
        <div class="actions">
            <button class="btn btn-primary" name="do" value="extension">{icon("clock")}{t!(l, proctor.extend)}</button>
            <button class="btn" name="do" value="pause" disabled=is_paused>{icon("pause")}{t!(l, proctor.pause)}</button>
            <button class="btn" name="do" value="resume" disabled=is_in>{t!(l, proctor.resume)}</button>
        </div>
    }
    .into_any()
}

/// Everything that can be done for the session.
pub(super) fn room(l: Locale, board: &Board, form: &FormState) -> AnyView {
    let address = format!("/proctor/{}", board.session.id);
    let is_open = board.session.state == State::Open;
    let time = is_open.then(|| time_for_all(l, form, &address));
    let is_closed = board.session.state == State::Closed;
    let add = (!is_closed).then(|| add(l, form, &address));
    let close = is_open.then(|| close(l, form, &address));
    let title = view! { <h2>{t!(l, proctor.note_title)}</h2> };
    let note = section(view! { {title}{note(l, None, form, &address)} }.into_any());
    view! { <div class="split even">{time}{note}{add}{close}</div> }.into_any()
}

fn section(inner: AnyView) -> AnyView {
    view! { <section class="section">{inner}</section> }.into_any()
}

fn time_for_all(l: Locale, form: &FormState, address: &str) -> AnyView {
    let scopes = [Scope::Room, Scope::Centre]
        .into_iter()
        .map(|scope| (scope.code().to_owned(), words::scope(l, scope)))
        .collect();
    section(
        view! {
            <h2>{t!(l, proctor.time_title)}</h2>
            <form class="form" method="post" action=address.to_owned()>
                {select(l, form, "scope", t!(l, proctor.scope), scopes)}
                {minutes_and_reason(l, form)}
                {time_buttons(l, None)}
            </form>
        }
        .into_any(),
    )
}

fn note(l: Locale, row: Option<&BoardRow>, form: &FormState, address: &str) -> AnyView {
    let kinds = Incident::BY_HAND
        .into_iter()
        .map(|kind| (kind.code().to_owned(), words::incident(l, kind)))
        .collect();
    let person = row.map(|row| view! { <input type="hidden" name="person" value=row.person.to_string()/> });
    // For the whole session the section has the title.
    let title = row.map(|_| view! { <h3>{t!(l, proctor.note_title)}</h3> });
    view! {
        <form class="form" method="post" action=address.to_owned()>
            {title}
            {person}
            {select(l, form, "incident", t!(l, proctor.incident), kinds)}
            {text_area(l, form, "text", t!(l, proctor.incident_text), None, 3)}
            <div class="actions"><button class="btn" name="do" value="note">{t!(l, proctor.note_do)}</button></div>
        </form>
    }
    .into_any()
}

fn add(l: Locale, form: &FormState, address: &str) -> AnyView {
    section(
        view! {
            <h2>{t!(l, proctor.add_title)}</h2>
            <form class="form" method="post" action=address.to_owned()>
                {numbers(l, form)}
                <div class="actions">
                    <button class="btn" name="do" value="add">{icon("plus")}{t!(l, proctor.add_do)}</button>
                </div>
            </form>
            <p>{t!(l, proctor.pick_what)}</p>
            <div class="actions">
                <a class="btn" href=format!("{address}/candidates")>{icon("users")}{t!(l, proctor.pick_title)}</a>
            </div>
        }
        .into_any(),
    )
}

fn close(l: Locale, form: &FormState, address: &str) -> AnyView {
    section(
        view! {
            <h2>{t!(l, proctor.close)}</h2>
            <form class="form" method="post" action=address.to_owned()>
                <p>{t!(l, proctor.close_what)}</p>
                {text_area(l, form, "note", t!(l, proctor.close_note), None, 3)}
                <div class="actions">
                    <button class="btn btn-danger" name="do" value="close">{icon("lock")}{t!(l, proctor.close)}</button>
                </div>
            </form>
        }
        .into_any(),
    )
}
