//! My path: a greeting, one next step, the way to the badge.

use domain::id::LessonId;
use domain::programme::NextStep;
use domain::test::NotNow;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::programme::{LessonHead as Lesson, Module, Path};

use crate::cx::{Cx, Reply};
use crate::format;
use crate::shell::Head;
use crate::ui::{emblem, icon, progress};
use crate::words;

/// The page.
pub async fn get(cx: Cx) -> Reply {
    let actor = cx.actor()?;
    let path = service::programme::path(cx.s(), actor).await?;
    let practice = service::test::offered(cx.s(), actor, domain::test::Kind::Practice).await?;
    let practice: Vec<(String, String)> =
        practice.into_iter().map(|test| (format!("/practice/{}", test.id), test.title)).collect();
    let name = actor.name.clone();
    Ok(cx.page(Head::titled(t!(cx.locale, learn.title)).section("/learn").class("main narrow learn"), || {
        view(&cx, &name, &path, practice)
    }))
}

fn view(cx: &Cx, name: &str, path: &Path, practice: Vec<(String, String)>) -> AnyView {
    let l = cx.locale;
    view! {
        <div class="greeting"><h1>{greeting(cx, name)}</h1><p class="lede" lang="ru">{path.title.clone()}</p></div>
        {next_step(cx, path)}
        {(!path.modules.is_empty()).then(|| the_path(cx, path, practice))}
        {(path.modules.is_empty() && path.next == NextStep::NotEnrolled).then(|| {
            view! { <p class="muted">{t!(l, learn.not_enrolled_more)}</p> }
        })}
    }
    .into_any()
}

fn greeting(cx: &Cx, name: &str) -> String {
    let l = cx.locale;
    match format::hour(cx.s().now(), cx.s().zone()) {
        5..=11 => t!(l, learn.morning, name = name),
        12..=17 => t!(l, learn.afternoon, name = name),
        18..=22 => t!(l, learn.evening, name = name),
        _ => t!(l, learn.night, name = name),
    }
}

/// What the card says: title, text, and the one button.
#[derive(Default)]
struct Card {
    title: String,
    /// Whether the title is content, which is Russian in every language of the interface.
    is_content: bool,
    text: String,
    /// The module, where there is one.
    of: Option<String>,
    meta: Option<String>,
    action: Option<(String, String)>,
}

fn next_step(cx: &Cx, path: &Path) -> AnyView {
    let l = cx.locale;
    let card = card(cx, path);
    let lang = card.is_content.then_some("ru");
    let is_there = path.next == NextStep::Badge;
    let picture = is_there.then(emblem);
    let kicker = (!is_there).then(|| view! { <p class="kicker">{t!(l, learn.next)}</p> });
    let of = card.of.map(|title| view! { <span>{icon("book")}<span lang="ru">{title}</span></span> });
    let meta = card.meta.map(|meta| view! { <p class="meta"><span>{icon("clock")}{meta}</span>{of}</p> });
    let action = card.action.map(|(address, word)| {
        view! {
            <div class="actions">
                <a class="btn btn-primary btn-big" href=address>{word}{icon("arrow-right")}</a>
            </div>
        }
    });
    view! {
        <section class="card next-step">
            {picture}{kicker}
            <h2 lang=lang>{card.title}</h2>{meta}<p>{card.text}</p>{action}
        </section>
    }
    .into_any()
}

fn card(cx: &Cx, path: &Path) -> Card {
    let l = cx.locale;
    let plain = |title, text| Card { title, text, ..Card::default() };
    let test = path.test.as_ref();
    match &path.next {
        NextStep::Lesson(id) => lesson_card(l, path, *id),
        NextStep::Test => Card {
            title: t!(l, learn.test_title),
            text: t!(l, learn.test_text),
            meta: test.map(|(_, v, _)| t!(l, common.minutes, count = v.conditions.limit_minutes)),
            action: test.map(|(test, ..)| (format!("/tests/{}", test.id), t!(l, learn.test_go))),
            ..Card::default()
        },
        NextStep::Resume => Card {
            action: path.running.map(|id| (format!("/exam/{id}"), t!(l, learn.resume_go))),
            ..plain(t!(l, learn.resume_title), t!(l, learn.resume_text))
        },
        NextStep::Wait => {
            let until = match test.and_then(|(.., not_now)| *not_now) {
                Some(NotNow::PauseUntil(until)) => format::moment(l, until, cx.s().zone()),
                Some(_) | None => String::new(),
            };
            Card {
                action: Some(("/results".into(), t!(l, learn.wait_go))),
                ..plain(t!(l, learn.wait_title), t!(l, learn.wait_text, until = until))
            }
        }
        NextStep::AskHr => plain(t!(l, learn.ask_title), t!(l, learn.ask_text)),
        NextStep::AwaitDecision => plain(t!(l, learn.decision_title), t!(l, learn.decision_text)),
        NextStep::Badge => Card {
            title: t!(l, learn.badge_title),
            text: path
                .until
                .map(|until| t!(l, learn.badge_text, until = format::day(l, until)))
                .unwrap_or_default(),
            action: Some(("/badge".into(), t!(l, learn.badge_go))),
            ..Card::default()
        },
        NextStep::NotEnrolled => plain(t!(l, learn.not_enrolled_title), t!(l, learn.not_enrolled_text)),
    }
}

fn lesson_card(l: Locale, path: &Path, id: LessonId) -> Card {
    let found = path.modules.iter().find_map(|module| {
        module.lessons.iter().find(|lesson| lesson.id == id).map(|lesson| (module, lesson))
    });
    let (title, of, minutes) = found.map_or_else(
        || (String::new(), None, 0),
        |(module, lesson): (&Module, &Lesson)| {
            (lesson.title.clone(), Some(module.title.clone()), lesson.minutes)
        },
    );
    Card {
        title,
        is_content: true,
        text: t!(l, learn.lesson_text),
        of,
        meta: Some(t!(l, common.minutes, count = minutes)),
        action: Some((format!("/learn/{id}"), t!(l, learn.go_on))),
    }
}

fn the_path(cx: &Cx, path: &Path, practice: Vec<(String, String)>) -> AnyView {
    let l = cx.locale;
    let all_done = path.done.len() >= path.lessons();
    let now = path.modules.iter().position(|module| path.done_in(module) < module.lessons.len());
    let modules: Vec<_> = path
        .modules
        .iter()
        .enumerate()
        .map(|(at, module)| module_step(l, path, module, Some(at) == now))
        .collect();
    let practice = (!practice.is_empty()).then(|| {
        let links: Vec<_> = practice
            .into_iter()
            .map(|(address, title)| view! { <a class="btn" lang="ru" href=address>{icon("test")}{title}</a> })
            .collect();
        view! { <section class="section practice"><h2>{t!(l, learn.practice)}</h2><p>{t!(l, learn.practice_text)}</p>
        <div class="actions">{links}</div></section> }
    });
    view! {
        <section class="section path-all">
            <h2>{t!(l, learn.path)}</h2>
            {sum(l, path)}
            <ol class="path">
                {modules}
                {test_step(cx, path, all_done)}
                {badge_step(cx, path)}
            </ol>
        </section>
        {practice}
    }
    .into_any()
}

/// How far one is, and until when there is time.
fn sum(l: Locale, path: &Path) -> AnyView {
    let all = path.lessons();
    let done = path.done.len().min(all);
    let words = t!(l, learn.done_of, done = done, all = all);
    let bar = (done > 0).then(|| {
        let bar = progress(done, all, t!(l, learn.lessons_done), words.clone());
        view! { <p>{words}</p>{bar} }
    });
    let due = path.due.map(|due| view! { <p>{t!(l, learn.due, day = format::day(l, due))}</p> });
    view! { <div class="path-sum">{bar}{due}</div> }.into_any()
}

fn module_step(l: Locale, path: &Path, module: &Module, is_now: bool) -> AnyView {
    let (done, all) = (path.done_in(module), module.lessons.len());
    let is_done = done >= all;
    let class = if is_done {
        "is-done"
    } else if is_now {
        "is-now"
    } else {
        "is-later"
    };
    let dot = if is_done { icon("check") } else { module.position.to_string().into_any() };
    let words = module_note(l, module, done);
    let bar = (!is_done && done > 0).then(|| progress(done, all, t!(l, learn.lessons_done), words.clone()));
    let lessons: Vec<_> = module.lessons.iter().map(|lesson| lesson_line(l, path, lesson)).collect();
    view! {
        <li class=class>
            <span class="path-dot" aria-hidden="true">{dot}</span>
            <details class="path-body" open=is_now>
                <summary>
                    <h3 lang="ru">{module.title.clone()}</h3>
                    {bar}
                    <span class="path-note">{words}</span>
                    {icon("chevron")}
                </summary>
                <ul class="lessons" aria-label=t!(l, learn.lessons)>{lessons}</ul>
            </details>
        </li>
    }
    .into_any()
}

/// Before it is begun, what a module takes; then how much of it is done.
fn module_note(l: Locale, module: &Module, done: usize) -> String {
    let all = module.lessons.len();
    if done > 0 {
        return t!(l, learn.done_of, done = done, all = all);
    }
    let minutes: u32 = module.lessons.iter().map(|lesson| lesson.minutes).sum();
    let lessons = t!(l, learn.lessons_count, count = u32::try_from(all).unwrap_or(0));
    t!(l, learn.module_facts, lessons = lessons, minutes = t!(l, common.minutes, count = minutes))
}

fn lesson_line(l: Locale, path: &Path, lesson: &Lesson) -> AnyView {
    let minutes = t!(l, common.minutes, count = lesson.minutes);
    let (class, picture, note) = if path.done.contains(&lesson.id) {
        (Some("is-done"), "check-circle", t!(l, learn.minutes_done, minutes = minutes))
    } else if path.next == NextStep::Lesson(lesson.id) {
        (Some("is-next"), "arrow-right", t!(l, learn.minutes_next, minutes = minutes))
    } else {
        (None, "book", minutes)
    };
    view! {
        <li class=class>
            <a href=format!("/learn/{}", lesson.id)>
                {icon(picture)}<span lang="ru">{lesson.title.clone()}</span><small>{note}</small>
            </a>
        </li>
    }
    .into_any()
}

fn test_step(cx: &Cx, path: &Path, all_done: bool) -> Option<AnyView> {
    let l = cx.locale;
    let (test, version, not_now) = path.test.as_ref()?;
    let passed = *not_now == Some(NotNow::Passed);
    let class = if passed {
        "is-done"
    } else if all_done {
        "is-now"
    } else {
        "is-later"
    };
    let note = match not_now {
        Some(NotNow::Passed) => t!(l, learn.test_passed),
        Some(NotNow::NotAdmitted) => t!(l, learn.test_after_lessons),
        Some(NotNow::PauseUntil(until)) => {
            t!(l, learn.test_pause, until = format::moment(l, *until, cx.s().zone()))
        }
        Some(NotNow::NoAttemptsLeft) => t!(l, learn.test_no_attempts),
        Some(NotNow::NoCandidacy | NotNow::SessionOnly) => t!(l, learn.test_session),
        None => t!(
            l,
            learn.test_facts,
            items = t!(l, common.questions, count = version.blueprint.size()),
            minutes = t!(l, common.minutes, count = version.conditions.limit_minutes)
        ),
    };
    let dot = if passed { icon("check") } else { icon("test") };
    Some(
        view! {
            <li class=class>
                <span class="path-dot" aria-hidden="true">{dot}</span>
                <div class="path-body">
                    <h3><a lang="ru" href=format!("/tests/{}", test.id)>{test.title.clone()}</a></h3>
                    <p class="path-note">{note}</p>
                </div>
            </li>
        }
        .into_any(),
    )
}

fn badge_step(cx: &Cx, path: &Path) -> AnyView {
    let l = cx.locale;
    let (_, _, word) = words::standing(l, path.standing);
    let note = match path.until {
        Some(until) if path.standing.is_valid() => t!(l, learn.badge_until, until = format::day(l, until)),
        Some(_) => word,
        None => t!(l, learn.badge_later),
    };
    view! {
        <li class=if path.standing.is_valid() { "is-done" } else { "is-later" }>
            <span class="path-dot" aria-hidden="true">{icon("badge")}</span>
            <div class="path-body"><h3><a href="/badge">{t!(l, learn.badge)}</a></h3><p class="path-note">{note}</p></div>
        </li>
    }
    .into_any()
}
