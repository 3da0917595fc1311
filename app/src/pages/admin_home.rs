//! Administration: what there is to look after, by what the actor may do.

use domain::access::Act;
use i18n::t;
use leptos::prelude::*;

use crate::cx::{Cx, Reply};
use crate::refused::query;
use crate::shell::Head;
use crate::ui::{icon, status};

/// The page.
pub async fn get(cx: Cx) -> Reply {
    let jobs = service::jobs::latest(cx.s(), cx.actor()?).await?;
    let failed = jobs.iter().filter(|job| job.state == "failed").count();
    Ok(cx.page(Head::titled(t!(cx.locale, admin.title)).wide().section("/admin"), || view(&cx, failed)))
}

/// A part of the area.
struct Part {
    address: &'static str,
    picture: &'static str,
    title: String,
    text: String,
}

const JOBS: &str = "/admin/jobs";

/// The parts that the actor may open.
fn parts(cx: &Cx) -> Vec<Part> {
    let l = cx.locale;
    let all = [
        (Act::KeepAccounts, "/admin/accounts", "users", t!(l, admin.accounts), t!(l, admin.accounts_what)),
        (Act::EditSettings, "/admin/settings", "settings", t!(l, admin.settings), t!(l, admin.settings_what)),
        (Act::EditSettings, "/admin/networks", "map", t!(l, proctor.networks), t!(l, proctor.networks_what)),
        (Act::ReadJobs, JOBS, "clock", t!(l, admin.jobs), t!(l, admin.jobs_what)),
        (Act::ReadJobs, "/admin/rehearsal", "chart", t!(l, admin.rehearsal), t!(l, admin.rehearsal_what)),
        (Act::ReadAudit, "/admin/audit", "list", t!(l, admin.audit), t!(l, admin.audit_what)),
    ];
    all.into_iter()
        .filter(|(act, ..)| cx.who.as_ref().is_some_and(|actor| actor.may(*act)))
        .map(|(_, address, picture, title, text)| Part { address, picture, title, text })
        .collect()
}

/// The ways between the pages of the area.
pub(super) fn tabs(cx: &Cx, current: &str) -> AnyView {
    let links: Vec<_> = parts(cx)
        .into_iter()
        .map(|part| {
            let current = (part.address == current).then_some("page");
            view! { <li><a href=part.address aria-current=current>{part.title}</a></li> }
        })
        .collect();
    view! { <nav class="tabs" aria-label=t!(cx.locale, admin.title)><ul>{links}</ul></nav> }.into_any()
}

/// An address with those pairs of its query that say something.
pub(super) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let said: Vec<String> =
        pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| query(name, value)).collect();
    if said.is_empty() { path.to_owned() } else { format!("{path}?{}", said.join("&")) }
}

fn view(cx: &Cx, failed: usize) -> AnyView {
    let l = cx.locale;
    let cards: Vec<_> = parts(cx)
        .into_iter()
        .map(|part| {
            let failed = (failed > 0 && part.address == JOBS).then(|| {
                let word = t!(l, admin.jobs_failed, count = failed);
                view! { <p>{status("is-lost", "cross-circle", word)}</p> }
            });
            view! {
                <section class="card door">
                    <h2><a href=part.address>{icon(part.picture)}<span>{part.title}</span></a></h2>
                    <p>{part.text}</p>
                    {failed}
                </section>
            }
        })
        .collect();
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, admin.title)}</h1>
            <p class="lede">{t!(l, admin.lede)}</p>
        </div></div>
        <div class="grid doors">{cards}</div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_keeps_what_was_asked_and_escapes_it() {
        assert_eq!(address("/admin/audit", &[("action", ""), ("by", "")]), "/admin/audit");
        assert_eq!(
            address("/admin/accounts", &[("q", "Ким & Ли"), ("after", "kim")]),
            "/admin/accounts?q=%D0%9A%D0%B8%D0%BC+%26+%D0%9B%D0%B8&after=kim"
        );
    }
}
