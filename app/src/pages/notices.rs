//! Own notices: what has happened on the way to the badge.

use axum::extract::Path;
use domain::id::{AttemptId, NoticeId};
use domain::notice::Reminder;
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::notices::Shown;

use crate::cx::{Asked, Cx, Reply, read_id, see};
use crate::format;
use crate::pages::regrade_words;
use crate::shell::Head;
use crate::ui::{empty, icon, notice};

/// The latest notices.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let notices = service::notices::list(cx.s(), cx.actor()?).await?;
    let l = cx.locale;
    let done = match asked.value("done") {
        "all" => Some(t!(l, admin.notices_read)),
        "one" => Some(t!(l, admin.notice_marked)),
        _ => None,
    };
    let head = Head::titled(t!(l, admin.notices)).section("/notices");
    Ok(cx.page(head, || view(&cx, &notices, done)))
}

/// Marks all of them as read.
pub async fn post(cx: Cx) -> Reply {
    service::notices::read_all(cx.s(), cx.actor()?).await?;
    Ok(see("/notices?done=all"))
}

/// Marks one of them as read.
pub async fn read(cx: Cx, Path(id): Path<String>) -> Reply {
    let id: NoticeId = read_id(&id)?;
    service::notices::read(cx.s(), cx.actor()?, id).await?;
    Ok(see("/notices?done=one"))
}

fn view(cx: &Cx, notices: &[Shown], done: Option<String>) -> AnyView {
    let l = cx.locale;
    let list = if notices.is_empty() {
        let action = Some(("/learn".to_owned(), t!(l, learn.title)));
        empty("info", t!(l, admin.notices_none), t!(l, admin.notices_none_what), action)
    } else {
        let lines: Vec<_> = notices.iter().map(|shown| line(cx, shown)).collect();
        view! { <ol class="timeline dated">{lines}</ol> }.into_any()
    };
    let done = done.map(|word| notice("is-done", word, ""));
    let read = notices.iter().any(|shown| !shown.is_read).then(|| {
        view! {
            <form method="post" action="/notices">
                <button class="btn">{icon("check")}{t!(l, admin.notices_read_all)}</button>
            </form>
        }
    });
    view! {
        <div class="page-head">
            <div><h1>{t!(l, admin.notices)}</h1></div>
            <div class="actions">{read}</div>
        </div>
        {done}
        <section class="section">
            <h2 class="visually-hidden">{t!(l, admin.notices_list)}</h2>
            {list}
        </section>
    }
    .into_any()
}

/// A notice in words: tone, picture, title, text.
type Told = (&'static str, &'static str, String, String);

fn told(l: Locale, shown: &Shown) -> Told {
    if let Some(told) = Reminder::of(&shown.kind).and_then(|what| reminded(l, shown, what)) {
        return told;
    }
    if let Some(told) = regrade_words::told(l, shown) {
        return told;
    }
    match shown.kind.as_str() {
        "enrolled" => {
            let text = if let Some(due) = day(l, shown, "due") {
                t!(l, admin.notice_enrolled_due, day = due)
            } else {
                t!(l, admin.notice_enrolled_free)
            };
            ("", "book", t!(l, admin.notice_enrolled), text)
        }
        "test_passed" => ("is-done", "test", t!(l, admin.notice_passed), t!(l, admin.notice_passed_what)),
        "test_failed" => ("", "test", t!(l, admin.notice_failed), t!(l, admin.notice_failed_what)),
        "certified" => {
            let until = day(l, shown, "until").map(|until| t!(l, admin.notice_certified_until, day = until));
            ("is-done", "badge", t!(l, admin.notice_certified), until.unwrap_or_default())
        }
        _ => ("", "info", t!(l, admin.notice_unknown), t!(l, admin.notice_unknown_what)),
    }
}

/// A reminder in words; none when what belongs to it is missing.
fn reminded(l: Locale, shown: &Shown, what: Reminder) -> Option<Told> {
    match what {
        Reminder::CertificateEnds => {
            let (left, until) = (number(shown, "days")?, day(l, shown, "until")?);
            let title = if left == 0 {
                t!(l, admin.notice_ends_today)
            } else {
                t!(l, admin.notice_ends, count = left)
            };
            Some(("is-soon", "badge", title, t!(l, admin.notice_ends_what, day = until)))
        }
        Reminder::CertificatesEnd => {
            let people = number(shown, "people")?;
            let title = t!(l, admin.notice_summary, count = people);
            Some(("is-soon", "users", title, t!(l, admin.notice_summary_what)))
        }
        Reminder::TrainingDue => {
            let (left, due) = (number(shown, "days")?, day(l, shown, "due")?);
            let title =
                if left == 0 { t!(l, admin.notice_due_today) } else { t!(l, admin.notice_due, count = left) };
            Some(("is-soon", "clock", title, t!(l, admin.notice_due_what, day = due)))
        }
        Reminder::TrainingOverdue => {
            let due = day(l, shown, "due")?;
            let text = t!(l, admin.notice_overdue_what, day = due);
            Some(("is-lost", "clock", t!(l, admin.notice_overdue), text))
        }
    }
}

fn number(shown: &Shown, name: &str) -> Option<u64> {
    shown.params.get(name)?.as_u64()
}

fn day(l: Locale, shown: &Shown, name: &str) -> Option<String> {
    let day: Day = shown.params.get(name)?.as_str()?.parse().ok()?;
    Some(format::day(l, day))
}

/// Where a notice leads: an address and a word.
fn way(l: Locale, shown: &Shown) -> Option<(String, String)> {
    if let Some(way) = regrade_words::way(l, shown) {
        return Some(way);
    }
    match shown.kind.as_str() {
        "test_passed" | "test_failed" => {
            let attempt: AttemptId = shown.params.get("attempt")?.as_str()?.parse().ok()?;
            Some((format!("/results/{attempt}"), t!(l, admin.notice_to_result)))
        }
        "certified" => Some(("/badge".to_owned(), t!(l, admin.notice_to_badge))),
        "certificates_end" => {
            Some(("/hr/certified?state=expiring".to_owned(), t!(l, admin.notice_to_expiring)))
        }
        _ => Some(("/learn".to_owned(), t!(l, learn.title))),
    }
}

fn line(cx: &Cx, shown: &Shown) -> AnyView {
    let l = cx.locale;
    let zone = cx.s().zone();
    let (tone, picture, title, text) = told(l, shown);
    let fresh = (!shown.is_read).then(|| view! { " "<span class="tag">{t!(l, admin.notice_new)}</span> });
    let way = way(l, shown).map(|(address, word)| view! { <a href=address>{word}</a> });
    let mark = (!shown.is_read).then(|| mark(l, shown, title.clone()));
    view! {
        <li class=tone>
            <span class="timeline-dot">{icon(picture)}</span>
            <div class="timeline-body">
                <h3>{title}{fresh}</h3>
                <time datetime=format::machine(shown.created_at, zone)>{format::moment(l, shown.created_at, zone)}</time>
                <p>{text}" "{way}</p>
                {regrade_words::said(shown)}
                {mark}
            </div>
        </li>
    }
    .into_any()
}

/// The button that marks a notice as read.
fn mark(l: Locale, shown: &Shown, title: String) -> AnyView {
    view! {
        <form method="post" action=format!("/notices/{}/read", shown.id)>
            <button class="linklike small">
                {t!(l, admin.notice_mark)}<span class="visually-hidden">": "{title}</span>
            </button>
        </form>
    }
    .into_any()
}
