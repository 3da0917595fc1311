//! The networks that exam sessions of a unit are sat from.

use domain::form::FormState;
use domain::refusal::Refusal;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::exam_session::{NetworkKept, Networks};

use crate::cx::{Asked, Cx, Reply, Typed, read_id, see};
use crate::pages::admin_home::tabs;
use crate::refused::No;
use crate::shell::Head;
use crate::ui::{Field, empty, error_summary, field, icon, notice, select};

const PATH: &str = "/admin/networks";

/// The networks.
pub async fn get(cx: Cx, Asked(asked): Asked) -> Reply {
    let networks = service::exam_session::networks(cx.s(), cx.actor()?).await?;
    Ok(cx.page(head(&cx), || view(&cx, &networks, &FormState::default(), asked.value("done"))))
}

/// Adds a network, or removes one.
pub async fn post(cx: Cx, Typed(form): Typed) -> Reply {
    let (s, actor) = (cx.s(), cx.actor()?);
    if form.value("do") == "remove" {
        service::exam_session::remove_network(s, actor, read_id(form.value("network"))?).await?;
        return Ok(see(&format!("{PATH}?done=removed")));
    }
    match service::exam_session::add_network(s, actor, form).await {
        Ok(()) => Ok(see(&format!("{PATH}?done=added"))),
        Err(Refusal::Form(form)) => {
            let networks = service::exam_session::networks(s, actor).await?;
            Ok(cx.again(head(&cx), || view(&cx, &networks, &form, "")))
        }
        Err(refusal) => Err(No(refusal)),
    }
}

fn head(cx: &Cx) -> Head {
    Head::titled(t!(cx.locale, proctor.networks)).wide().section("/admin")
}

fn view(cx: &Cx, networks: &Networks, form: &FormState, done: &str) -> AnyView {
    let l = cx.locale;
    let done = match done {
        "added" => Some(t!(l, proctor.network_added)),
        "removed" => Some(t!(l, proctor.network_removed)),
        _ => None,
    };
    let list = if networks.kept.is_empty() {
        empty("map", t!(l, proctor.networks_none), t!(l, proctor.networks_none_what), None)
    } else {
        table(l, networks)
    };
    view! {
        <div class="page-head"><div>
            <h1>{t!(l, proctor.networks)}</h1><p class="lede">{t!(l, proctor.networks_lede)}</p>
        </div></div>
        {tabs(cx, PATH)}
        {done.map(|title| notice("is-done", title, String::new()))}
        {error_summary(l, form)}
        {list}
        {add_form(l, networks, form)}
    }
    .into_any()
}

fn table(l: Locale, networks: &Networks) -> AnyView {
    let rows: Vec<_> = networks.kept.iter().map(|(kept, unit)| row(l, kept, unit)).collect();
    view! {
        <div class="table-wrap"><table class="table to-cards">
            <caption class="visually-hidden">{t!(l, proctor.networks)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, proctor.centre)}</th><th scope="col">{t!(l, proctor.network_name)}</th>
                <th scope="col">{t!(l, proctor.network_cidr)}</th><td></td>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(l: Locale, kept: &NetworkKept, unit: &str) -> AnyView {
    let addresses = kept.network.to_string();
    view! {
        <tr>
            <th scope="row" lang="ru">{unit.to_owned()}</th>
            <td data-label=t!(l, proctor.network_name) lang="ru">{kept.name.clone()}</td>
            <td data-label=t!(l, proctor.network_cidr)>{addresses.clone()}</td>
            <td>
                <form method="post" action=PATH>
                    <input type="hidden" name="network" value=kept.id.to_string()/>
                    <button class="btn btn-small" name="do" value="remove">
                        {t!(l, proctor.network_remove)}<span class="visually-hidden">{format!(": {addresses}")}</span>
                    </button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}

fn add_form(l: Locale, networks: &Networks, form: &FormState) -> AnyView {
    let units = networks.units.iter().map(|unit| (unit.id.to_string(), unit.name.clone()));
    let units = std::iter::once((String::new(), t!(l, proctor.choose))).chain(units).collect();
    let name = Field { autocomplete: "off", ..Field::default() };
    let addresses =
        Field { hint: Some(t!(l, proctor.network_cidr_hint)), autocomplete: "off", ..Field::default() };
    view! {
        <section class="section">
            <h2>{t!(l, proctor.network_add)}</h2>
            <form class="form" method="post" action=PATH>
                {select(l, form, "unit", t!(l, proctor.centre), units)}
                {field(l, form, "name", t!(l, proctor.network_name), name)}
                {field(l, form, "cidr", t!(l, proctor.network_cidr), addresses)}
                <div class="actions">
                    <button class="btn btn-primary">{icon("plus")}{t!(l, proctor.network_add)}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}
