//! Sealing notes anew after the first key of the ring has changed, in the background.

use std::time::Duration;

use database::Database;
use keyring::Keyring;
use tokio_util::sync::CancellationToken;

use super::store;

/// How many notes are sealed in one transaction.
const BATCH: u64 = 100;
/// How long after one pass the next begins: processes that still have the old ring may have sealed with its first key.
const PAUSE: Duration = Duration::from_mins(10);

/// Looks for notes that another key has sealed, or none, and seals them with the first; again and again until `stop`.
pub(crate) async fn reseal_until(stop: CancellationToken, db: Database, keys: Keyring) {
    service::repeat(stop, PAUSE, || async {
        match pass(&db, &keys).await {
            Ok(0) => {}
            Ok(notes) => {
                tracing::info!(notes, key = keys.sealing_key_id(), "old notes are sealed with the first key");
            }
            Err(error) => tracing::warn!(%error, "old notes could not all be sealed anew"),
        }
    })
    .await;
}

async fn pass(db: &Database, keys: &Keyring) -> Result<usize, store::StoreError> {
    let (mut key, mut total) = (None, 0);
    while let Some(next) = store::next_key(db.reader(), key.as_deref()).await? {
        if next != keys.sealing_key_id() {
            total += pass_of(db, keys, &next).await?;
        }
        key = Some(next);
    }
    Ok(total)
}

/// Seals all notes anew that are sealed with `key`.
async fn pass_of(db: &Database, keys: &Keyring, key: &str) -> Result<usize, store::StoreError> {
    let (mut after, mut total) = (None, 0);
    while let Some((last, sealed)) = store::reseal(db, keys, key, after, BATCH).await? {
        (after, total) = (Some(last), total + sealed);
    }
    Ok(total)
}
