//! Keys that sign, one in use a purpose.

use domain::id::{Id, SigningKeyId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::db::{Conn, Tx};
use crate::entity::signing_key;
use crate::fault::{Doing, coded, corrupt};

/// What a key signs. A key of one purpose proves nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Receipts of finished attempts.
    Receipt,
    /// Badges.
    Badge,
    /// Checkpoints of the audit chain.
    Checkpoint,
}

impl Purpose {
    /// The stable code in storage.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Badge => "badge",
            Self::Checkpoint => "checkpoint",
        }
    }

    fn of(code: &str) -> Option<Self> {
        match code {
            "receipt" => Some(Self::Receipt),
            "badge" => Some(Self::Badge),
            "checkpoint" => Some(Self::Checkpoint),
            _ => None,
        }
    }
}

/// A key as it is kept: nobody signs with it who doesn't hold the secret key of the server.
#[derive(Clone, Debug)]
pub struct Wrapped {
    /// Its id.
    pub id: SigningKeyId,
    /// What it signs.
    pub purpose: Purpose,
    /// The public half.
    pub public: [u8; 32],
    /// The secret half, wrapped.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Moment,
}

fn read(row: signing_key::Model) -> Result<Wrapped, Fault> {
    let public = row.public.try_into();
    Ok(Wrapped {
        id: Id::new(row.id),
        purpose: coded("signing_key", "purpose", &row.purpose, Purpose::of)?,
        public: public.map_err(|public: Vec<u8>| corrupt("signing_key", "public", &public.len()))?,
        wrapped: row.wrapped,
        created_at: row.created_at,
    })
}

/// The key that signs for a purpose now.
///
/// # Errors
/// A fault of the database.
pub async fn current(conn: &impl Conn, purpose: Purpose) -> Result<Option<Wrapped>, Fault> {
    signing_key::Entity::find()
        .filter(signing_key::Column::Purpose.eq(purpose.code()))
        .filter(signing_key::Column::RetiredAt.is_null())
        .one(&conn.on())
        .await
        .doing("finding the key of a purpose")?
        .map(read)
        .transpose()
}

/// A key by its id, in use or retired.
///
/// # Errors
/// A fault of the database.
pub async fn find(conn: &impl Conn, id: SigningKeyId) -> Result<Option<Wrapped>, Fault> {
    signing_key::Entity::find_by_id(id.raw())
        .one(&conn.on())
        .await
        .doing("finding a signing key")?
        .map(read)
        .transpose()
}

/// Adds a key, unless its purpose has one in use: somebody was faster, and theirs stays.
///
/// # Errors
/// A fault of the database.
pub async fn add(tx: &Tx, new: Wrapped) -> Result<(), Fault> {
    let row = signing_key::Model {
        id: new.id.raw(),
        purpose: new.purpose.code().to_owned(),
        public: new.public.to_vec(),
        wrapped: new.wrapped,
        created_at: new.created_at,
        retired_at: None,
    };
    signing_key::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&tx.on())
        .await
        .doing("adding a signing key")?;
    Ok(())
}
