//! How often people may do what others are bothered with. Mastodon's limits are alike: 400 follows and 400 reports a day.

use std::time::Duration;

use chrono::TimeDelta;
use ids::UserId;
use outbox::Work;
use service::Ctx;
use throttle::{Policy, TooMany};
use tokio_util::sync::CancellationToken;

use crate::store::{Connection, StoreError};

/// People followed, or asked for their consent: 200, then 200 a day.
pub(crate) const FOLLOWS: Policy = Policy { name: "follows", burst: 200, one_in: TimeDelta::seconds(432) };
/// Reports: 10, then 20 an hour.
pub(crate) const REPORTS: Policy = Policy { name: "reports", burst: 10, one_in: TimeDelta::minutes(3) };
/// Posts: 30, then 30 an hour.
pub(crate) const POSTS: Policy = Policy { name: "posts", burst: 30, one_in: TimeDelta::minutes(2) };
/// Reactions: 300, then 360 an hour.
pub(crate) const REACTIONS: Policy = Policy { name: "reactions", burst: 300, one_in: TimeDelta::seconds(10) };

/// How often what holds nobody up any more is forgotten.
const TIDY_EVERY: Duration = Duration::from_hours(1);

const ALL: [Policy; 4] = [FOLLOWS, REPORTS, POSTS, REACTIONS];

/// Counts what `person` does, if it comes to be; `Ok(Err(TooMany))` when it is one too many. To be asked after whatever else may
/// lock rows.
pub(crate) async fn count(
    work: &Work,
    policy: Policy,
    person: UserId,
) -> Result<Result<(), TooMany>, StoreError> {
    throttle::attempt(&**work, policy, &person.to_string(), work.now()).await
}

/// Forgets what `person` did.
pub(crate) async fn forget(connection: &impl Connection, person: UserId) -> Result<(), StoreError> {
    for policy in ALL {
        throttle::forgive(connection, policy, &person.to_string()).await?;
    }
    Ok(())
}

/// The background task: forgets what holds nobody up any more, until told to stop.
pub(crate) async fn tidy_until(stop: CancellationToken, ctx: Ctx) {
    service::repeat(stop, TIDY_EVERY, || async {
        if let Err(error) = tidy(&ctx).await {
            tracing::warn!(%error, "old limits could not be forgotten; trying again");
        }
    })
    .await;
}

async fn tidy(ctx: &Ctx) -> Result<(), StoreError> {
    let transaction = ctx.db.begin().await?;
    throttle::tidy(&transaction, ctx.now()).await?;
    transaction.commit().await
}
