//! Comparing streaks, among people who follow each other's days and consent to it.

pub(crate) mod graphql;
mod model;

use events::streaks::StreakKind;
use service::Unauthenticated;

use self::model::{Place, places};
use crate::{
    context::Ctx,
    members,
    streak::store::{StoreError, standings},
};

/// The running streaks of the viewer and of those they follow: all of them people who consent, and none of whom a block
/// hides. Empty when the viewer doesn't consent. A streak that has ended isn't in it.
pub(crate) async fn leaderboard(
    ctx: &Ctx,
    kind: StreakKind,
    first: u64,
) -> Result<Vec<Place>, LeaderboardError> {
    let viewer = ctx.viewer()?.user_id;
    ctx.settle_relationships().await;
    ctx.settle_days().await;
    let (connection, now) = (ctx.db.reader(), ctx.now());
    if !members::store::is_on_leaderboard(connection, viewer).await? {
        return Ok(Vec::new());
    }
    let mut running = standings::running_of_followed(connection, viewer, kind, now, first).await?;
    running.extend(standings::running_of(connection, viewer, kind, now).await?);
    Ok(places(running, usize::try_from(first).unwrap_or(usize::MAX)))
}

/// Why there is no leaderboard.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeaderboardError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Store(#[from] StoreError),
}
