//! What regrades are called elsewhere: in the audit log, in notices, in a person's chain.

use domain::id::{AttemptId, RegradeId};
use domain::regrade::Effect;
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::grading::Regraded;
use service::notices::Shown;

use crate::cx::Cx;
use crate::format;
use crate::ui::icon;

/// What was done.
pub(super) fn action(l: Locale, code: &str) -> Option<String> {
    Some(match code {
        "regrade.prepared" => t!(l, regrade.action_prepared),
        "regrade.approved" => t!(l, regrade.action_approved),
        "regrade.rejected" => t!(l, regrade.action_rejected),
        "regrade.stale" => t!(l, regrade.action_stale),
        "regrade.caught_up" => t!(l, regrade.action_caught_up),
        "certification.revoked" => t!(l, regrade.action_revoked),
        "certification.kept" => t!(l, regrade.action_kept),
        _ => return None,
    })
}

/// What a field of a payload is called.
pub(super) fn detail(l: Locale, key: &str) -> Option<String> {
    Some(match key {
        "change" => t!(l, regrade.detail_change),
        "reason" => t!(l, regrade.detail_reason),
        "again" => t!(l, regrade.detail_again),
        "attempts" => t!(l, regrade.detail_attempts),
        "moved" => t!(l, regrade.detail_moved),
        "now_passes" => t!(l, regrade.detail_passes),
        "now_fails" => t!(l, regrade.detail_fails),
        "ready" => t!(l, regrade.detail_ready),
        "taken_back" => t!(l, regrade.detail_back),
        "doubts" => t!(l, regrade.detail_doubts),
        "basis" => t!(l, regrade.detail_basis),
        _ => return None,
    })
}

/// A code that says what was mended.
pub(super) fn change(l: Locale, code: &str) -> Option<String> {
    match code {
        "key" => Some(t!(l, regrade.is_key)),
        "void" => Some(t!(l, regrade.is_void)),
        _ => None,
    }
}

/// A notice in words: tone, picture, title, text.
pub(super) fn told(l: Locale, shown: &Shown) -> Option<(&'static str, &'static str, String, String)> {
    Some(match shown.kind.as_str() {
        "regraded" => regraded(l, shown)?,
        "regrade_waiting" => {
            let code = shown.params.get("code")?.as_str()?.to_owned();
            let text = t!(l, regrade.notice_waiting_what, code = code);
            ("is-soon", "list", t!(l, regrade.notice_waiting), text)
        }
        "doubts_raised" => {
            let title = t!(l, regrade.notice_doubts, count = number(shown, "people")?);
            ("is-soon", "users", title, t!(l, regrade.notice_doubts_what))
        }
        "certificate_kept" => {
            let text = t!(l, regrade.notice_kept_what, day = day(l, shown, "until")?);
            ("is-done", "badge", t!(l, regrade.notice_kept), text)
        }
        "certificate_revoked" => {
            let text = t!(l, regrade.notice_revoked_what, day = day(l, shown, "from")?);
            ("is-lost", "badge", t!(l, regrade.notice_revoked), text)
        }
        _ => return None,
    })
}

fn regraded(l: Locale, shown: &Shown) -> Option<(&'static str, &'static str, String, String)> {
    let points = t!(
        l,
        regrade.result_points,
        was = number(shown, "was")?,
        was_of = number(shown, "was_of")?,
        points = number(shown, "points")?,
        of = number(shown, "of")?
    );
    let (tone, title, what) = match Effect::of(shown.params.get("effect")?.as_str()?)? {
        Effect::NowPasses => ("is-done", t!(l, regrade.notice_passes), t!(l, regrade.notice_passes_what)),
        Effect::NowFails => ("is-soon", t!(l, regrade.notice_fails), t!(l, regrade.notice_fails_what)),
        Effect::Unchanged | Effect::Moved => {
            ("", t!(l, regrade.notice_moved), t!(l, regrade.notice_moved_what))
        }
    };
    Some((tone, "test", title, format!("{points} {what}")))
}

fn number(shown: &Shown, name: &str) -> Option<u64> {
    shown.params.get(name)?.as_u64()
}

fn day(l: Locale, shown: &Shown, name: &str) -> Option<String> {
    let day: Day = shown.params.get(name)?.as_str()?.parse().ok()?;
    Some(format::day(l, day))
}

/// Where a notice leads: an address and a word.
pub(super) fn way(l: Locale, shown: &Shown) -> Option<(String, String)> {
    match shown.kind.as_str() {
        "regraded" => {
            let attempt: AttemptId = shown.params.get("attempt")?.as_str()?.parse().ok()?;
            Some((format!("/results/{attempt}"), t!(l, admin.notice_to_result)))
        }
        "regrade_waiting" => {
            let regrade: RegradeId = shown.params.get("regrade")?.as_str()?.parse().ok()?;
            Some((format!("/trainer/regrades/{regrade}"), t!(l, regrade.notice_waiting_go)))
        }
        "doubts_raised" => Some(("/hr/doubts".to_owned(), t!(l, regrade.notice_doubts_go))),
        "certificate_kept" | "certificate_revoked" => {
            Some(("/badge".to_owned(), t!(l, admin.notice_to_badge)))
        }
        _ => None,
    }
}

/// What somebody wrote, in their own words.
pub(super) fn said(shown: &Shown) -> Option<AnyView> {
    let reason = shown.params.get("reason")?.as_str()?.to_owned();
    Some(view! { <p lang="ru">{reason}</p> }.into_any())
}

/// On the page of an own result: that it was scored again, why, and from what to what.
pub(super) fn on_result(cx: &Cx, regraded: &Regraded) -> AnyView {
    let l = cx.locale;
    let at = format::day(l, Day::of(regraded.at, cx.s().zone()));
    let ((was, was_of, _), (points, of, _)) = (regraded.was, regraded.now);
    let numbers = t!(l, regrade.result_points, was = was, was_of = was_of, points = points, of = of);
    let doubt = regraded.in_doubt.then(|| view! { <p>{t!(l, regrade.result_doubt)}</p> });
    view! {
        <div class="notice is-info" role="status">
            {icon("info")}
            <b>{t!(l, regrade.result, at = at)}</b>
            <p lang="ru">{regraded.reason.clone()}</p>
            <p>{numbers}</p>
            {doubt}
        </div>
    }
    .into_any()
}
