//! The document around a page: head, header, footer.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use domain::access::Act;
use i18n::{Locale, t};
use leptos::prelude::*;

use crate::assets::{FONTS, ICON};
use crate::cx::Cx;
use crate::ui::{emblem, icon, script};

tokio::task_local! {
    /// How many notices the person who asks has not read: for the bell, which every page carries.
    static UNREAD: u64;
}

/// The most that the bell counts.
const MOST_UNREAD: u64 = 99;

/// Counts the unread notices of whoever asks, for the bell of the page that follows.
pub(crate) async fn with_bell(cx: Cx, request: Request, next: Next) -> Response {
    // An exam has no bell, and a form is answered by another page.
    let has_bell = request.method() == Method::GET && !request.uri().path().starts_with("/exam/");
    let unread = if has_bell { unread(&cx).await } else { None };
    match unread {
        Some(unread) => UNREAD.scope(unread, next.run(request)).await,
        None => next.run(request).await,
    }
}

async fn unread(cx: &Cx) -> Option<u64> {
    let actor = cx.who.as_deref()?;
    match service::notices::unread(cx.s(), actor).await {
        Ok(unread) => Some(unread),
        Err(error) => {
            tracing::error!(request.id = %cx.request_id, %error, "Counting unread notices failed");
            None
        }
    }
}

/// What surrounds a page.
#[derive(Clone, Debug)]
pub struct Head {
    title: String,
    class: &'static str,
    frame: Frame,
    section: &'static str,
    has_islands: bool,
    is_indexed: bool,
}

/// How much of the site stands round a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Header, navigation, footer.
    Site,
    /// The brand only: sign-in, public pages.
    Plain,
    /// Nothing but the page: the exam.
    Alone,
}

impl Head {
    /// A page of the site, of reading width.
    #[must_use]
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            class: "main narrow",
            frame: Frame::Site,
            section: "",
            has_islands: false,
            is_indexed: false,
        }
    }

    /// A wide page: tables, editors.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.class = "main";
        self
    }

    /// The class of `<main>`, where a page brings its own.
    #[must_use]
    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// How much stands round the page.
    #[must_use]
    pub fn frame(mut self, frame: Frame) -> Self {
        self.frame = frame;
        self
    }

    /// Which entry of the navigation it belongs to: its address.
    #[must_use]
    pub fn section(mut self, address: &'static str) -> Self {
        self.section = address;
        self
    }

    /// The page brings islands, hence scripts.
    #[must_use]
    pub fn islands(mut self) -> Self {
        self.has_islands = true;
        self
    }
}

/// The whole document.
pub fn document(cx: &Cx, head: &Head, main: AnyView) -> AnyView {
    let l = cx.locale;
    let lang = if l == Locale::ru { "ru" } else { "en" };
    let title = format!("{} · {}", head.title, t!(l, common.brand));
    let assets = &cx.site().assets;
    let body_class = if head.frame == Frame::Alone { "exam-page" } else { "page" };
    let robots = (!head.is_indexed).then(|| view! { <meta name="robots" content="noindex"/> });
    let scripts = head.has_islands.then(|| script(assets, &cx.nonce));
    let framed = match head.frame {
        Frame::Alone => main,
        Frame::Site | Frame::Plain => {
            let class = head.class;
            view! {
                {(head.frame == Frame::Site || class != "login").then(|| header(cx, head))}
                <main id="main" class=class tabindex="-1">{main}</main>
                {footer(cx, head)}
            }
            .into_any()
        }
    };
    let fonts = FONTS.map(|font| {
        // Fonts are asked for without credentials, even from here: without crossorigin they would come twice.
        view! { <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin=""/> }
    });
    let banner = cx.site().is_demo.then(|| view! { <div class="banner">{t!(l, common.demo)}</div> });
    view! {
        <html lang=lang data-theme=cx.theme>
            <head>
                <meta charset="utf-8"/>
                <title>{title}</title>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                {robots}
                <link rel="stylesheet" href=assets.style.clone()/>
                {fonts}
                <link rel="icon" type="image/svg+xml" href=ICON.as_str()/>
                {scripts}
            </head>
            <body class=body_class>
                <a class="skip" href="#main">{t!(l, common.skip)}</a>
                {banner}
                {framed}
            </body>
        </html>
    }
    .into_any()
}

fn header(cx: &Cx, head: &Head) -> impl IntoView + use<> {
    let l = cx.locale;
    let person = cx.who.as_ref().filter(|_| head.frame == Frame::Site).map(|actor| {
        view! {
            <div class="own">
                {bell(l, head)}
                <a class="to-account" href="#account">{icon("user")}<span>{actor.name.clone()}</span></a>
            </div>
        }
    });
    view! {
        <header class="site-header">
            <a class="brand" href="/">
                {emblem()}<span>{t!(l, common.brand)}<small>{t!(l, common.academy)}</small></span>
            </a>
            {(head.frame == Frame::Site).then(|| navigation(cx, head))}
            {person}
        </header>
    }
}

/// The way to the own notices, and how many of them are new.
fn bell(l: Locale, head: &Head) -> impl IntoView + use<> {
    let unread = UNREAD.try_with(|unread| *unread).unwrap_or(0);
    let current = (head.section == "/notices").then_some("page");
    let word = if unread == 0 { t!(l, common.notices) } else { t!(l, common.notices_unread, count = unread) };
    let figure = if unread > MOST_UNREAD { format!("{MOST_UNREAD}+") } else { unread.to_string() };
    let figure = (unread > 0).then(|| view! { <b aria-hidden="true">{figure}</b> });
    view! {
        <a class="to-notices" href="/notices" aria-current=current>
            {icon("bell")}{figure}<span class="visually-hidden">{word}</span>
        </a>
    }
}

fn navigation(cx: &Cx, head: &Head) -> Option<impl IntoView + use<>> {
    let l = cx.locale;
    let actor = cx.who.as_ref()?;
    let mut entries = vec![
        ("/learn", t!(l, common.nav_learn)),
        ("/results", t!(l, common.nav_results)),
        ("/badge", t!(l, common.nav_badge)),
    ];
    if actor.may(Act::ReadPracticeItems) || actor.may(Act::KeepGroups) {
        entries.push(("/trainer", t!(l, common.nav_trainer)));
    }
    if actor.may(Act::ReadPeople)
        && !matches!(domain::access::reach(actor, Act::ReadPeople), domain::access::Reach::Groups(_))
    {
        entries.push(("/hr", t!(l, common.nav_hr)));
    }
    if actor.may(Act::ReadSessions) {
        entries.push(("/proctor", t!(l, proctor.nav)));
    }
    if actor.may(Act::ReadAudit) || actor.may(Act::KeepAccounts) {
        entries.push(("/admin", t!(l, common.nav_admin)));
    }
    let section = head.section;
    let entries: Vec<_> = entries
        .into_iter()
        .map(|(address, word)| {
            let current = (address == section).then_some("page");
            view! { <li><a href=address aria-current=current>{word}</a></li> }
        })
        .collect();
    Some(view! { <nav class="site-nav" aria-label=t!(l, common.sections)><ul>{entries}</ul></nav> })
}

fn footer(cx: &Cx, head: &Head) -> impl IntoView + use<> {
    let l = cx.locale;
    let back = cx.uri.path_and_query().map_or_else(|| "/".to_owned(), |p| p.as_str().to_owned());
    let account = cx.who.as_ref().filter(|_| head.frame == Frame::Site).map(|actor| {
        view! {
            <section id="account" aria-labelledby="account-title">
                <h2 id="account-title">{actor.name.clone()}</h2>
                <p><a href="/account">{t!(l, common.account)}</a></p>
                <form method="post" action="/logout">
                    <button class="btn btn-small">{icon("logout")}{t!(l, common.sign_out)}</button>
                </form>
            </section>
        }
    });
    let languages =
        [("ru", Locale::ru, "Русский"), ("en", Locale::en, "English")].map(|(code, locale, name)| {
            view! {
                <button class="btn btn-small" name="language" value=code lang=code
                    aria-pressed=(locale == l).to_string()>{name}</button>
            }
        });
    let themes = [
        ("light", "sun", t!(l, common.theme_light)),
        ("dark", "moon", t!(l, common.theme_dark)),
        ("system", "settings", t!(l, common.theme_system)),
    ]
    .map(|(code, picture, word)| {
        let pressed = (cx.theme.unwrap_or("system") == code).to_string();
        view! {
            <button class="btn btn-small" name="theme" value=code aria-pressed=pressed>{icon(picture)}{word}</button>
        }
    });
    let help = cx.s().settings().help_contact.clone();
    let help =
        (!help.is_empty()).then(|| view! { <section><h2>{t!(l, common.help)}</h2><p>{help}</p></section> });
    view! {
        <footer class="site-footer"><div>
            {account}
            <section>
                <h2>{t!(l, common.language)}</h2>
                <form method="post" action="/language" class="actions">
                    <input type="hidden" name="back" value=back.clone()/>{languages}
                </form>
            </section>
            <section>
                <h2>{t!(l, common.theme)}</h2>
                <form method="post" action="/theme" class="actions">
                    <input type="hidden" name="back" value=back/>{themes}
                </form>
            </section>
            {help}
        </div></footer>
    }
}
