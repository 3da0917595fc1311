//! What both engines take alike. One ALTER or CREATE per statement; string names; no entities.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid;

/// Creates a table with a UUID primary key `id`.
pub(crate) async fn table(
    m: &SchemaManager<'_>,
    name: &'static str,
    columns: impl IntoIterator<Item = ColumnDef>,
    references: impl IntoIterator<Item = ForeignKeyCreateStatement>,
) -> Result<(), DbErr> {
    let mut statement = Table::create();
    statement.table(name).col(uuid("id").primary_key());
    for column in columns {
        statement.col(column);
    }
    for mut reference in references {
        statement.foreign_key(&mut reference);
    }
    m.create_table(statement).await
}

/// A foreign key to `id` of another table. Nothing is ever deleted through it.
pub(crate) fn reference(
    table: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    let mut key = ForeignKey::create();
    key.name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Restrict);
    key
}

/// An ordinary index.
pub(crate) async fn index(
    m: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    m.create_index(statement("ix", table, columns)).await
}

/// A unique index.
pub(crate) async fn unique(
    m: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    m.create_index(statement("uq", table, columns).unique().to_owned()).await
}

/// A unique index over the rows that meet a condition.
pub(crate) async fn unique_where(
    m: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
    condition: SimpleExpr,
) -> Result<(), DbErr> {
    let index = statement("uqw", table, columns).unique().and_where(condition).to_owned();
    m.create_index(index).await
}

fn statement(kind: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{kind}_{table}_{}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
