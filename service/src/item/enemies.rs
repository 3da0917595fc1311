//! Items that never meet an item in one form, as its form names them: by their codes, one a line.
//!
//! A pair belongs to both items, and either form may change it. So a form says what it showed too, and only
//! what differs from that is written: what somebody else has changed from the other side stays.

use std::collections::{BTreeMap, BTreeSet};

use domain::form::FormState;
use domain::id::{ItemId, PersonId};
use domain::item::Pool;
use domain::refusal::Fault;
use domain::time::Moment;
use store::{Conn, Tx};

use crate::chance;

/// The most items that one form parts from its own.
const MOST: usize = 20;
/// As many codes as are read of a field.
const MOST_READ: usize = 200;

/// What a form changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    /// These never meet it from now on.
    part: BTreeMap<String, ItemId>,
    /// These may meet it again.
    meet: BTreeMap<String, ItemId>,
}

impl Change {
    /// What the audit log says of it.
    pub(super) fn told(&self) -> serde_json::Value {
        let codes = |of: &BTreeMap<String, ItemId>| of.keys().cloned().collect::<Vec<_>>();
        serde_json::json!({ "never_with": codes(&self.part), "again_with": codes(&self.meet) })
    }
}

/// The form with the enemies that an item has.
#[must_use]
pub fn with_enemies(form: FormState, enemies: &[(ItemId, String)]) -> FormState {
    let codes: Vec<&str> = enemies.iter().map(|(_, code)| code.as_str()).collect();
    let lines = codes.join("\n");
    form.with("enemies", lines.clone()).with("enemies_were", lines)
}

/// The codes of a field, however they are parted.
fn codes(typed: &str) -> BTreeSet<String> {
    let codes = typed.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    codes.filter(|code| !code.is_empty()).take(MOST_READ).map(str::to_uppercase).collect()
}

/// Reads what a form changes; problems are noted beside the field. `own` is the item itself.
pub(super) async fn read(
    conn: &impl Conn,
    form: &mut FormState,
    pool: Pool,
    own: Option<ItemId>,
) -> Result<Change, Fault> {
    // A page that was opened before the field was there does not send it.
    if !form.has("enemies") {
        return Ok(Change::default());
    }
    let (typed, were) = (codes(form.value("enemies")), codes(form.value("enemies_were")));
    let differing: Vec<String> = typed.symmetric_difference(&were).cloned().collect();
    let known = store::item::by_codes(conn, pool, &differing).await?;
    let mut change = Change::default();
    for code in differing {
        let found = known.get(&code).copied().filter(|id| Some(*id) != own);
        match (found, typed.contains(&code)) {
            (Some(id), true) => {
                change.part.insert(code, id);
            }
            (Some(id), false) => {
                change.meet.insert(code, id);
            }
            (None, true) => form.problem("enemies", "unknown_item"),
            (None, false) => {}
        }
    }
    if change.part.len() > MOST {
        form.problem("enemies", "too_many_enemies");
    }
    Ok(change)
}

/// Writes what a form changes.
pub(super) async fn apply(
    tx: &Tx,
    item: ItemId,
    change: &Change,
    by: PersonId,
    now: Moment,
) -> Result<(), Fault> {
    for other in change.part.values() {
        store::item::part(tx, chance::uuid(now), (item, *other), by, now).await?;
    }
    for other in change.meet.values() {
        store::item::let_meet(tx, (item, *other), by, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_however_they_are_parted() {
        let found = codes("r1-e-01\r\n R1-E-02, r1-e-02;;\n\n");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["R1-E-01", "R1-E-02"]);
    }

    #[test]
    fn a_form_says_what_it_showed() {
        let enemies = [(domain::id::Id::new(uuid::Uuid::nil()), "R1-E-02".to_owned())];
        let form = with_enemies(FormState::default(), &enemies);
        assert_eq!((form.value("enemies"), form.value("enemies_were")), ("R1-E-02", "R1-E-02"));
    }
}
