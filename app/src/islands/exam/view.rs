//! How the exam looks, on the server and in the browser alike.

use leptos::prelude::*;

use super::client::{Client, Kept, Seat};
use super::clock::{counted, left};
use super::sheet::{Icons, Kind, Sheet, Words};

/// The exam page: bar, question, moves, palette. Without questions, on the result: what is left over.
#[island]
pub fn Exam(sheet: Sheet) -> impl IntoView {
    let client = Client::new(sheet);
    client.wake();
    if client.is_result() {
        return left_over(client);
    }
    let action = move || {
        let attempt = client.sheet.with_value(|sheet| sheet.attempt.clone());
        format!("/exam/{attempt}?q={}", client.at.get() + 1)
    };
    let position = move || (client.at.get() + 1).to_string();
    view! {
        {bar(client)}
        <main id="main" tabindex="-1" on:keydown=move |event| client.pressed(&event)>
            {seat(client)}
            <form class="exam with-palette" method="post" action=action id="exam-form" autocomplete="off"
                on:change=move |event| client.changed(&event)
                on:submit=move |event| client.submitted(&event)>
                <input type="hidden" name="q" value=position/>
                <For each=move || [(client.at.get(), client.drawn.get())] key=|shown| *shown let(shown)>
                    {question(client, shown.0)}
                </For>
                {moves(client)}
                {palette(client)}
            </form>
        </main>
    }
    .into_any()
}

fn word(client: Client, of: fn(&Words) -> &String) -> String {
    client.sheet.with_value(|sheet| of(&sheet.words).clone())
}

fn picture(client: Client, of: fn(&Icons) -> &String) -> AnyView {
    let inner = client.sheet.with_value(|sheet| of(&sheet.icons).clone());
    view! {
        <svg class="icon" aria-hidden="true" viewBox="0 0 24 24" fill="none" stroke="currentColor"
            stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" inner_html=inner></svg>
    }
    .into_any()
}

fn total(client: Client) -> usize {
    client.sheet.with_value(|sheet| sheet.questions.len())
}

fn bar(client: Client) -> AnyView {
    let count = move || {
        word(client, |w| &w.count)
            .replace("{n}", &(client.at.get() + 1).to_string())
            .replace("{total}", &total(client).to_string())
    };
    let time = move || client.sheet.with_value(|sheet| left(&sheet.words, client.left_ms.get()));
    let clock_class = move || if time().1 { "exam-clock is-soon" } else { "exam-clock" };
    let answered = move || client.answered().to_string();
    view! {
        <header class="exam-bar">
            <p class="exam-count">{count}</p>
            <p class=clock_class>{picture(client, |i| &i.clock)}<span>{move || time().0}</span></p>
            {saved(client)}
            <progress value=answered max=total(client).to_string() aria-label=word(client, |w| &w.progress)></progress>
            <p class="visually-hidden" role="status">{move || client.said.get()}</p>
        </header>
    }
    .into_any()
}

fn saved(client: Client) -> AnyView {
    let said = move || {
        let waiting = u64::try_from(client.waiting()).unwrap_or(0);
        client.sheet.with_value(|sheet| {
            let words = &sheet.words;
            if client.is_offline.get() {
                return if waiting == 0 {
                    words.offline_idle.clone()
                } else {
                    counted(&words.lang, &words.offline, waiting)
                };
            }
            client.kept.with(|kept| match kept.get(client.at.get()) {
                Some(Kept::At(time)) => words.saved.replace("{t}", time),
                Some(Kept::Waiting) => words.waiting.clone(),
                Some(Kept::NotTaken) => words.not_taken.clone(),
                Some(Kept::Nothing) | None => words.not_answered.clone(),
            })
        })
    };
    let tone = move || {
        let here = client.kept.with(|kept| kept.get(client.at.get()).cloned());
        match here {
            _ if client.is_offline.get() => "exam-saved is-soon",
            Some(Kept::At(_)) => "exam-saved is-done",
            Some(Kept::NotTaken) => "exam-saved is-soon",
            Some(Kept::Waiting | Kept::Nothing) | None => "exam-saved",
        }
    };
    view! {
        <p class=tone>
            <span class="when-kept">{picture(client, |i| &i.check)}</span>
            <span class="when-offline">{picture(client, |i| &i.offline)}</span>
            <span>{said}</span>
        </p>
    }
    .into_any()
}

fn seat(client: Client) -> AnyView {
    let elsewhere = move || client.seat.get() != Seat::Elsewhere;
    let signed_out = move || client.seat.get() != Seat::SignedOut;
    // Whoever signs in again comes back to the very question.
    let sign_in = move || {
        let attempt = client.sheet.with_value(|sheet| sheet.attempt.clone());
        format!("/login?next=%2Fexam%2F{attempt}%3Fq%3D{}", client.at.get() + 1)
    };
    view! {
        <div class="notice is-soon exam-seat" role="alert" hidden=elsewhere>
            {picture(client, |i| &i.warning)}
            <b>{word(client, |w| &w.lease_title)}</b><p>{word(client, |w| &w.lease_text)}</p>
            <div class="actions">
                <button type="button" class="btn btn-primary" on:click=move |event| client.take(&event)>
                    {word(client, |w| &w.lease_go)}
                </button>
            </div>
        </div>
        <div class="notice is-soon exam-seat" role="status" hidden=move || client.seat.get() != Seat::Paused>
            {picture(client, |i| &i.clock)}
            <b>{word(client, |w| &w.paused_title)}</b><p>{word(client, |w| &w.paused_text)}</p>
        </div>
        {kept_here(client, |client| client.is_offline.get(), |w| &w.offline_text)}
        {kept_here(client, |client| client.is_refused.get() && !client.is_offline.get(), |w| &w.refused)}
        <div class="notice is-soon exam-seat" role="alert" hidden=signed_out>
            {picture(client, |i| &i.warning)}
            <b>{word(client, |w| &w.signed_out)}</b>
            <div class="actions"><a class="btn btn-primary" href=sign_in>{word(client, |w| &w.signed_out_go)}</a></div>
        </div>
    }
    .into_any()
}

/// What may be nowhere but here: why, what becomes of it, and a copy to hand in by hand.
fn kept_here(client: Client, is_shown: fn(Client) -> bool, of: fn(&Words) -> &String) -> AnyView {
    let name = client.sheet.with_value(|sheet| format!("answers-{}.json", sheet.attempt));
    let class = if client.is_result() { "notice is-info" } else { "notice is-soon exam-seat" };
    view! {
        <div class=class role="status" hidden=move || !is_shown(client)>
            {picture(client, |i| &i.offline)}
            <p>{word(client, of)}</p>
            <div class="actions" hidden=move || client.unsent.with(String::is_empty)>
                <a class="btn" download=name href=move || client.unsent_address()>{word(client, |w| &w.keep_copy)}</a>
            </div>
        </div>
    }
    .into_any()
}

/// After the end: what only this browser had, on its way, turned away, or sent.
fn left_over(client: Client) -> AnyView {
    let is_under_way = |client: Client| {
        let is_there = !client.unsent.with(String::is_empty);
        is_there && !client.is_refused.get() && client.said.with(String::is_empty)
    };
    let is_sent = |client: Client| !client.said.with(String::is_empty);
    view! {
        {kept_here(client, is_under_way, |w| &w.offline_text)}
        {kept_here(client, |client| client.is_refused.get(), |w| &w.refused)}
        {kept_here(client, is_sent, |w| &w.unsent)}
    }
    .into_any()
}

fn question(client: Client, at: usize) -> AnyView {
    let Some(question) = client.sheet.with_value(|sheet| sheet.questions.get(at).cloned()) else {
        return ().into_any();
    };
    let chosen = client.answers.with_untracked(|answers| answers.get(at).cloned().unwrap_or_default());
    let (legend, body) = match question.kind {
        Kind::Single => (word(client, |w| &w.single), options(&question.options, &chosen, "radio")),
        Kind::Multiple => (word(client, |w| &w.multiple), options(&question.options, &chosen, "checkbox")),
        Kind::Ordering => (word(client, |w| &w.ordering), order(client, &question.options, &chosen)),
    };
    view! {
        <div class="exam-question" lang="ru">
            <h1 class="exam-stem" id="stem" tabindex="-1">{question.stem}</h1>
            <fieldset class="options" disabled=move || matches!(client.seat.get(), Seat::Elsewhere | Seat::Paused)>
                <legend>{legend}</legend>{body}
            </fieldset>
        </div>
    }
    .into_any()
}

fn options(options: &[(String, String)], chosen: &[String], kind: &'static str) -> AnyView {
    options
        .iter()
        .enumerate()
        .map(|(number, (token, text))| {
            let checked = chosen.contains(token);
            view! {
                <label class="option">
                    <input type=kind name="choice" value=token.clone() checked=checked/>" "
                    <span>{text.clone()}</span>
                    <kbd class="key" aria-hidden="true">{(number + 1).to_string()}</kbd>
                </label>
            }
        })
        .collect_view()
        .into_any()
}

/// The options in the order given so far, then the rest as shown. Not yet placed: no place is selected.
fn order(client: Client, options: &[(String, String)], chosen: &[String]) -> AnyView {
    let place_of = |token: &String| chosen.iter().position(|known| known == token);
    let mut sorted: Vec<(Option<usize>, &(String, String))> =
        options.iter().map(|option| (place_of(&option.0), option)).collect();
    sorted.sort_by_key(|(place, _)| place.unwrap_or(usize::MAX));
    let all = options.len();
    let rows = sorted
        .into_iter()
        .map(|(place, (token, text))| {
            let label = |of: fn(&Words) -> &String| format!("{}: {text}", word(client, of));
            let places = (1..=all)
                .map(|number| {
                    let selected = place == Some(number - 1);
                    view! { <option value=number.to_string() selected=selected>{number.to_string()}</option> }
                })
                .collect_view();
            view! {
                <li>
                    <select name=format!("place.{token}") aria-label=label(|w| &w.place)>
                        <option value="" selected=place.is_none()>{word(client, |w| &w.no_place)}</option>
                        {places}
                    </select>
                    <span>{text.clone()}</span>
                    <span class="order-moves">
                        <button class="btn" name="move" value=format!("{token}.up") aria-label=label(|w| &w.up)>
                            {picture(client, |i| &i.up)}
                        </button>
                        <button class="btn" name="move" value=format!("{token}.down") aria-label=label(|w| &w.down)>
                            {picture(client, |i| &i.down)}
                        </button>
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="order">{rows}</ol> }.into_any()
}

fn moves(client: Client) -> AnyView {
    let is_last = move || client.at.get() + 1 >= total(client);
    let next_value = move || if is_last() { "finish".to_owned() } else { (client.at.get() + 2).to_string() };
    let next_word = move || if is_last() { word(client, |w| &w.finish) } else { word(client, |w| &w.next) };
    let marked = move || client.marks.with(|marks| marks.get(client.at.get()).copied().unwrap_or(false));
    let mark_word = move || if marked() { word(client, |w| &w.unmark) } else { word(client, |w| &w.mark) };
    let mark_value = move || if marked() { "0" } else { "1" };
    view! {
        <div class="exam-moves">
            <button class="btn btn-primary" name="go" value=next_value>
                <span>{next_word}</span>{picture(client, |i| &i.right)}
            </button>
            <button class="btn" name="go" value=move || client.at.get().max(1).to_string()
                disabled=move || client.at.get() == 0>
                {picture(client, |i| &i.left)}<span>{word(client, |w| &w.back)}</span>
            </button>
            <button class="btn" name="mark" value=mark_value aria-pressed=move || marked().to_string()>
                {picture(client, |i| &i.flag)}<span>{mark_word}</span>
            </button>
        </div>
    }
    .into_any()
}

fn palette(client: Client) -> AnyView {
    let without = move || (total(client) - client.answered()).to_string();
    let places = (0..total(client)).map(|at| place(client, at)).collect_view();
    let key = |class: &'static str, of: fn(&Words) -> &String| {
        view! { <li><i class=class></i>{word(client, of)}</li> }
    };
    view! {
        <details class="palette">
            <summary>
                <span class="when-shut">
                    {picture(client, |i| &i.grid)}
                    <span><b>{word(client, |w| &w.palette)}</b>" · "{word(client, |w| &w.without)}" "<span>{without}</span></span>
                </span>
                <span class="when-open">{picture(client, |i| &i.close)}{word(client, |w| &w.close)}</span>
            </summary>
            <div class="palette-body">
                <h2>{word(client, |w| &w.palette)}</h2>
                <ol class="palette-grid">{places}</ol>
                <ul class="palette-key">
                    {key("is-done", |w| &w.key_done)}
                    {key("", |w| &w.key_none)}
                    {key("is-marked", |w| &w.key_marked)}
                    {key("is-here", |w| &w.key_here)}
                </ul>
                <button class="btn" name="go" value="finish">{word(client, |w| &w.finish)}</button>
            </div>
        </details>
    }
    .into_any()
}

fn place(client: Client, at: usize) -> AnyView {
    let is_done = move || {
        client.answers.with(|answers| {
            client.sheet.with_value(|sheet| {
                sheet.questions.get(at).zip(answers.get(at)).is_some_and(|(q, answer)| q.is_whole(answer))
            })
        })
    };
    let is_marked = move || client.marks.with(|marks| marks.get(at).copied().unwrap_or(false));
    let class = move || match (is_done(), is_marked()) {
        (true, true) => "is-done is-marked",
        (true, false) => "is-done",
        (false, true) => "is-marked",
        (false, false) => "",
    };
    let label = move || {
        let state = if is_done() { word(client, |w| &w.answered) } else { word(client, |w| &w.unanswered) };
        let mut label = format!("{} {}, {state}", word(client, |w| &w.question), at + 1);
        if is_marked() {
            label.push_str(", ");
            label.push_str(&word(client, |w| &w.marked));
        }
        label
    };
    let number = (at + 1).to_string();
    view! {
        <li>
            <button class=class name="go" value=(at + 1).to_string() aria-label=label
                aria-current=move || (client.at.get() == at).then_some("step")>{number}</button>
        </li>
    }
    .into_any()
}
