//! The tables of this subgraph, oldest first.

mod m0001_usernames;
mod m0002_profiles;
mod m0003_settings;
mod m0004_presence;
mod m0005_more_settings;
mod m0006_told_presence;
mod m0007_avatars;
mod m0008_badges;
mod m0009_mood_visibility;
mod m0010_find_names_by_owner;
mod m0011_find_free_names;

use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let own: [Box<dyn MigrationTrait>; 11] = [
            Box::new(m0001_usernames::Migration),
            Box::new(m0002_profiles::Migration),
            Box::new(m0003_settings::Migration),
            Box::new(m0004_presence::Migration),
            Box::new(m0005_more_settings::Migration),
            Box::new(m0006_told_presence::Migration),
            Box::new(m0007_avatars::Migration),
            Box::new(m0008_badges::Migration),
            Box::new(m0009_mood_visibility::Migration),
            Box::new(m0010_find_names_by_owner::Migration),
            Box::new(m0011_find_free_names::Migration),
        ];
        let shared =
            [outbox::migrations(), relationships::migrations(), erasure::migrations(), exports::migrations()];
        shared.into_iter().flatten().chain(own).collect()
    }
}
