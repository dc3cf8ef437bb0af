//! What happens because time passes: group hugs open and expire, requests expire.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{context::Ctx, group_hugs, hug_requests, store::StoreError};

/// How often the clock is looked at. Whoever reads or writes in between goes by the clock, too.
const EVERY: Duration = Duration::from_millis(500);

/// Looks at the clock until `stop`. Several processes may do so on one database.
pub(crate) async fn keep_time_until(stop: CancellationToken, ctx: Ctx) {
    service::repeat(stop, EVERY, || async {
        if let Err(error) = keep_time(&ctx).await {
            tracing::warn!(%error, "what time does to hugs was not done; trying again");
        }
    })
    .await;
}

async fn keep_time(ctx: &Ctx) -> Result<(), StoreError> {
    let (group_hugs, requests) = (group_hugs::keep_time(ctx).await, hug_requests::expire(ctx).await);
    group_hugs.and(requests)
}
