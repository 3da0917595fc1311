//! The networks that exam sessions of a unit are sat from; a setting of the system.

use domain::access::{Act, Actor, Subject, allow};
use domain::form::FormState;
use domain::id::NetworkId;
use domain::network::Network;
use domain::refusal::Refusal;
use domain::text::line;
pub use store::network::Kept;
use store::organisation::Unit;

use crate::{Services, access, audit, chance};

/// All networks, and the units that one can be added to.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Each with the name of its unit.
    pub kept: Vec<(Kept, String)>,
    /// All units, by name.
    pub units: Vec<Unit>,
}

/// All networks.
///
/// # Errors
/// A refusal when the actor may not change settings.
pub async fn networks(s: &Services, actor: &Actor) -> Result<Networks, Refusal> {
    allow(actor, Act::EditSettings, &Subject::nobody())?;
    let tree = access::tree(s).await?;
    let kept = store::network::list(&s.db, None).await?;
    let named = |kept: Kept| {
        let unit = tree.find(kept.unit).map(|unit| unit.name.clone()).unwrap_or_default();
        (kept, unit)
    };
    Ok(Networks { kept: kept.into_iter().map(named).collect(), units: tree.units().to_vec() })
}

/// Adds a network. Fields: `unit`, `name`, `cidr`.
///
/// # Errors
/// A refusal: not allowed, or fields that are wrong.
pub async fn add(s: &Services, actor: &Actor, mut form: FormState) -> Result<(), Refusal> {
    allow(actor, Act::EditSettings, &Subject::nobody())?;
    let tree = access::tree(s).await?;
    let unit = tree.units().iter().find(|unit| unit.id.to_string() == form.value("unit")).map(|unit| unit.id);
    if unit.is_none() {
        form.problem("unit", "choose_one");
    }
    let name = form.check("name", |text| line(text, 120));
    let network = Network::parse(form.value("cidr"));
    if network.is_none() {
        form.problem("cidr", "not_a_network");
    }
    let (Some(unit), Some(name), Some(network)) = (unit, name, network) else {
        return Err(Refusal::Form(form));
    };
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let new = Kept { id: chance::id(now), unit, name, network };
        if !store::network::add(&tx, &new).await? {
            form.problem("cidr", "network_known");
            return Err(Refusal::Form(form));
        }
        let what = serde_json::json!({ "unit": unit, "name": new.name, "network": network.to_string() });
        let subject = ("network", Some(new.id.raw()));
        audit::record(&services, &tx, Some(&actor), "network.added", subject, what);
        Ok(())
    })
    .await
}

/// Removes a network.
///
/// # Errors
/// A refusal: not allowed, or no such network.
pub async fn remove(s: &Services, actor: &Actor, id: NetworkId) -> Result<(), Refusal> {
    allow(actor, Act::EditSettings, &Subject::nobody())?;
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        if !store::network::remove(&tx, id).await? {
            return Err(Refusal::NotFound);
        }
        let subject = ("network", Some(id.raw()));
        let what = serde_json::json!({});
        audit::record(&services, &tx, Some(&actor), "network.removed", subject, what);
        Ok(())
    })
    .await
}
