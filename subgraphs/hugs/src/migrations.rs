//! The tables of this subgraph, oldest first.

mod m0001_hug_types;
mod m0002_people;
mod m0003_hugs;
mod m0004_hug_requests;
mod m0005_live;

use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let own: [Box<dyn MigrationTrait>; 5] = [
            Box::new(m0001_hug_types::Migration),
            Box::new(m0002_people::Migration),
            Box::new(m0003_hugs::Migration),
            Box::new(m0004_hug_requests::Migration),
            Box::new(m0005_live::Migration),
        ];
        let platform = [outbox::migrations(), idempotency::migrations(), relationships::migrations()];
        platform.into_iter().flatten().chain(own).collect()
    }
}
