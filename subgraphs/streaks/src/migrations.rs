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
        migrations.extend(exports::migrations());
        migrations
    }
}

#[cfg(test)]
mod tests {
    use sea_orm_migration::{prelude::*, sea_orm::prelude::Uuid};
    use testkit::TestDatabase;

    use super::Migrator;

    #[tokio::test]
    async fn days_that_are_known_stay_when_their_key_changes() {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        let before = db.begin().await.unwrap();
        let first_two = (outbox::migrations().len() + 2).try_into().unwrap();
        Migrator::up(&before, Some(first_two)).await.unwrap();
        let (source, user) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let at = "2026-03-01T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let date = at.date_naive();
        let mut insert = Query::insert();
        insert.into_table("qualifying_days").columns([
            "kind",
            "source_id",
            "user_id",
            "local_date",
            "timezone",
            "day_start_hour",
            "told_at",
            "seq",
            "gone",
        ]);
        let (kind, zone, hour, seq) = ("MOOD_LOGGING", "UTC", 4_i16, 7_i64);
        insert.values_panic([
            kind.into(),
            source.into(),
            user.into(),
            date.into(),
            zone.into(),
            hour.into(),
            at.into(),
            seq.into(),
            true.into(),
        ]);
        before.execute(&insert).await.unwrap();
        before.commit().await.unwrap();

        db.migrate::<Migrator>().await.unwrap();
        let rows = Query::select().columns(["user_id", "seq", "gone"]).from("qualifying_days").to_owned();
        let rows = db.reader().query_all(&rows).await.unwrap();
        let [row] = rows.as_slice() else { panic!("{} rows", rows.len()) };
        let found: (Uuid, i64, bool) = (
            row.try_get("", "user_id").unwrap(),
            row.try_get("", "seq").unwrap(),
            row.try_get("", "gone").unwrap(),
        );
        assert_eq!(found, (user, 7, true));
        db.close().await.unwrap();
        database.remove().await;
    }
}
