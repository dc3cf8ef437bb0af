//! Streaks: computed from the days that count, and from what holds them besides, for their owner.

pub(crate) mod breaking;
pub(crate) mod change;
pub(crate) mod events;
pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod numbering;
pub(crate) mod store;

use ::events::streaks::StreakKind;
use chrono::{DateTime, Utc};
use ids::UserId;

use self::{
    model::Reckoning,
    store::{StoreError, standings},
};
use crate::context::Ctx;

/// Whatever there are streaks of, in the order in which they are shown.
pub(crate) const KINDS: [StreakKind; 3] = [StreakKind::MoodLogging, StreakKind::Hugging, StreakKind::CheckIn];

/// Somebody's streaks, if it is the viewer themselves who asks. Who never did what a streak counts, or doesn't want it,
/// has none.
pub(crate) async fn streaks_of(ctx: &Ctx, user_id: UserId) -> Result<Vec<Reckoning>, StoreError> {
    let mut streaks = Vec::new();
    if ctx.is_viewer(user_id) {
        for kind in KINDS {
            streaks.extend(streak_of(ctx, user_id, kind).await?);
        }
    }
    Ok(streaks)
}

/// One streak of the viewer's own, as it is now.
pub(crate) async fn streak_of(
    ctx: &Ctx,
    viewer: UserId,
    kind: StreakKind,
) -> Result<Option<Reckoning>, StoreError> {
    ctx.settle_days().await;
    compute(ctx.db.reader(), viewer, kind, ctx.now()).await
}

/// The streak as it is at `now`; none when nothing ever counted, and when its owner doesn't want it.
pub(crate) async fn compute(
    connection: &impl store::Connection,
    user_id: UserId,
    kind: StreakKind,
    now: DateTime<Utc>,
) -> Result<Option<Reckoning>, StoreError> {
    if !standings::is_tracked(connection, user_id, kind).await? {
        return Ok(None);
    }
    let Some(calendar) = store::latest_calendar(connection, user_id, kind).await? else {
        return Ok(None);
    };
    let history = store::history(connection, user_id, kind).await?;
    Ok(Reckoning::compute(kind, &history, calendar, now))
}
