//! Changes records behind the product's back: a test sees that checking an attempt notices and names them.

use domain::id::AttemptId;
use domain::refusal::Fault;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::db::{Conn, Db};
use crate::entity::{answer_event, attempt, attempt_item, grading_run, receipt};
use crate::fault::Doing;

/// Changes what an event says.
///
/// # Errors
/// A fault of the database.
pub async fn change_event(db: &Db, id: AttemptId, ord: i64) -> Result<(), Fault> {
    db.write(move |tx| async move {
        answer_event::Entity::update_many()
            .col_expr(answer_event::Column::Value, Expr::value(r#"["0000000000"]"#))
            .filter(answer_event::Column::AttemptId.eq(id.raw()))
            .filter(answer_event::Column::Ord.eq(ord))
            .exec(&tx.on())
            .await
            .doing("changing an event")?;
        Ok(())
    })
    .await
}

/// Takes the last event away, and makes the attempt look as if it had never been there.
///
/// # Errors
/// A fault of the database, or that there are fewer than two events.
pub async fn shorten(db: &Db, id: AttemptId) -> Result<(), Fault> {
    let events = crate::attempt::journal(db, id).await?;
    let [.., before, last] = events.as_slice() else {
        return Err(Fault::new("shortening a journal", "there are fewer than two events"));
    };
    let (last, ord, hash) = (last.id, before.ord, before.link.to_vec());
    db.write(move |tx| async move {
        answer_event::Entity::delete_by_id(last).exec(&tx.on()).await.doing("taking an event away")?;
        attempt::Entity::update_many()
            .col_expr(attempt::Column::LastOrd, Expr::value(ord))
            .col_expr(attempt::Column::JournalHash, Expr::value(hash))
            .filter(attempt::Column::Id.eq(id.raw()))
            .exec(&tx.on())
            .await
            .doing("shortening a journal")?;
        Ok(())
    })
    .await
}

/// Gives or takes points.
///
/// # Errors
/// A fault of the database.
pub async fn change_points(db: &Db, id: AttemptId, by: i32) -> Result<(), Fault> {
    db.write(move |tx| async move {
        grading_run::Entity::update_many()
            .col_expr(grading_run::Column::Points, Expr::col(grading_run::Column::Points).add(by))
            .filter(grading_run::Column::AttemptId.eq(id.raw()))
            .exec(&tx.on())
            .await
            .doing("changing a score")?;
        Ok(())
    })
    .await
}

/// Lets one question show the item of another.
///
/// # Errors
/// A fault of the database, or that there is no such question.
pub async fn exchange_item(db: &Db, id: AttemptId, position: i32, by: i32) -> Result<(), Fault> {
    db.write(move |tx| async move {
        let other = attempt_item::Entity::find()
            .filter(attempt_item::Column::AttemptId.eq(id.raw()))
            .filter(attempt_item::Column::Position.eq(by))
            .one(&tx.on())
            .await
            .doing("finding a question")?
            .ok_or_else(|| Fault::new("exchanging an item", "there is no such question"))?;
        attempt_item::Entity::update_many()
            .col_expr(attempt_item::Column::ItemId, Expr::value(other.item_id))
            .col_expr(attempt_item::Column::ItemVersionId, Expr::value(other.item_version_id))
            .filter(attempt_item::Column::AttemptId.eq(id.raw()))
            .filter(attempt_item::Column::Position.eq(position))
            .exec(&tx.on())
            .await
            .doing("exchanging an item")?;
        Ok(())
    })
    .await
}

/// Writes another text into a receipt.
///
/// # Errors
/// A fault of the database.
pub async fn change_receipt(db: &Db, id: AttemptId, body: String) -> Result<(), Fault> {
    db.write(move |tx| async move {
        receipt::Entity::update_many()
            .col_expr(receipt::Column::Body, Expr::value(body))
            .filter(receipt::Column::AttemptId.eq(id.raw()))
            .exec(&tx.on())
            .await
            .doing("changing a receipt")?;
        Ok(())
    })
    .await
}
