//! The tables of this subgraph, oldest first.

mod m0001_accounts;
mod m0002_sessions;
mod m0003_signing_keys;
mod m0004_throttles;
mod m0005_roles;
mod m0006_erasures;
mod m0007_account_exports;
mod m0008_find_the_few;

use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let own: [Box<dyn MigrationTrait>; 8] = [
            Box::new(m0001_accounts::Migration),
            Box::new(m0002_sessions::Migration),
            Box::new(m0003_signing_keys::Migration),
            Box::new(m0004_throttles::Migration),
            Box::new(m0005_roles::Migration),
            Box::new(m0006_erasures::Migration),
            Box::new(m0007_account_exports::Migration),
            Box::new(m0008_find_the_few::Migration),
        ];
        let platform = [erasure::migrations(), idempotency::migrations(), exports::migrations()];
        outbox::migrations().into_iter().chain(own).chain(platform.into_iter().flatten()).collect()
    }
}
