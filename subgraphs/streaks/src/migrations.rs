//! The schema's history.

mod m0001_create_qualifying_days;
mod m0002_remember_days_that_are_gone;

use sea_orm_migration::prelude::*;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = outbox::migrations();
        migrations.push(Box::new(m0001_create_qualifying_days::Migration));
        migrations.push(Box::new(m0002_remember_days_that_are_gone::Migration));
        migrations
    }
}
