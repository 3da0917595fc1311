//! What the pages of HR share: their tabs, and lists that are narrowed by their address.

use domain::access::Act;
use domain::certification::Standing;
use domain::form::FormState;
use domain::id::{Id, UnitId};
use domain::time::Day;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::people::{Places, Position, Unit};

use crate::cx::Cx;
use crate::format;
use crate::ui::{Field, field, icon, select};

/// The lists of HR; only those that the actor may open.
pub(super) fn tabs(cx: &Cx, here: &'static str) -> AnyView {
    let l = cx.locale;
    let entries = [
        (Act::ReadPeople, "/hr", t!(l, people.title)),
        (Act::Decide, "/hr/ready", t!(l, people.ready_title)),
        (Act::Decide, "/hr/doubts", t!(l, regrade.doubts)),
        (Act::ReadResults, "/hr/certified", t!(l, people.certified_title)),
        (Act::ReadResults, "/hr/counts", t!(l, people.counts_title)),
        // The chair of a commission has no other way to what waits for a second person.
        (Act::ReadRegrades, "/trainer/regrades", t!(l, regrade.title)),
    ];
    super::tabs::tabs(cx, t!(l, people.tabs), here, entries)
}

/// What a list was asked for: the fields that it knows, and where to continue.
pub(super) struct Asking {
    path: String,
    pairs: Vec<(&'static str, String)>,
    /// Continue after this mark.
    pub after: Option<String>,
}

impl Asking {
    /// Reads the fields of a list; empty ones were not asked for.
    pub(super) fn of(path: impl Into<String>, asked: &FormState, fields: &[&'static str]) -> Self {
        let typed = |field: &str| Some(asked.value(field).trim().to_owned()).filter(|text| !text.is_empty());
        let pairs = fields.iter().filter_map(|field| Some((*field, typed(field)?))).collect();
        Self { path: path.into(), pairs, after: typed("after") }
    }

    /// What was asked for in a field; empty when nothing was.
    pub(super) fn value(&self, field: &str) -> &str {
        self.pairs.iter().find(|(known, _)| *known == field).map_or("", |(_, value)| value.as_str())
    }

    /// The id in a field.
    pub(super) fn id<K>(&self, field: &str) -> Option<Id<K>> {
        self.value(field).parse().ok()
    }

    /// Whether the whole list was asked for.
    pub(super) fn is_plain(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The list from its beginning, with another value of a field; none takes the field off.
    pub(super) fn with(&self, field: &str, value: Option<&str>) -> String {
        let kept = self.pairs.iter().filter(|(known, _)| *known != field);
        let pairs: Vec<(&str, &str)> = kept
            .map(|(known, value)| (*known, value.as_str()))
            .chain(value.map(|value| (field, value)))
            .collect();
        address(&self.path, &pairs)
    }

    /// The same question to another address.
    pub(super) fn at(&self, path: &str) -> String {
        let pairs: Vec<(&str, &str)> =
            self.pairs.iter().map(|(known, value)| (*known, value.as_str())).collect();
        address(path, &pairs)
    }

    /// The page of the list that was asked for, with what has happened on it.
    pub(super) fn told(&self, news: &[(&str, &str)]) -> String {
        let asked = self.pairs.iter().map(|(known, value)| (*known, value.as_str()));
        let after = self.after.as_deref().map(|mark| ("after", mark));
        let pairs: Vec<(&str, &str)> = asked.chain(after).chain(news.iter().copied()).collect();
        address(&self.path, &pairs)
    }

    /// The question as hidden fields, for a form that leads back to this page of the list.
    pub(super) fn hidden(&self) -> Vec<AnyView> {
        let asked = self.pairs.iter().map(|(known, value)| (*known, value.as_str()));
        asked
            .chain(self.after.as_deref().map(|mark| ("after", mark)))
            .map(|(name, value)| {
                view! { <input type="hidden" name=name.to_owned() value=value.to_owned()/> }.into_any()
            })
            .collect()
    }

    /// The fields of a form, filled in.
    pub(super) fn form(&self) -> FormState {
        self.pairs.iter().fold(FormState::default(), |form, (field, value)| form.with(field, value.as_str()))
    }
}

fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The form that narrows a list: search first, states beside it, what is chosen as chips, the rest folded.
pub(super) fn filters(
    l: Locale,
    asking: &Asking,
    states: Option<AnyView>,
    chosen: Vec<(&'static str, String)>,
    fields: Vec<AnyView>,
) -> AnyView {
    let form = asking.form();
    let search = Field { kind: "search", autocomplete: "off", ..Field::default() };
    let state = Some(asking.value("state").to_owned()).filter(|state| !state.is_empty());
    let state = state.map(|state| view! { <input type="hidden" name="state" value=state/> });
    let more = (!fields.is_empty()).then(|| {
        view! {
            <details>
                <summary>{icon("settings")}{t!(l, people.filter_more)}</summary>
                <div class="filter-fields">{fields}<button class="btn">{t!(l, people.filter_show)}</button></div>
            </details>
        }
    });
    view! {
        <form class="filters" method="get" action=asking.path.clone()>
            <div class="search">
                {field(l, &form, "q", t!(l, people.search), search)}
                <button class="btn btn-primary">{icon("search")}{t!(l, people.find)}</button>
            </div>
            {state}
            {states}
            {chips(l, asking, chosen)}
            {more}
        </form>
    }
    .into_any()
}

/// What the list is narrowed to, each with a way to take it off.
fn chips(l: Locale, asking: &Asking, chosen: Vec<(&'static str, String)>) -> Option<AnyView> {
    if chosen.is_empty() {
        return None;
    }
    let chips: Vec<_> = chosen
        .into_iter()
        .map(|(field, word)| {
            view! {
                <a class="chip" href=asking.with(field, None)>
                    {word}{icon("close")}<span class="visually-hidden">{t!(l, people.filter_off)}</span>
                </a>
            }
        })
        .collect();
    Some(
        view! {
            <div class="chips">
                <span class="small muted">{t!(l, people.filter_shown)}</span>
                {chips}
                <a class="small" href=asking.path.clone()>{t!(l, people.filter_reset)}</a>
            </div>
        }
        .into_any(),
    )
}

/// What was asked for in words and places.
pub(super) fn chosen(l: Locale, asking: &Asking, places: &Places) -> Vec<(&'static str, String)> {
    let mut chosen = Vec::new();
    let words = asking.value("q");
    if !words.is_empty() {
        chosen.push(("q", t!(l, people.chip_search, words = words)));
    }
    if let Some(okrug) = find(&places.okrugs, asking.id("okrug")) {
        chosen.push(("okrug", t!(l, people.chip_okrug, name = okrug.short.clone())));
    }
    if let Some(centre) = find(&places.centres, asking.id("centre")) {
        chosen.push(("centre", t!(l, people.chip_centre, name = centre.name.clone())));
    }
    chosen
}

fn find(units: &[Unit], id: Option<UnitId>) -> Option<&Unit> {
    units.iter().find(|unit| Some(unit.id) == id)
}

/// The form that narrows a list of people: words, places, positions.
pub(super) fn narrow(l: Locale, asking: &Asking, places: &Places, positions: &[Position]) -> AnyView {
    let form = asking.form();
    let position = positions.iter().find(|position| Some(position.id) == asking.id("position"));
    let mut chosen = chosen(l, asking, places);
    chosen.extend(
        position.map(|position| ("position", t!(l, people.chip_position, name = position.title.clone()))),
    );
    let positions = positions.iter().map(|position| (position.id.to_string(), position.title.clone()));
    let positions = std::iter::once((String::new(), t!(l, people.position_any))).chain(positions).collect();
    let mut fields = place_selects(l, &form, places);
    fields.push(select(l, &form, "position", t!(l, people.position), positions));
    filters(l, asking, None, chosen, fields)
}

/// Selects of okrugs and centres, where there is something to choose from.
pub(super) fn place_selects(l: Locale, form: &FormState, places: &Places) -> Vec<AnyView> {
    let mut selects = Vec::new();
    if places.okrugs.len() > 1 {
        let okrugs = options(t!(l, people.okrug_any), &places.okrugs);
        selects.push(select(l, form, "okrug", t!(l, people.okrug), okrugs));
    }
    if places.centres.len() > 1 {
        let centres = options(t!(l, people.centre_any), &places.centres);
        selects.push(select(l, form, "centre", t!(l, people.centre), centres));
    }
    selects
}

/// Units to choose from, after a word for none of them.
pub(super) fn options(none: String, units: &[Unit]) -> Vec<(String, String)> {
    let units = units.iter().map(|unit| (unit.id.to_string(), unit.name.clone()));
    std::iter::once((String::new(), none)).chain(units).collect()
}

/// Until when; none where no date says anything.
pub(super) fn until(l: Locale, standing: Standing, until: Option<Day>) -> Option<String> {
    let shown = match standing {
        Standing::NotYet | Standing::Certified | Standing::Expiring | Standing::Lapsed => until,
        Standing::Never | Standing::Suspended | Standing::Revoked => None,
    };
    shown.map(|day| format::day(l, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking() -> Asking {
        let asked = [("q", " Ким & Ко "), ("okrug", "7"), ("centre", ""), ("evil", "1"), ("after", "x~y")];
        let asked = asked.map(|(field, value)| (field.to_owned(), value.to_owned()));
        Asking::of("/hr", &FormState::of(asked.into()), &["q", "okrug", "centre"])
    }

    #[test]
    fn an_address_keeps_what_was_asked_for_and_nothing_else() {
        let asking = asking();
        assert_eq!(asking.after.as_deref(), Some("x~y"));
        assert_eq!(asking.at("/x"), "/x?q=%D0%9A%D0%B8%D0%BC+%26+%D0%9A%D0%BE&okrug=7");
        assert_eq!(asking.with("q", None), "/hr?okrug=7");
        assert_eq!(asking.with("okrug", Some("8")), "/hr?q=%D0%9A%D0%B8%D0%BC+%26+%D0%9A%D0%BE&okrug=8");
    }

    #[test]
    fn what_has_happened_is_told_on_the_same_page_of_the_list() {
        let told = asking().told(&[("added", "2")]);
        assert_eq!(told, "/hr?q=%D0%9A%D0%B8%D0%BC+%26+%D0%9A%D0%BE&okrug=7&after=x%7Ey&added=2");
    }

    #[test]
    fn a_list_without_questions_has_a_plain_address() {
        let asking = Asking::of("/hr", &FormState::default(), &["q"]);
        assert!(asking.is_plain());
        assert_eq!(asking.with("q", None), "/hr");
    }
}
