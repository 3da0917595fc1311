//! Receipts of finished attempts.

use domain::id::{AttemptId, Id, SigningKeyId, TestVersionId};
use domain::refusal::Fault;
use domain::time::Moment;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::db::{Conn, Tx};
use crate::entity::{receipt, test, test_version};
use crate::fault::{Doing, number};
use crate::query::{insert, meet};

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

/// Adds the receipt of an attempt.
///
/// # Errors
/// A fault of the database; also when the attempt has one already.
pub async fn add(tx: &Tx, id: Uuid, new: Kept) -> Result<(), Fault> {
    let row = receipt::Model {
        id,
        attempt_id: new.attempt.raw(),
        body: new.body,
        signature: new.signature,
        signing_key_id: new.key.raw(),
        issued_at: new.issued_at,
    };
    insert::<_, receipt::ActiveModel>(tx, "adding a receipt", row).await
}

/// What a version of a test is called: the test's title, and the version's number.
///
/// # Errors
/// A fault of the database.
pub async fn title_of(conn: &impl Conn, version: TestVersionId) -> Result<Option<(String, u32)>, Fault> {
    let row: Option<(String, i32)> = test_version::Entity::find()
        .select_only()
        .column(test::Column::Title)
        .column(test_version::Column::Number)
        .join(
            JoinType::InnerJoin,
            meet(test_version::Entity, test_version::Column::TestId, test::Entity, test::Column::Id),
        )
        .filter(test_version::Column::Id.eq(version.raw()))
        .into_tuple()
        .one(&conn.on())
        .await
        .doing("reading what a test is called")?;
    row.map(|(title, at)| Ok((title, number("test_version", "number", at)?))).transpose()
}
