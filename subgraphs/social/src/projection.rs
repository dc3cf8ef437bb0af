//! When what other services have told is known here.

mod graphql;

use std::time::Duration;

use service::Ctx;

use crate::store::StoreError;

/// How long a request waits for news that are on their way.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub(crate) enum ProjectionError {
    #[error("what other services have told lately isn't known here yet")]
    Behind,
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// Waits for a moment until `group` has handled everything that was told before; an error when it hasn't by then.
pub(crate) async fn up_to_date(ctx: &Ctx, group: &str) -> Result<(), ProjectionError> {
    ctx.outbox.caught_up(group, PATIENCE).await.map_err(|behind| {
        tracing::warn!(%behind, "refusing what hangs on it");
        ProjectionError::Behind
    })
}
