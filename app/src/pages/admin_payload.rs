//! The payload of a line of the audit log as names and values that people read.

use domain::time::{Day, Moment, Tz};
use i18n::{Locale, t};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::format;
use crate::pages::admin_words as words;

/// The most pairs of a line: a whole blueprint would bury the log.
const MOST: usize = 12;

/// The most characters of a value.
const LONG: usize = 160;

/// What values are read with.
pub(super) struct Reading<'a> {
    /// Words for people.
    pub l: Locale,
    /// The zone that people read times in.
    pub zone: Tz,
    /// The name of a unit.
    pub unit: &'a dyn Fn(Uuid) -> Option<String>,
}

/// A name and a value.
pub(super) type Pair = (String, String);

/// The pairs of a payload, and how many more it has. Ids say nothing to people and are left out.
#[must_use]
pub(super) fn pairs(reading: &Reading<'_>, payload: &str) -> (Vec<Pair>, usize) {
    let mut pairs = Vec::new();
    if let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(payload) {
        gather(reading, &fields, &mut pairs);
    }
    let more = pairs.len().saturating_sub(MOST);
    pairs.truncate(MOST);
    (pairs, more)
}

fn gather(reading: &Reading<'_>, fields: &Map<String, Value>, pairs: &mut Vec<Pair>) {
    let change = fields.get("before").zip(fields.get("after"));
    for (key, value) in fields {
        let text = match value {
            Value::Object(inner) if change.is_none() => {
                gather(reading, inner, pairs);
                None
            }
            _ if change.is_some() && (key == "before" || key == "after") => None,
            // A role without a unit holds everywhere.
            Value::Null => (key == "unit").then(|| t!(reading.l, admin.whole_city)),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                text(reading, key, value)
            }
        };
        pairs.extend(text.map(|text| (words::detail(reading.l, key), text)));
    }
    if let Some((before, after)) = change {
        changes(reading, before, after, pairs);
    }
}

/// What has changed: field by field where there are fields.
fn changes(reading: &Reading<'_>, before: &Value, after: &Value, pairs: &mut Vec<Pair>) {
    let l = reading.l;
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        let (was, now) = (text(reading, "before", before), text(reading, "after", after));
        pairs.extend(was.zip(now).map(|(was, now)| (t!(l, admin.change), from_to(&was, &now))));
        return;
    };
    for (key, now) in after {
        let was = before.get(key);
        if was == Some(now) {
            continue;
        }
        let said = match (was.map(|was| text(reading, key, was)), text(reading, key, now)) {
            (Some(Some(was)), Some(now)) => from_to(&was, &now),
            (None, Some(now)) => now,
            // Ids of which nobody knows the name: that they differ is all there is to say.
            (_, None) | (Some(None), _) => t!(l, admin.changed),
        };
        pairs.push((words::detail(l, key), said));
    }
}

fn from_to(was: &str, now: &str) -> String {
    format!("{was} → {now}")
}

/// A value in words; none for an id.
fn text(reading: &Reading<'_>, key: &str, value: &Value) -> Option<String> {
    let l = reading.l;
    Some(match value {
        Value::Null => t!(l, admin.nothing),
        Value::Bool(true) => t!(l, admin.yes),
        Value::Bool(false) => t!(l, admin.no),
        Value::Number(number) => match number.as_u64().filter(|_| key.ends_with("_bp")) {
            Some(basis_points) => format!("{} %", basis_points / 100),
            None => number.to_string(),
        },
        Value::String(text) => return string(reading, key, text),
        Value::Array(values) => list(l, values),
        Value::Object(fields) => t!(l, admin.entries, count = fields.len()),
    })
}

fn string(reading: &Reading<'_>, key: &str, text: &str) -> Option<String> {
    if let Ok(id) = text.parse::<Uuid>() {
        return (reading.unit)(id);
    }
    let l = reading.l;
    let day = || text.parse::<Day>().ok().map(|day| format::day(l, day));
    let moment = || text.parse::<Moment>().ok().map(|moment| format::moment(l, moment, reading.zone));
    Some(words::value(l, key, text).or_else(day).or_else(moment).unwrap_or_else(|| short(l, text)))
}

/// Short texts stand side by side; anything else is counted.
fn list(l: Locale, values: &[Value]) -> String {
    let texts: Vec<&str> =
        values.iter().filter_map(Value::as_str).filter(|text| text.parse::<Uuid>().is_err()).collect();
    if texts.is_empty() || texts.len() < values.len() {
        t!(l, admin.entries, count = values.len())
    } else {
        short(l, &texts.join(", "))
    }
}

fn short(l: Locale, text: &str) -> String {
    if text.trim().is_empty() {
        return t!(l, admin.nothing);
    }
    let kept: String = text.chars().take(LONG).collect();
    if kept.len() < text.len() { format!("{kept}…") } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: &Value) -> Vec<Pair> {
        let unit = |id: Uuid| (id == Uuid::from_u128(7)).then(|| "Строгино".to_owned());
        let reading = Reading { l: Locale::ru, zone: Tz::Europe__Moscow, unit: &unit };
        pairs(&reading, &payload.to_string()).0
    }

    #[test]
    fn ids_are_left_out_and_units_have_names() {
        let payload =
            serde_json::json!({ "grant": Uuid::from_u128(1), "role": "hr", "unit": Uuid::from_u128(7) });
        let hr = words::role(Locale::ru, domain::access::Role::Hr);
        let (role, unit) = (words::detail(Locale::ru, "role"), words::detail(Locale::ru, "unit"));
        assert_eq!(read(&payload), vec![(role, hr), (unit, "Строгино".to_owned())]);
    }

    #[test]
    fn only_what_has_changed_is_told() {
        let payload = serde_json::json!({
            "before": { "name": "Ким В. С.", "personnel_number": "7" },
            "after": { "from": "2026-11-22", "name": "Ли В. С.", "personnel_number": "7" },
        });
        let from = words::detail(Locale::ru, "from");
        let name = words::detail(Locale::ru, "name");
        let day = format::day(Locale::ru, "2026-11-22".parse().unwrap());
        assert_eq!(read(&payload), vec![(from, day), (name, "Ким В. С. → Ли В. С.".to_owned())]);
    }

    #[test]
    fn a_setting_shows_both_values() {
        let payload = serde_json::json!({ "key": "help_contact", "before": "", "after": "доб. 112" });
        let key = words::setting(Locale::ru, "help_contact").unwrap();
        let change = format!("{} → доб. 112", t!(Locale::ru, admin.nothing));
        assert_eq!(
            read(&payload),
            vec![(words::detail(Locale::ru, "key"), key), (t!(Locale::ru, admin.change), change)]
        );
    }

    #[test]
    fn a_long_payload_is_cut_and_counted() {
        let fields: Map<String, Value> = (0..20).map(|n| (format!("f{n:02}"), Value::from(n))).collect();
        let unit = |_: Uuid| None;
        let reading = Reading { l: Locale::ru, zone: Tz::Europe__Moscow, unit: &unit };
        let (pairs, more) = pairs(&reading, &Value::Object(fields).to_string());
        assert_eq!((pairs.len(), more), (12, 8));
    }
}
