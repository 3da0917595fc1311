//! Settings: each with its value, what it takes, and who changed it last.

use domain::form::FormState;
use domain::refusal::Refusal;
use domain::settings::{Kind, find};
use i18n::{Locale, t};
use leptos::prelude::*;
use service::settings::Shown;

use crate::cx::{Asked, Cx, Reply, Typed, see};
use crate::format;
use crate::pages::admin_home::{address, tabs};
use crate::pages::admin_words as words;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{error_summary, icon, notice};

const PATH: &str = "/admin/settings";

/// The page.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let settings = service::settings::list(cx.s(), cx.actor()?).await?;
    let done = find(asked.value("done")).and_then(|setting| words::setting(cx.locale, setting.key));
    Ok(cx.page(head(&cx), || view(&cx, &settings, &FormState::default(), done)))
}

/// Changes one setting.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    let actor = cx.actor()?;
    let key = form.value("key");
    match service::settings::change(cx.s(), actor, key, form.value("value")).await {
        Ok(()) => Ok(see(&address(PATH, &[("done", key)]))),
        Err(Refusal::Form(wrong)) => {
            let settings = service::settings::list(cx.s(), actor).await?;
            Ok(cx.again(head(&cx), || view(&cx, &settings, &wrong, None)))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, admin.settings)).wide().section("/admin")
}

fn view(cx: &Cx, settings: &[Shown], form: &FormState, done: Option<String>) -> AnyView {
    let l = cx.locale;
    let cards: Vec<_> = settings.iter().map(|shown| card(cx, shown, form)).collect();
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, admin.settings)}</h1>
            <p class="lede">{t!(l, admin.settings_lede)}</p>
        </div></div>
        {tabs(cx, PATH)}
        {done.map(|name| notice("is-done", t!(l, admin.setting_saved), name))}
        {error_summary(l, form)}
        <div class="grid pairs">{cards}</div>
    }
    .into_any()
}

fn card(cx: &Cx, shown: &Shown, form: &FormState) -> AnyView {
    let l = cx.locale;
    let key = shown.setting.key;
    let name = words::setting(l, key).unwrap_or_else(|| key.to_owned());
    let changed = if let Some((who, at)) = &shown.changed {
        let at = format::moment(l, *at, cx.s().zone());
        t!(l, admin.setting_changed_by, who = who.clone(), at = at)
    } else {
        t!(l, admin.setting_never_changed)
    };
    view! {
        <section class="card">
            <form class="form" method="post" action=PATH>
                <input type="hidden" name="key" value=key/>
                {input(l, shown, form, name.clone())}
                <div class="actions">
                    <button class="btn">{t!(l, common.save)}<span class="visually-hidden">": "{name}</span></button>
                    <span class="small muted">{changed}</span>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// Every form sends its field as `value`, so that one address takes them all; the id is the key.
fn input(l: Locale, shown: &Shown, form: &FormState, name: String) -> AnyView {
    let key = shown.setting.key;
    let code = form.problem_of(key);
    let value = if code.is_some() { form.value(key).to_owned() } else { shown.value.clone() };
    let (hint_id, error_id) = (format!("{key}-hint"), format!("{key}-error"));
    let described = if code.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
    let error = code.map(|code| {
        let words = crate::words::problem(l, code);
        view! { <p class="field-error" id=error_id>{icon("warning")}<span>{words}</span></p> }
    });
    let what = words::setting_what(l, key).unwrap_or_default();
    let (class, inputmode) = match shown.setting.kind {
        Kind::Number(..) => (Some("input-num"), Some("numeric")),
        Kind::Text(_) | Kind::Zone => (None, None),
    };
    view! {
        <div class=if code.is_some() { "field is-wrong" } else { "field" }>
            <label for=key>{name}</label>
            <p class="hint" id=hint_id>{what}" "{words::bounds(l, shown.setting)}</p>
            {error}
            <input id=key name="value" type="text" class=class inputmode=inputmode value=value autocomplete="off"
                aria-describedby=described aria-invalid=code.map(|_| "true")/>
        </div>
    }
    .into_any()
}
