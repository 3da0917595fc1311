//! Settings: read often, changed seldom, every change a version.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{Act, Actor, Subject, allow};
use domain::refusal::{Fault, Refusal};
use domain::settings::{ALL, Setting, find};
use domain::time::{Moment, Tz};
use store::{Db, setting};

use crate::{Services, audit, chance};

/// The settings in force, parsed.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The organisation's name, as certificates and the public page show it.
    pub organisation: String,
    /// The zone that people read times in.
    pub zone: Tz,
    /// Whom to ask for help; may be empty.
    pub help_contact: String,
    /// A web session ends after so much quiet.
    pub session_idle_minutes: u32,
    /// A web session ends after so long, whatever happens.
    pub session_absolute_hours: u32,
    /// A one-time code is valid for so long.
    pub code_valid_hours: u32,
    values: BTreeMap<String, String>,
}

impl Settings {
    /// A setting's value as text.
    #[must_use]
    pub fn value(&self, setting: &Setting) -> &str {
        self.values.get(setting.key).map_or(setting.default, String::as_str)
    }
}

pub(crate) async fn load(db: &Db) -> Result<Settings, Fault> {
    let values: BTreeMap<String, String> =
        setting::all(db).await?.into_iter().map(|(key, current)| (key, current.value)).collect();
    let text = |key: &str| -> String {
        values
            .get(key)
            .cloned()
            .or_else(|| find(key).map(|setting| setting.default.to_owned()))
            .unwrap_or_default()
    };
    let number = |key: &str| -> Result<u32, Fault> {
        text(key).parse().map_err(|error| Fault::new("reading a setting", error))
    };
    Ok(Settings {
        organisation: text("organisation_name"),
        zone: text("time_zone")
            .parse()
            .map_err(|_| Fault::new("reading a setting", "time_zone is not a zone"))?,
        help_contact: text("help_contact"),
        session_idle_minutes: number("session_idle_minutes")?,
        session_absolute_hours: number("session_absolute_hours")?,
        code_valid_hours: number("code_valid_hours")?,
        values,
    })
}

/// A setting with who changed it last.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The setting.
    pub setting: &'static Setting,
    /// Its value.
    pub value: String,
    /// Who changed it last, and when.
    pub changed: Option<(String, Moment)>,
}

/// All settings.
///
/// # Errors
/// A refusal when the actor may not change settings.
pub async fn list(s: &Services, actor: &Actor) -> Result<Vec<Shown>, Refusal> {
    allow(actor, Act::EditSettings, &Subject::nobody())?;
    let current = setting::all(&s.db).await?;
    let people = current.values().filter_map(|c| c.set_by).map(domain::id::Id::raw);
    let names = store::people::names(&s.db, people.collect::<Vec<_>>()).await?;
    Ok(ALL
        .iter()
        .map(|setting| {
            let known = current.get(setting.key);
            let by = known.and_then(|c| c.set_by).and_then(|id| names.get(&id.raw()));
            Shown {
                setting,
                value: known.map_or(setting.default, |c| c.value.as_str()).to_owned(),
                changed: known.zip(by).map(|(c, name)| (name.full(), c.set_at)),
            }
        })
        .collect())
}

/// Changes a setting.
///
/// # Errors
/// A refusal: not allowed, unknown, a value that does not fit, or changed by somebody else meanwhile.
pub async fn change(s: &Services, actor: &Actor, key: &str, typed: &str) -> Result<(), Refusal> {
    allow(actor, Act::EditSettings, &Subject::nobody())?;
    let setting = find(key).ok_or(Refusal::NotFound)?;
    let value = setting.parse(typed).map_err(|code| {
        let mut form = domain::form::FormState::default().with(key, typed);
        form.problem(key, code);
        Refusal::Form(form)
    })?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let current = setting::all(&tx).await?.remove(setting.key);
        let version = current.as_ref().map_or(0, |c| c.version) + 1;
        let before = current.map_or_else(|| setting.default.to_owned(), |c| c.value);
        setting::set(&tx, chance::uuid(now), setting.key, &value, version, actor.person, now).await?;
        let change = serde_json::json!({ "key": setting.key, "before": before, "after": value });
        audit::record(&services, &tx, Some(&actor), "setting.changed", ("setting", None), change);
        Ok::<_, Refusal>(())
    })
    .await?;
    reload(s).await
}

/// Reads the settings again, as another server may have changed them.
///
/// # Errors
/// A fault of the database.
pub async fn reload(s: &Services) -> Result<(), Refusal> {
    let fresh = Arc::new(load(&s.db).await?);
    if let Ok(mut settings) = s.settings.write() {
        *settings = fresh;
    }
    Ok(())
}
