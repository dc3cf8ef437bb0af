//! The schema's history.

mod m0001_create_relationships;
mod m0002_follow_by_consent;
mod m0003_create_posts;
mod m0004_create_reports;
mod m0005_find_the_unsuggested;
mod m0006_hide_one_of_two;
mod m0007_know_what_is_late;

use sea_orm_migration::prelude::*;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut migrations = outbox::migrations();
        migrations.extend(idempotency::migrations());
        migrations.extend(erasure::migrations());
        migrations.extend(throttle::migrations());
        migrations.push(Box::new(m0001_create_relationships::Migration));
        migrations.push(Box::new(m0002_follow_by_consent::Migration));
        migrations.push(Box::new(m0003_create_posts::Migration));
        migrations.push(Box::new(m0004_create_reports::Migration));
        migrations.push(Box::new(m0005_find_the_unsuggested::Migration));
        migrations.push(Box::new(m0006_hide_one_of_two::Migration));
        migrations.extend(exports::migrations());
        migrations.push(Box::new(m0007_know_what_is_late::Migration));
        migrations
    }
}
