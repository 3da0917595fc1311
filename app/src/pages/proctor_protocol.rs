//! The protocol of a session: who was expected, who came, what happened; with lines for signatures.

use axum::extract::Path;
use domain::exam_session::State;
use domain::time::Moment;
use domain::timing::Kind;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::{BoardRow, Protocol};

use super::proctor_words as words;
use crate::cx::{Cx, Reply, read_id};
use crate::format;
use crate::shell::Head;
use crate::ui::{back_to, fact, notice};

/// The protocol as it stands.
pub async fn get(cx: Cx, Path(id): Path<String>) -> Reply {
    let protocol = service::exam_session::protocol(cx.s(), cx.actor()?, read_id(&id)?).await?;
    let head = Head::titled(t!(cx.locale, proctor.protocol_title)).wide().section("/proctor");
    Ok(cx.page(head, || view(&cx, &protocol)))
}

fn view(cx: &Cx, protocol: &Protocol) -> AnyView {
    let l = cx.locale;
    let session = &protocol.listed.session;
    let draft = (session.state != State::Closed)
        .then(|| notice("is-info", t!(l, proctor.protocol_draft), String::new()));
    view! {
        {back_to(format!("/proctor/{}", session.id), session.title.clone())}
        <div class="page-head"><div>
            <h1>{t!(l, proctor.protocol_title)}</h1>
            <p class="lede" lang="ru">{session.title.clone()}</p>
            <p class="hint no-print">{t!(l, proctor.print_hint)}</p>
        </div></div>
        {draft}
        {facts(cx, protocol)}
        {came(cx, protocol)}
        {changes(cx, protocol)}
        {incidents(cx, protocol)}
        {signatures(l)}
    }
    .into_any()
}

fn facts(cx: &Cx, protocol: &Protocol) -> AnyView {
    let (l, zone) = (cx.locale, cx.s().zone());
    let session = &protocol.listed.session;
    let ru = |text: String| view! { <span lang="ru">{text}</span> };
    let closed = session.closed_by.zip(session.closed_at).map(|(by, at)| {
        let text = format!("{}, {}", protocol.name(by), format::moment(l, at, zone));
        fact(t!(l, proctor.closed_by), ru(text))
    });
    let note = (!session.note.is_empty()).then(|| fact(t!(l, proctor.note), ru(session.note.clone())));
    view! {
        <dl class="facts">
            {fact(t!(l, proctor.test), ru(protocol.listed.test_title.clone()))}
            {fact(t!(l, proctor.centre), ru(protocol.listed.unit_name.clone()))}
            {fact(t!(l, proctor.place), ru(session.place.clone()))}
            {fact(t!(l, proctor.window), words::window(l, session.window, zone))}
            {fact(t!(l, proctor.board), t!(l, proctor.people, count = protocol.board.rows.len()))}
            {fact(t!(l, proctor.planned_by), ru(protocol.name(session.created_by)))}
            {closed}
            {note}
        </dl>
    }
    .into_any()
}

fn came(cx: &Cx, protocol: &Protocol) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> =
        protocol.board.rows.iter().map(|row| candidate(cx, row, protocol.board.questions)).collect();
    view! {
        <section class="section">
            <h2>{t!(l, proctor.who_came)}</h2>
            <div class="table-wrap"><table class="table to-cards">
                <caption class="visually-hidden">{t!(l, proctor.who_came)}</caption>
                <thead><tr>
                    <th scope="col">{t!(l, proctor.name)}</th><th scope="col">{t!(l, proctor.state)}</th>
                    <th scope="col">{t!(l, proctor.identified_at)}</th><th scope="col">{t!(l, proctor.started_at)}</th>
                    <th scope="col">{t!(l, proctor.finished_at)}</th><th scope="col">{t!(l, proctor.how)}</th>
                    <th scope="col" class="num">{t!(l, proctor.progress)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn candidate(cx: &Cx, row: &BoardRow, questions: u32) -> AnyView {
    let l = cx.locale;
    let at = |moment: Option<Moment>| moment.map(|at| format::clock(at, cx.s().zone()));
    let (class, word) = words::place(l, row.place);
    let done = row.attempt.map(|_| t!(l, proctor.progress_value, done = row.answered, all = questions));
    view! {
        <tr>
            <th scope="row" lang="ru">{row.name.clone()}</th>
            <td data-label=t!(l, proctor.state)><span class=class>{word}</span></td>
            <td data-label=t!(l, proctor.identified_at)>{at(row.identity_checked_at)}</td>
            <td data-label=t!(l, proctor.started_at)>{at(row.started_at)}</td>
            <td data-label=t!(l, proctor.finished_at)>{at(row.finished_at)}</td>
            <td data-label=t!(l, proctor.how)>{cause(l, row)}</td>
            <td class="num" data-label=t!(l, proctor.progress)>{done}</td>
        </tr>
    }
    .into_any()
}

fn cause(l: Locale, row: &BoardRow) -> Option<String> {
    row.cause.as_deref().map(|cause| match cause {
        "proctor" => t!(l, proctor.cause_proctor),
        "deadline" => t!(l, proctor.cause_deadline),
        _ => t!(l, proctor.cause_person),
    })
}

fn changes(cx: &Cx, protocol: &Protocol) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = protocol
        .changes
        .iter()
        .map(|change| {
            let what = match change.kind {
                Kind::Extension => {
                    let minutes = u32::try_from(change.ms / 60_000).unwrap_or(0);
                    let minutes = t!(l, common.minutes, count = minutes);
                    t!(l, proctor.change_extension, minutes = minutes)
                }
                Kind::Pause => t!(l, proctor.change_pause),
                Kind::Resume => t!(l, proctor.change_resume, time = words::length(change.ms)),
                Kind::Window => t!(l, proctor.change_window, time = words::length(change.ms)),
            };
            view! {
                <tr>
                    <th scope="row" lang="ru">{protocol.candidate(change.attempt)}</th>
                    <td data-label=t!(l, proctor.when)>{format::clock(change.at, cx.s().zone())}</td>
                    <td data-label=t!(l, proctor.change)>
                        <span>{what}<small>{words::scope(l, change.scope)}</small></span>
                    </td>
                    <td data-label=t!(l, proctor.reason) lang="ru">{change.reason.clone()}</td>
                    <td data-label=t!(l, proctor.by) lang="ru">{protocol.name(change.by)}</td>
                </tr>
            }
        })
        .collect();
    let heads = [
        t!(l, proctor.name),
        t!(l, proctor.when),
        t!(l, proctor.change),
        t!(l, proctor.reason),
        t!(l, proctor.by),
    ];
    listed(t!(l, proctor.changes), t!(l, proctor.changes_none), heads, rows.is_empty(), rows.into_any())
}

fn incidents(cx: &Cx, protocol: &Protocol) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = protocol
        .incidents
        .iter()
        .map(|incident| {
            let whom = match incident.person {
                Some(person) => view! { <span lang="ru">{protocol.name(person)}</span> }.into_any(),
                None => t!(l, proctor.everybody).into_any(),
            };
            view! {
                <tr>
                    <th scope="row">{whom}</th>
                    <td data-label=t!(l, proctor.when)>{format::clock(incident.at, cx.s().zone())}</td>
                    <td data-label=t!(l, proctor.incident)>{words::incident(l, incident.kind)}</td>
                    <td data-label=t!(l, proctor.incident_text) lang="ru">{incident.text.clone()}</td>
                    <td data-label=t!(l, proctor.by) lang="ru">{protocol.name(incident.by)}</td>
                </tr>
            }
        })
        .collect();
    let heads = [
        t!(l, proctor.name),
        t!(l, proctor.when),
        t!(l, proctor.incident),
        t!(l, proctor.incident_text),
        t!(l, proctor.by),
    ];
    listed(t!(l, proctor.incidents), t!(l, proctor.incidents_none), heads, rows.is_empty(), rows.into_any())
}

/// A part of the protocol: a table, or a sentence that there is nothing.
fn listed(title: String, none: String, heads: [String; 5], is_empty: bool, rows: AnyView) -> AnyView {
    let caption = title.clone();
    let inner = if is_empty {
        view! { <p>{none}</p> }.into_any()
    } else {
        let heads = heads.map(|head| view! { <th scope="col">{head}</th> });
        view! {
            <div class="table-wrap"><table class="table to-cards">
                <caption class="visually-hidden">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { <section class="section"><h2>{title}</h2>{inner}</section> }.into_any()
}

fn signatures(l: Locale) -> AnyView {
    let lines =
        [t!(l, proctor.sign_proctor), t!(l, proctor.sign_member), t!(l, proctor.sign_chair)].map(|who| {
            view! {
                <li>
                    <span>{who}</span>
                    <span class="line">{t!(l, proctor.sign_line)}</span>
                    <span class="line">{t!(l, proctor.sign_name)}</span>
                </li>
            }
        });
    view! {
        <section class="section"><h2>{t!(l, proctor.signatures)}</h2><ul class="signatures">{lines}</ul></section>
    }
    .into_any()
}
