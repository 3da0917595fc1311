//! Networks of units.

use domain::id::{Id, NetworkId, UnitId};
use domain::network::Network;
use domain::refusal::Fault;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{Conn, Tx};
use crate::entity::network;
use crate::fault::{Doing, corrupt};

/// The most networks that a list shows.
const MOST: u64 = 500;

/// A network that a unit's exam sessions are sat from.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id.
    pub id: NetworkId,
    /// Whose.
    pub unit: UnitId,
    /// What people call it.
    pub name: String,
    /// Its addresses.
    pub network: Network,
}

fn read(row: network::Model) -> Result<Kept, Fault> {
    let network = Network::parse(&row.cidr).ok_or_else(|| corrupt("network", "cidr", &row.cidr))?;
    Ok(Kept { id: Id::new(row.id), unit: Id::new(row.unit_id), name: row.name, network })
}

/// The networks of some units; of all units when none is named.
///
/// # Errors
/// A fault of the database.
pub async fn list(conn: &impl Conn, unit: Option<UnitId>) -> Result<Vec<Kept>, Fault> {
    let mut query = network::Entity::find();
    if let Some(unit) = unit {
        query = query.filter(network::Column::UnitId.eq(unit.raw()));
    }
    query
        .order_by_asc(network::Column::UnitId)
        .order_by_asc(network::Column::Id)
        .limit(MOST)
        .all(&conn.on())
        .await
        .doing("reading networks")?
        .into_iter()
        .map(read)
        .collect()
}

/// Adds a network; false when the unit has it already.
///
/// # Errors
/// A fault of the database.
pub async fn add(tx: &Tx, new: &Kept) -> Result<bool, Fault> {
    let row = network::Model {
        id: new.id.raw(),
        unit_id: new.unit.raw(),
        name: new.name.clone(),
        cidr: new.network.to_string(),
    };
    let added = network::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("adding a network")?;
    Ok(added > 0)
}

/// Removes a network; false when it is not there.
///
/// # Errors
/// A fault of the database.
pub async fn remove(tx: &Tx, id: NetworkId) -> Result<bool, Fault> {
    let done = network::Entity::delete_by_id(id.raw()).exec(&tx.on()).await.doing("removing a network")?;
    Ok(done.rows_affected > 0)
}
