//! Small pieces that the queries of every noun share.

use domain::refusal::Fault;
use sea_orm::sea_query::{IntoColumnRef, LikeExpr, SimpleExpr};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryTrait, RelationDef};

use crate::db::{Conn, Tx};
use crate::fault::Doing;

/// Adds a row.
pub(crate) async fn insert<M, A>(conn: &impl Conn, doing: &'static str, row: M) -> Result<(), Fault>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    <A::Entity as EntityTrait>::insert(row.into_active_model())
        .exec_without_returning(&conn.on())
        .await
        .doing(doing)?;
    Ok(())
}

/// Adds a row at the end of the write: nothing else in it may ask for the row.
pub(crate) fn insert_at_end<M, A>(tx: &Tx, doing: &'static str, row: M)
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + Send,
{
    insert_all_at_end(tx, doing, vec![row]);
}

/// Adds some rows at the end of the write.
pub(crate) fn insert_all_at_end<M, A>(tx: &Tx, doing: &'static str, rows: Vec<M>)
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + Send,
{
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    let statement = <A::Entity as EntityTrait>::insert_many::<A, _>(rows).into_query();
    tx.at_end(doing, tx.0.get_database_backend().build(&statement));
}

/// Adds many rows, in pieces that both engines take.
pub(crate) async fn insert_all<M, A>(conn: &impl Conn, doing: &'static str, rows: Vec<M>) -> Result<(), Fault>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        let piece: Vec<A> = rows.by_ref().take(200).collect();
        <A::Entity as EntityTrait>::insert_many(piece)
            .exec_without_returning(&conn.on())
            .await
            .doing(doing)?;
    }
    Ok(())
}

/// How two tables meet: `from.column = to.id`, or any other pair of columns.
pub(crate) fn meet<F, T>(_: F, column: F::Column, to: T, other: T::Column) -> RelationDef
where
    F: EntityTrait,
    T: EntityTrait,
{
    F::belongs_to(to).from(column).to(other).into()
}

/// `column LIKE '%text%'`, with the wildcards of the text taken literally.
pub(crate) fn contains<C: IntoColumnRef>(column: C, text: &str) -> SimpleExpr {
    use sea_orm::sea_query::{Expr, ExprTrait};
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::col(column).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}
