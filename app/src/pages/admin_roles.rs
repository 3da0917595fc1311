//! The roles of a person: what they hold and where, and a form to give one more.

use domain::access::Role;
use domain::form::FormState;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::access::Tree;
use service::account::HeldRole;
use service::people::Unit;

use crate::cx::Cx;
use crate::format;
use crate::pages::admin_words as words;
use crate::ui::select;

/// The whole city, as the form calls it.
pub(super) const CITY: &str = "city";

/// Where a role can hold: the whole city, the okrugs, everything below them.
pub(super) fn places(l: Locale, tree: &Tree) -> Vec<(String, String)> {
    let mut places = vec![(String::new(), t!(l, admin.choose)), (CITY.to_owned(), t!(l, admin.whole_city))];
    let units = tree.units().iter().filter(|unit| unit.kind != "city");
    let (okrugs, others): (Vec<&Unit>, Vec<&Unit>) = units.partition(|unit| unit.kind == "okrug");
    places.extend(okrugs.into_iter().map(|unit| (unit.id.to_string(), unit.name.clone())));
    places.extend(others.into_iter().map(|unit| (unit.id.to_string(), placed(tree, unit))));
    places
}

fn placed(tree: &Tree, unit: &Unit) -> String {
    match tree.above(unit.id, "okrug") {
        Some(okrug) => format!("{}, {}", unit.name, okrug.short),
        None => unit.name.clone(),
    }
}

/// The section; without a form when roles cannot be changed here.
pub(super) fn section(
    cx: &Cx,
    roles: &[HeldRole],
    places: &[(String, String)],
    form: Option<&FormState>,
    here: &str,
) -> AnyView {
    let l = cx.locale;
    let held = if roles.is_empty() {
        view! { <p class="muted">{t!(l, admin.roles_none)}</p> }.into_any()
    } else {
        table(cx, roles, form.is_some(), here)
    };
    view! {
        <section class="section">
            <h2>{t!(l, admin.roles)}</h2>
            {held}
            {form.map(|form| grant(l, form, places.to_vec(), here.to_owned()))}
        </section>
    }
    .into_any()
}

fn table(cx: &Cx, roles: &[HeldRole], may_change: bool, here: &str) -> AnyView {
    let l = cx.locale;
    let rows: Vec<_> = roles.iter().map(|held| row(cx, held, may_change, here)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, admin.roles)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, admin.role)}</th><th scope="col">{t!(l, admin.role_where)}</th>
                <th scope="col">{t!(l, admin.role_since)}</th><td></td>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(cx: &Cx, held: &HeldRole, may_change: bool, here: &str) -> AnyView {
    let l = cx.locale;
    let name = words::role(l, held.grant.role);
    let place = match (&held.unit, held.grant.unit) {
        (Some(unit), _) => unit.name.clone(),
        (None, None) => t!(l, admin.whole_city),
        (None, Some(_)) => t!(l, admin.unit_gone),
    };
    let lang = held.unit.as_ref().map(|_| "ru");
    let action = may_change.then(|| {
        view! {
            <form method="post" action=here.to_owned()>
                <input type="hidden" name="grant" value=held.grant.id.to_string()/>
                <button class="btn btn-small" name="do" value="revoke">
                    {t!(l, admin.revoke)}<span class="visually-hidden">": "{name.clone()}</span>
                </button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">{name.clone()}</th>
            <td data-label=t!(l, admin.role_where) lang=lang>{place}</td>
            <td data-label=t!(l, admin.role_since)>{format::moment(l, held.grant.granted_at, cx.s().zone())}</td>
            <td>{action}</td>
        </tr>
    }
    .into_any()
}

fn grant(l: Locale, form: &FormState, places: Vec<(String, String)>, here: String) -> AnyView {
    let mut roles = vec![(String::new(), t!(l, admin.choose))];
    let given = Role::ALL.iter().filter(|role| **role != Role::Employee);
    roles.extend(given.map(|role| (role.code().to_owned(), words::role(l, *role))));
    view! {
        <form class="form" method="post" action=here>
            <h3>{t!(l, admin.grant)}</h3>
            <p class="hint">{t!(l, admin.grant_hint)}</p>
            <div class="field-row">
                {select(l, form, "role", t!(l, admin.role), roles)}
                {select(l, form, "unit", t!(l, admin.role_where), places)}
            </div>
            <div class="actions"><button class="btn" name="do" value="grant">{t!(l, admin.grant)}</button></div>
        </form>
    }
    .into_any()
}
