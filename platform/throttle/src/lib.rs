#![doc = include_str!("../README.md")]

mod migration;
mod store;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use sha2::{Digest as _, Sha256};

pub use crate::migration::migrations;

/// How much is let through.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// What the throttle is for; keys of different throttles never meet.
    pub name: &'static str,
    /// As many as come at once.
    pub burst: i32,
    /// After that, one in this time.
    pub one_in: TimeDelta,
}

/// It was tried too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that was too often; try again in {}", in_words(*.wait))]
pub struct TooMany {
    /// After this it works, unless others come first.
    pub wait: TimeDelta,
}

/// Counts one attempt for `key`: `Ok(Err(TooMany))` when it is one too many, which doesn't count.
pub async fn attempt(
    connection: &impl ConnectionTrait,
    policy: Policy,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Result<(), TooMany>, DbErr> {
    let key = stored(policy, key);
    let now = now.timestamp_millis();
    let step = policy.one_in.num_milliseconds();
    let latest = now + step * i64::from(policy.burst);
    if store::pour(connection, &key, now, step, latest).await? {
        return Ok(Ok(()));
    }
    let empty_at = store::empty_at(connection, &key).await?.unwrap_or(now);
    Ok(Err(TooMany { wait: TimeDelta::milliseconds((empty_at + step - latest).max(1)) }))
}

/// Forgets all attempts for `key`.
pub async fn forgive(connection: &impl ConnectionTrait, policy: Policy, key: &str) -> Result<(), DbErr> {
    store::remove(connection, &stored(policy, key)).await
}

/// Removes what no longer holds anybody up.
pub async fn tidy(connection: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    store::remove_empty(connection, now.timestamp_millis()).await
}

/// Keys may hold addresses of people who have no account here: only a digest is kept.
fn stored(policy: Policy, key: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [policy.name.as_bytes(), b"\0", key.as_bytes()] {
        hasher.update(part);
    }
    format!("{}:{}", policy.name, URL_SAFE_NO_PAD.encode(hasher.finalize()))
}

/// A wait for people, never shorter than it is.
fn in_words(wait: TimeDelta) -> String {
    match clock::whole_seconds(wait) {
        ..=1 => "a second".to_owned(),
        seconds @ 2..120 => format!("{seconds} seconds"),
        seconds @ 120..7200 => format!("{} minutes", seconds.div_ceil(60)),
        seconds => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use database::{Database, OpenOptions};
    use proptest::prelude::*;
    use sea_orm_migration::{MigrationTrait, MigratorTrait};

    use super::*;

    struct Migrator;

    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            migrations()
        }
    }

    const FIVE: Policy = Policy { name: "five", burst: 5, one_in: TimeDelta::seconds(10) };
    const OTHER: Policy = Policy { name: "other", ..FIVE };

    async fn database(folder: &tempfile::TempDir) -> Database {
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let database = Database::open(&url, &OpenOptions::default()).await.unwrap();
        database.migrate::<Migrator>().await.unwrap();
        database
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    async fn try_at(database: &Database, policy: Policy, key: &str, seconds: i64) -> Result<(), TooMany> {
        let transaction = database.begin().await.unwrap();
        let outcome = attempt(&transaction, policy, key, at(seconds)).await.unwrap();
        transaction.commit().await.unwrap();
        outcome
    }

    #[tokio::test]
    async fn so_many_come_at_once_and_then_one_after_the_wait_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        for _ in 0..5 {
            assert_eq!(try_at(&database, FIVE, "ada", 0).await, Ok(()));
        }
        assert_eq!(try_at(&database, FIVE, "ada", 0).await, Err(TooMany { wait: TimeDelta::seconds(10) }));
        assert_eq!(try_at(&database, FIVE, "ada", 7).await, Err(TooMany { wait: TimeDelta::seconds(3) }));
        assert_eq!(try_at(&database, FIVE, "ada", 10).await, Ok(()));
        assert_eq!(try_at(&database, FIVE, "ada", 10).await, Err(TooMany { wait: TimeDelta::seconds(10) }));
        assert_eq!(try_at(&database, FIVE, "bo", 10).await, Ok(()));
        assert_eq!(try_at(&database, OTHER, "ada", 10).await, Ok(()));
    }

    #[tokio::test]
    async fn who_is_forgiven_starts_afresh_and_what_holds_nobody_up_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        for key in ["ada", "bo"] {
            for _ in 0..5 {
                assert_eq!(try_at(&database, FIVE, key, 0).await, Ok(()));
            }
        }
        let transaction = database.begin().await.unwrap();
        forgive(&transaction, FIVE, "ada").await.unwrap();
        tidy(&transaction, at(49)).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(try_at(&database, FIVE, "ada", 0).await, Ok(()));
        assert!(try_at(&database, FIVE, "bo", 0).await.is_err());
        let transaction = database.begin().await.unwrap();
        tidy(&transaction, at(50)).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(store::empty_at(database.reader(), &stored(FIVE, "bo")).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_attempt_of_a_transaction_that_is_undone_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        for _ in 0..8 {
            let transaction = database.begin().await.unwrap();
            assert_eq!(attempt(&transaction, FIVE, "ada", at(0)).await.unwrap(), Ok(()));
            transaction.rollback().await.unwrap();
        }
    }

    #[tokio::test]
    async fn one_statement_lets_through() {
        let folder = tempfile::tempdir().unwrap();
        let statements = Arc::new(AtomicUsize::new(0));
        let counted = statements.clone();
        let database = database(&folder).await.observed_by(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        for _ in 0..5 {
            let transaction = database.begin().await.unwrap();
            statements.store(0, Ordering::Relaxed);
            assert_eq!(attempt(&transaction, FIVE, "ada", at(0)).await.unwrap(), Ok(()));
            assert_eq!(statements.load(Ordering::Relaxed), 1);
            transaction.commit().await.unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_many_at_once_so_many_come_through() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        let trying = (0..64).map(|_| {
            let database = database.clone();
            tokio::spawn(async move { try_at(&database, FIVE, "ada", 0).await })
        });
        let outcomes = futures::future::join_all(trying).await;
        let through = outcomes.into_iter().filter(|outcome| outcome.as_ref().unwrap().is_ok()).count();
        assert_eq!(through, 5);
    }

    #[test]
    fn a_wait_is_said_in_words_that_are_never_too_short() {
        for (milliseconds, words) in [
            (-1, "a second"),
            (1000, "a second"),
            (1001, "2 seconds"),
            (119_000, "119 seconds"),
            (120_001, "3 minutes"),
            (7_200_000, "2 hours"),
            (7_200_001, "3 hours"),
        ] {
            assert_eq!(in_words(TimeDelta::milliseconds(milliseconds)), words);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Over any time, no more than the burst and what the time lets through; and whoever waits as long as they are told
        /// comes through.
        #[test]
        fn never_more_than_the_burst_and_the_time_let_through(pauses in prop::collection::vec(0..25_i64, 1..40)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let folder = tempfile::tempdir().unwrap();
                let database = database(&folder).await;
                let (mut now, mut through) = (0, Vec::new());
                for pause in pauses {
                    now += pause;
                    match try_at(&database, FIVE, "ada", now).await {
                        Ok(()) => through.push(now),
                        Err(TooMany { wait }) => {
                            now += wait.num_seconds();
                            assert_eq!(try_at(&database, FIVE, "ada", now).await, Ok(()));
                            through.push(now);
                        }
                    }
                }
                for (index, first) in through.iter().enumerate() {
                    for (count, last) in through[index..].iter().enumerate() {
                        assert!(i64::try_from(count).unwrap() < 5 + (last - first) / 10 + 1, "{through:?}");
                    }
                }
            });
        }
    }
}
