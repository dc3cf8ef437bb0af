//! Forgetting what is older than the log is kept.

use std::time::Duration;

use clock::SharedClock;
use database::Database;
use tokio_util::sync::CancellationToken;

use super::{model::RETENTION, store};
use crate::store::StoreError;

const EVERY: Duration = Duration::from_hours(1);
/// How many entries one transaction deletes: others want to write, too.
const SLICE: u64 = 1_000;

/// Prunes now and every hour, until `stop`.
pub(crate) async fn prune_until(stop: CancellationToken, db: Database, clock: SharedClock) {
    service::repeat(stop, EVERY, || async {
        match prune(&db, &clock).await {
            Ok(0) => {}
            Ok(pruned) => tracing::info!(pruned, "old live events were pruned"),
            Err(error) => tracing::warn!(%error, "old live events could not be pruned"),
        }
    })
    .await;
}

/// Deletes what is past its time, a slice at a time, and says how much that was.
async fn prune(db: &Database, clock: &SharedClock) -> Result<u64, StoreError> {
    let before = clock.now() - RETENTION;
    let mut pruned = 0;
    while let Some(end) = store::end_of_slice(db.reader(), before, SLICE).await? {
        let transaction = db.begin().await?;
        pruned += store::delete_up_to(&transaction, end).await?;
        transaction.commit().await?;
    }
    Ok(pruned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, TimeDelta, Utc};
    use clock::ManualClock;
    use ids::{HugId, UserId};
    use testkit::TestDatabase;

    use super::*;
    use crate::{
        live::{Happening, Kind},
        migrations::Migrator,
    };

    async fn log(db: &Database, person: UserId, at: DateTime<Utc>) {
        let transaction = db.begin().await.unwrap();
        let happening = Happening::to_hug(Kind::Seen, HugId::at(at), at);
        store::append(&transaction, person, happening).await.unwrap();
        transaction.commit().await.unwrap();
    }

    #[tokio::test]
    async fn what_is_past_its_time_is_deleted_and_the_numbers_go_on() {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        db.migrate::<Migrator>().await.unwrap();
        let clock = Arc::new(ManualClock::at(DateTime::from_timestamp(1_772_366_400, 0).unwrap()));
        let now = clock::Clock::now(&*clock);
        let ada = UserId::at(now);
        for age in [40, 30, 29] {
            log(&db, ada, now - TimeDelta::days(age)).await;
        }
        let shared: SharedClock = clock;
        assert_eq!(prune(&db, &shared).await.unwrap(), 2);
        assert_eq!(prune(&db, &shared).await.unwrap(), 0);
        log(&db, ada, now).await;
        let left = store::entries_after(db.reader(), ada.into(), 0, DateTime::UNIX_EPOCH, 10).await.unwrap();
        assert_eq!(left.iter().map(|entry| entry.number).collect::<Vec<_>>(), [3, 4]);
        db.close().await.unwrap();
        database.remove().await;
    }
}
