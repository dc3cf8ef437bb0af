//! The tables of this subgraph, oldest first.

mod m0001_hug_types;
mod m0002_people;
mod m0003_hugs;
mod m0004_hug_requests;
mod m0005_live;
mod m0006_live_topics;
mod m0007_group_hugs;
mod m0008_consent;
mod m0009_request_ends;
mod m0010_disclosures;
mod m0011_names;
mod m0012_policy_order;
mod m0013_let_in;

use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let own: [Box<dyn MigrationTrait>; 13] = [
            Box::new(m0001_hug_types::Migration),
            Box::new(m0002_people::Migration),
            Box::new(m0003_hugs::Migration),
            Box::new(m0004_hug_requests::Migration),
            Box::new(m0005_live::Migration),
            Box::new(m0006_live_topics::Migration),
            Box::new(m0007_group_hugs::Migration),
            Box::new(m0008_consent::Migration),
            Box::new(m0009_request_ends::Migration),
            Box::new(m0010_disclosures::Migration),
            Box::new(m0011_names::Migration),
            Box::new(m0012_policy_order::Migration),
            Box::new(m0013_let_in::Migration),
        ];
        let platform = [
            outbox::migrations(),
            idempotency::migrations(),
            relationships::migrations(),
            erasure::migrations(),
            exports::migrations(),
        ];
        platform.into_iter().flatten().chain(own).collect()
    }
}
