#![doc = include_str!("../README.md")]

mod migration;
mod store;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ids::UserId;
pub use migration::{is_part_of, migrations};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

/// How long a key and its result are kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// The longest key.
pub const MAX_KEY_LENGTH: usize = 255;
/// So many keys are forgotten with one statement.
const FORGOTTEN_AT_ONCE: u64 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    #[error("this idempotency key was used with another input")]
    Reused,
    #[error("an idempotency key has 1 to {MAX_KEY_LENGTH} characters, none of them a control character")]
    Malformed,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Who asks for what, under which key.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub user_id: UserId,
    /// The mutation's name.
    pub operation: &'static str,
    /// None when the client gave no key: every request is then the first.
    pub key: Option<&'a str>,
}

/// What `begin` found.
#[derive(Debug)]
pub enum Begun<T> {
    /// The first time: do the work, then complete the claim in the same transaction.
    First(Claim),
    /// It was done before, with this result.
    Again(T),
}

/// The right, and duty, to do the work.
#[derive(Debug)]
#[must_use = "complete the claim with the result, or whoever asks again is answered with none"]
pub struct Claim {
    slot: Option<(UserId, String)>,
}

/// Claims `request.key` for `input` inside `transaction`, or finds what came of it before.
pub async fn begin<T: DeserializeOwned>(
    transaction: &impl ConnectionTrait,
    request: Request<'_>,
    input: &impl Serialize,
    now: DateTime<Utc>,
) -> Result<Begun<T>, IdempotencyError> {
    let Some(key) = request.key else {
        return Ok(Begun::First(Claim { slot: None }));
    };
    let well_formed = (1..=MAX_KEY_LENGTH).contains(&key.chars().count()) && !key.contains(char::is_control);
    if !well_formed {
        return Err(IdempotencyError::Malformed);
    }
    let fingerprint = fingerprint(request.operation, input)?;
    store::forget_before(transaction, request.user_id, now - KEPT_FOR).await?;
    if store::claim(transaction, request.user_id, key, &fingerprint, now).await? {
        return Ok(Begun::First(Claim { slot: Some((request.user_id, key.to_owned())) }));
    }
    let stored = store::find(transaction, request.user_id, key).await?;
    if stored.fingerprint != fingerprint {
        return Err(IdempotencyError::Reused);
    }
    Ok(Begun::Again(read(&stored.result)?))
}

impl Claim {
    /// Stores what came of the work, for whoever asks again.
    pub async fn complete(
        self,
        transaction: &impl ConnectionTrait,
        result: &impl Serialize,
    ) -> Result<(), IdempotencyError> {
        let Some((user_id, key)) = self.slot else { return Ok(()) };
        Ok(store::complete(transaction, user_id, &key, write(result)?).await?)
    }
}

/// Forgets some of the keys whose time is over, and says whether there may be more of them.
pub async fn tidy(transaction: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let forgotten = store::remove_before(transaction, now - KEPT_FOR, FORGOTTEN_AT_ONCE).await?;
    Ok(forgotten >= FORGOTTEN_AT_ONCE)
}

/// Forgets all keys of `user`, with what came of them.
pub async fn forget(connection: &impl ConnectionTrait, user: UserId) -> Result<(), DbErr> {
    store::forget(connection, user).await
}

fn fingerprint(operation: &str, input: &impl Serialize) -> Result<String, DbErr> {
    let digest = Sha256::digest(format!("{operation}\n{}", write(input)?));
    Ok(URL_SAFE_NO_PAD.encode(digest))
}

fn write(value: &impl Serialize) -> Result<String, DbErr> {
    serde_json::to_string(value).map_err(|error| DbErr::Json(error.to_string()))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, DbErr> {
    serde_json::from_str(text).map_err(|error| DbErr::Json(error.to_string()))
}

#[cfg(test)]
mod tests {
    use database::{Database, OpenOptions};
    use sea_orm_migration::{MigrationTrait, MigratorTrait};

    use super::*;

    struct Migrator;

    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            migrations()
        }
    }

    async fn database(folder: &tempfile::TempDir) -> Database {
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let database = Database::open(&url, &OpenOptions::default()).await.unwrap();
        database.migrate::<Migrator>().await.unwrap();
        database
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    /// Does the work once for `key` and `input` and says whether it was the first time.
    async fn attempt(
        database: &Database,
        user: UserId,
        key: Option<&str>,
        input: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, IdempotencyError> {
        let transaction = database.begin().await?;
        let request = Request { user_id: user, operation: "send", key };
        let first = match begin::<String>(&transaction, request, &input, at).await? {
            Begun::First(claim) => {
                claim.complete(&transaction, &"done").await?;
                true
            }
            Begun::Again(result) => {
                assert_eq!(result, "done");
                false
            }
        };
        transaction.commit().await?;
        Ok(first)
    }

    #[tokio::test]
    async fn the_same_request_is_done_once_and_answered_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        let (ada, bo) = (UserId::at(now()), UserId::at(now()));
        assert!(attempt(&database, ada, Some("k"), "hello", now()).await.unwrap());
        assert!(!attempt(&database, ada, Some("k"), "hello", now()).await.unwrap());
        assert!(attempt(&database, bo, Some("k"), "hello", now()).await.unwrap());
        assert!(attempt(&database, ada, None, "hello", now()).await.unwrap());
    }

    #[tokio::test]
    async fn a_key_with_another_input_is_refused_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        let ada = UserId::at(now());
        assert!(attempt(&database, ada, Some("k"), "hello", now()).await.unwrap());
        let reused = attempt(&database, ada, Some("k"), "bye", now()).await;
        assert!(matches!(reused, Err(IdempotencyError::Reused)));
        let later = now() + KEPT_FOR + TimeDelta::seconds(1);
        assert!(attempt(&database, ada, Some("k"), "bye", later).await.unwrap());
    }

    #[tokio::test]
    async fn keys_whose_time_is_over_are_forgotten_though_nobody_comes_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        let transaction = database.begin().await.unwrap();
        for number in 0..=FORGOTTEN_AT_ONCE {
            let (key, user_id) = (number.to_string(), UserId::at(now()));
            let request = Request { user_id, operation: "send", key: Some(&key) };
            let at = now() + TimeDelta::seconds(i64::from(number == FORGOTTEN_AT_ONCE));
            assert!(matches!(begin::<()>(&transaction, request, &(), at).await, Ok(Begun::First(_))));
        }
        let late = now() + KEPT_FOR;
        assert!(!tidy(&transaction, late).await.unwrap(), "they are kept for so long");
        assert!(tidy(&transaction, late + TimeDelta::seconds(1)).await.unwrap(), "there may be more");
        assert!(!tidy(&transaction, late + TimeDelta::seconds(1)).await.unwrap());
        let left = store::remove_before(&transaction, late + KEPT_FOR, 10).await.unwrap();
        assert_eq!(left, 1, "one is younger");
        transaction.commit().await.unwrap();
        assert!(is_part_of(&migrations()) && !is_part_of(&[]));
    }

    #[tokio::test]
    async fn who_is_forgotten_has_no_keys() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        let (ada, bo) = (UserId::at(now()), UserId::at(now()));
        for user in [ada, bo] {
            assert!(attempt(&database, user, Some("k"), "hello", now()).await.unwrap());
        }
        let transaction = database.begin().await.unwrap();
        forget(&transaction, ada).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(attempt(&database, ada, Some("k"), "hello", now()).await.unwrap());
        assert!(!attempt(&database, bo, Some("k"), "hello", now()).await.unwrap());
    }

    #[tokio::test]
    async fn a_key_that_is_empty_too_long_or_unprintable_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let database = database(&folder).await;
        for key in ["", "a\0b", &"k".repeat(256)] {
            let refused = attempt(&database, UserId::at(now()), Some(key), "hello", now()).await;
            assert!(matches!(refused, Err(IdempotencyError::Malformed)));
        }
    }
}
