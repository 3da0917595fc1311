//! The schema, one concern a file, the same for SQLite and PostgreSQL.
//!
//! A landed migration never changes; a new one is added. Each runs in a transaction of its own.

use sea_orm_migration::prelude::*;

mod m0001_people;
mod m0002_accounts;
mod m0003_rulebook;
mod m0004_programme;
mod m0005_items;
mod m0006_tests;
mod m0007_certification;
mod m0008_badge;
mod m0009_audit;
mod m0010_work;
mod m0011_revisions;
mod m0012_jobs;
mod m0013_receipts;
mod m0014_forms;
mod m0015_regrade;
mod m0016_sessions;
mod m0017_journal;
mod portable;

/// Runs the migrations of this project in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_accounts::Migration),
            Box::new(m0003_rulebook::Migration),
            Box::new(m0004_programme::Migration),
            Box::new(m0005_items::Migration),
            Box::new(m0006_tests::Migration),
            Box::new(m0007_certification::Migration),
            Box::new(m0008_badge::Migration),
            Box::new(m0009_audit::Migration),
            Box::new(m0010_work::Migration),
            Box::new(m0011_revisions::Migration),
            Box::new(m0012_jobs::Migration),
            Box::new(m0013_receipts::Migration),
            Box::new(m0014_forms::Migration),
            Box::new(m0015_regrade::Migration),
            Box::new(m0016_sessions::Migration),
            Box::new(m0017_journal::Migration),
        ]
    }
}
