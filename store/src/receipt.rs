//! Receipts of finished attempts.

use domain::id::{AttemptId, Id, SigningKeyId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::receipt;
use crate::fault::Doing;
use crate::query::insert_at_end;

/// A receipt as it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Of which attempt.
    pub attempt: AttemptId,
    /// The text, as it was signed.
    pub body: String,
    /// The signature over its bytes.
    pub signature: Vec<u8>,
    /// With which key.
    pub key: SigningKeyId,
    /// When it was issued.
    pub issued_at: Moment,
}

/// The receipt of an attempt.
///
/// # Errors
/// A fault of the database.
pub async fn of(conn: &impl Conn, attempt: AttemptId) -> Result<Option<Kept>, Fault> {
    let row = receipt::Entity::find()
        .filter(receipt::Column::AttemptId.eq(attempt.raw()))
        .one(&conn.on())
        .await
        .doing("finding a receipt")?;
    Ok(row.map(|row| Kept {
        attempt: Id::new(row.attempt_id),
        body: row.body,
        signature: row.signature,
        key: Id::new(row.signing_key_id),
        issued_at: row.issued_at,
    }))
}

/// Adds the receipt of an attempt, at the end of the write, which fails when the attempt has one already.
pub fn add(tx: &Tx, id: Uuid, new: Kept) {
    let row = receipt::Model {
        id,
        attempt_id: new.attempt.raw(),
        body: new.body,
        signature: new.signature,
        signing_key_id: new.key.raw(),
        issued_at: new.issued_at,
    };
    insert_at_end::<_, receipt::ActiveModel>(tx, "adding a receipt", row);
}
