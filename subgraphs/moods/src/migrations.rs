//! The schema's history.

mod m0001_create_mood_entries;
mod m0002_create_settings;
mod m0003_describe_mood_entries;
mod m0004_create_tags;
mod m0005_seal_notes;
mod m0007_create_insights;
mod m0008_create_recommendations;
mod m0009_default_visibility;
mod m0010_find_notes_by_key;

use sea_orm_migration::prelude::*;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = outbox::migrations();
        migrations.extend(idempotency::migrations());
        migrations.extend(relationships::migrations());
        migrations.extend(erasure::migrations());
        migrations.push(Box::new(m0001_create_mood_entries::Migration));
        migrations.push(Box::new(m0002_create_settings::Migration));
        migrations.push(Box::new(m0003_describe_mood_entries::Migration));
        migrations.push(Box::new(m0004_create_tags::Migration));
        migrations.push(Box::new(m0005_seal_notes::Migration));
        migrations.push(Box::new(m0007_create_insights::Migration));
        migrations.push(Box::new(m0008_create_recommendations::Migration));
        migrations.push(Box::new(m0009_default_visibility::Migration));
        migrations.push(Box::new(m0010_find_notes_by_key::Migration));
        migrations.extend(exports::migrations());
        migrations
    }
}
