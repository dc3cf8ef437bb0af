//! Streaks: computed from the days that count, for their owner.

pub(crate) mod events;
pub(crate) mod graphql;
mod model;
mod store;

use std::time::Duration;

use ::events::streaks::{StreakExtended, StreakKind};
use chrono::{DateTime, Utc};
use ids::UserId;
use outbox::Work;
use service::Ctx;

use self::{
    model::{QualifyingDay, Streak},
    store::StoreError,
};

pub(crate) const MOODS_GROUP: &str = "streaks.moods";

/// How long a request waits for moods that were logged just now.
const PATIENCE: Duration = Duration::from_millis(500);

/// Somebody's streaks, if it is the viewer themselves who asks. Who never did what a streak counts has none.
pub(crate) async fn streaks_of(ctx: &Ctx, user_id: UserId) -> Result<Vec<Streak>, StoreError> {
    if ctx.caller.viewer().is_none_or(|viewer| viewer.user_id != user_id) {
        return Ok(Vec::new());
    }
    if let Err(behind) = ctx.outbox.caught_up(MOODS_GROUP, PATIENCE).await {
        tracing::warn!(%behind, "going on with the days that are known");
    }
    let streak = compute(ctx.db.reader(), user_id, StreakKind::MoodLogging, ctx.now()).await?;
    Ok(streak.into_iter().collect())
}

/// Learns of a day that counts, and tells when there are more days in a row for it, as of the instant at which it
/// was told: that depends on nothing but what happened, however late it is heard of.
pub(crate) async fn learn(work: &Work, day: QualifyingDay) -> Result<(), StoreError> {
    let (user_id, kind, told_at) = (day.user_id, day.kind, day.told_at);
    let before = compute(&**work, user_id, kind, told_at).await?;
    store::put(&**work, day).await?;
    let Some(after) = compute(&**work, user_id, kind, told_at).await? else {
        return Ok(());
    };
    if after.current > before.map_or(0, |before| before.current) {
        let Streak { current, longest, last_date, .. } = after;
        work.emit(&StreakExtended { user_id, kind, current, longest, last_date }).await?;
    }
    Ok(())
}

async fn compute(
    connection: &impl store::Connection,
    user_id: UserId,
    kind: StreakKind,
    now: DateTime<Utc>,
) -> Result<Option<Streak>, StoreError> {
    let Some(calendar) = store::latest_calendar(connection, user_id, kind).await? else {
        return Ok(None);
    };
    let dates = store::dates(connection, user_id, kind).await?;
    Ok(Streak::compute(kind, &dates, calendar, now))
}
