//! What happens because time passes: group hugs open and expire, requests expire.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{context::Ctx, group_hugs, hug_requests, store::StoreError};

/// How often the clock is looked at. Whoever reads or writes in between goes by the clock, too.
const EVERY: Duration = Duration::from_millis(500);

/// Looks at the clock until `stop`. Several processes may do so on one database.
pub(crate) async fn keep_time_until(stop: CancellationToken, ctx: Ctx) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = keep_time(&ctx).await {
            tracing::warn!(%error, "what time does to hugs was not done; trying again");
        }
    }
}

async fn keep_time(ctx: &Ctx) -> Result<(), StoreError> {
    group_hugs::keep_time(ctx).await?;
    hug_requests::expire(ctx).await
}
