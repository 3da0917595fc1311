//! The changes that are in force, from memory: every attempt is graded with them.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use domain::id::{AttemptId, ItemVersionId, RegradeId};
use domain::refusal::Fault;
use domain::regrade::Changes;
use domain::time::{Moment, seconds};
use serde::Deserialize;
use store::{Conn, Db};

use crate::Services;
use crate::exam::form::Form;

/// For so long what is known is believed. The worker reads it again every second.
const FRESH_SECONDS: u32 = 10;

/// What is known of the changes that are in force.
pub(crate) struct Known(RwLock<(Moment, Arc<Changes>)>);

impl Known {
    /// Reads what is in force.
    ///
    /// # Errors
    /// A fault of the database.
    pub(crate) async fn load(db: &Db, now: Moment) -> Result<Self, Fault> {
        Ok(Self(RwLock::new((now, Arc::new(store::regrade::approved(db).await?)))))
    }

    fn fresh(&self, now: Moment) -> Option<Arc<Changes>> {
        let known = self.0.read().ok()?;
        (now - known.0 < seconds(FRESH_SECONDS)).then(|| Arc::clone(&known.1))
    }
}

/// The changes that a form is graded with.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn in_force(s: &Services, conn: &impl Conn, form: &Form) -> Result<Arc<Changes>, Fault> {
    if let Some(known) = s.changes.fresh(s.now()) {
        return Ok(known);
    }
    // What a write reads may never be committed, so it is not kept.
    let versions: Vec<ItemVersionId> = form.slots().map(|(slot, _)| slot.version).collect();
    Ok(Arc::new(store::regrade::approved_for(conn, versions).await?))
}

/// Reads again what is in force: another server may have approved something.
///
/// # Errors
/// A fault of the database.
pub async fn reload(s: &Services) -> Result<(), Fault> {
    let now = s.now();
    let changes = Arc::new(store::regrade::approved(&s.db).await?);
    if let Ok(mut known) = s.changes.0.write() {
        *known = (now, changes);
    }
    Ok(())
}

/// Which regrades have changed items of a form: what is kept with its score. No key is.
pub(crate) fn named(form: &Form, changes: &Changes) -> BTreeMap<ItemVersionId, RegradeId> {
    form.slots().filter_map(|(slot, _)| Some((slot.version, changes.get(&slot.version)?.regrade))).collect()
}

#[derive(Deserialize)]
struct Basis {
    #[serde(default)]
    changes: BTreeMap<ItemVersionId, RegradeId>,
}

/// Which regrades had changed items when a score was worked out, as it was kept with the score.
pub(super) fn named_in(computed_from: &str) -> Result<BTreeMap<ItemVersionId, RegradeId>, Fault> {
    serde_json::from_str::<Basis>(computed_from)
        .map(|basis| basis.changes)
        .map_err(|error| Fault::new("reading what a score was worked out from", error))
}

/// The changes that the current score of an attempt was worked out with.
///
/// # Errors
/// A fault of the database.
pub(crate) async fn worked_with(s: &Services, attempt: AttemptId) -> Result<Changes, Fault> {
    let Some(computed_from) = store::regrade::basis(&s.db, attempt).await? else {
        return Ok(Changes::default());
    };
    let regrades = named_in(&computed_from)?;
    if regrades.is_empty() {
        return Ok(Changes::default());
    }
    store::regrade::changes_of(&s.db, regrades.into_values()).await
}

#[cfg(test)]
mod tests {
    use domain::id::Id;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_a_score_was_worked_out_with_comes_back() {
        let (version, regrade) = (Id::new(Uuid::from_u128(1)), Id::new(Uuid::from_u128(2)));
        let named: BTreeMap<ItemVersionId, RegradeId> = BTreeMap::from([(version, regrade)]);
        let kept = serde_json::json!({ "pass_bp": 8000, "changes": named }).to_string();
        assert_eq!(named_in(&kept).unwrap(), named);
        assert!(named_in(r#"{"pass_bp":8000}"#).unwrap().is_empty(), "one from before there were changes");
    }
}
