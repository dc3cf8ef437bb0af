//! The tables of this subgraph, oldest first.

mod m0001_usernames;
mod m0002_profiles;
mod m0003_settings;
mod m0004_presence;

use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let own: [Box<dyn MigrationTrait>; 4] = [
            Box::new(m0001_usernames::Migration),
            Box::new(m0002_profiles::Migration),
            Box::new(m0003_settings::Migration),
            Box::new(m0004_presence::Migration),
        ];
        [outbox::migrations(), relationships::migrations()].into_iter().flatten().chain(own).collect()
    }
}
