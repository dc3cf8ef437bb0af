//! The schema's history.

mod m0001_create_qualifying_days;
mod m0002_remember_days_that_are_gone;
mod m0003_count_a_source_for_several;
mod m0004_create_settings;
mod m0005_create_standings;
mod m0006_create_awards;

use sea_orm_migration::prelude::*;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = outbox::migrations();
        migrations.push(Box::new(m0001_create_qualifying_days::Migration));
        migrations.push(Box::new(m0002_remember_days_that_are_gone::Migration));
        migrations.push(Box::new(m0003_count_a_source_for_several::Migration));
        migrations.extend(idempotency::migrations());
        migrations.extend(relationships::migrations());
        migrations.extend(erasure::migrations());
        migrations.push(Box::new(m0004_create_settings::Migration));
        migrations.push(Box::new(m0005_create_standings::Migration));
        migrations.push(Box::new(m0006_create_awards::Migration));
        migrations
    }
}
