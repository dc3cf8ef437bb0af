//! Tidying what platform crates keep in a subgraph's database for a while.

use std::time::Duration;

use clock::SharedClock;
use database::Database;
use futures::FutureExt as _;
use sea_orm::DbErr;
use sea_orm_migration::MigrationTrait;

use crate::{Task, repeat};

const TIDY_EVERY: Duration = Duration::from_hours(1);

/// Forgets idempotency keys whose time is over, in a database that keeps any.
pub(crate) fn tidying(
    db: Database,
    clock: SharedClock,
    migrations: &[Box<dyn MigrationTrait>],
) -> Option<Task> {
    if !idempotency::is_part_of(migrations) {
        return None;
    }
    Some(Box::new(move |stop| {
        let tidying = async move {
            repeat(stop, TIDY_EVERY, || async {
                if let Err(error) = tidy(&db, &clock).await {
                    tracing::warn!(%error, "old idempotency keys could not be forgotten");
                }
            })
            .await;
        };
        tidying.boxed()
    }))
}

async fn tidy(db: &Database, clock: &SharedClock) -> Result<(), DbErr> {
    loop {
        let transaction = db.begin().await?;
        let is_more = idempotency::tidy(&transaction, clock.now()).await?;
        transaction.commit().await?;
        if !is_more {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clock::{Clock as _, ManualClock, SystemClock};
    use database::OpenOptions;
    use sea_orm::{ConnectionTrait as _, Statement};
    use sea_orm_migration::MigratorTrait;
    use tokio_util::sync::CancellationToken;

    use super::*;

    struct Migrator;

    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            idempotency::migrations()
        }
    }

    async fn keys(db: &Database) -> i64 {
        let count = Statement::from_string(db.backend(), "SELECT COUNT(*) FROM idempotency_keys");
        let row = db.reader().query_one_raw(count).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    #[tokio::test]
    async fn a_database_that_keeps_idempotency_keys_forgets_them_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = Database::open(&url, &OpenOptions::default()).await.unwrap();
        db.migrate::<Migrator>().await.unwrap();
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let insert =
            "INSERT INTO idempotency_keys VALUES (x'00000000000000000000000000000001', 'k', 'f', 'null', ";
        let transaction = db.begin().await.unwrap();
        transaction.execute_unprepared(&format!("{insert} '{}')", clock.now().to_rfc3339())).await.unwrap();
        transaction.commit().await.unwrap();

        let shared: SharedClock = clock.clone();
        tidy(&db, &shared).await.unwrap();
        assert_eq!(keys(&db).await, 1);
        clock.advance(idempotency::KEPT_FOR + chrono::TimeDelta::seconds(1));
        let stop = CancellationToken::new();
        let task = tidying(db.clone(), shared.clone(), &Migrator::migrations()).unwrap();
        let task = tokio::spawn(task(stop.clone()));
        while keys(&db).await > 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        task.await.unwrap();
        assert!(tidying(db, shared, &[]).is_none());
    }
}
