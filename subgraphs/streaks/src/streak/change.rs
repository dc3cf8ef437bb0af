//! Changing what a streak is computed from, and telling what came of it.

use chrono::{DateTime, Utc};
use events::streaks::{StreakChanged, StreakExtended, StreakKind};
use ids::UserId;
use outbox::Work;

use super::{
    compute,
    model::{QualifyingDay, Reckoning, Streak},
    store::{self, StoreError, standings},
};
use crate::{awards, members};

/// A change under way. What it comes to is taken as of one instant, the one at which it happened: that depends on nothing
/// but what happened, however late it is heard of.
pub(crate) struct Change {
    user_id: UserId,
    kind: StreakKind,
    at: DateTime<Utc>,
    before: Option<Streak>,
}

impl Change {
    /// Holds the person's row, and looks at what there is before anything changes.
    pub(crate) async fn begin(
        work: &Work,
        user_id: UserId,
        kind: StreakKind,
        at: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        members::store::hold(&**work, user_id).await?;
        let before = compute(&**work, user_id, kind, at).await?.map(|reckoning| reckoning.streak);
        Ok(Self { user_id, kind, at, before })
    }

    /// The streak before the change.
    pub(crate) fn before(&self) -> Option<&Streak> {
        self.before.as_ref()
    }

    /// Tells when there are more days in a row than before, grants what is reached for the first time, and keeps where the
    /// streak stands now.
    pub(crate) async fn finish(self, work: &Work) -> Result<Option<Reckoning>, StoreError> {
        let Self { user_id, kind, at, before } = self;
        let after = compute(&**work, user_id, kind, at).await?;
        let streak = after.as_ref().map(|reckoning| &reckoning.streak);
        if before.as_ref() == streak {
            return Ok(after);
        }
        standings::put(&**work, user_id, kind, streak).await?;
        if let Some(streak) = streak {
            if streak.current > before.map_or(0, |before| before.current) {
                let Streak { current, longest, last_date, .. } = *streak;
                work.emit(&StreakExtended { user_id, kind, current, longest, last_date }).await?;
            }
            awards::grant(work, user_id, streak, at).await?;
        }
        let current = Some(streak.map_or(0, |streak| streak.current));
        work.emit(&StreakChanged { user_id, kind, current, changed_at: at }).await?;
        Ok(after)
    }
}

/// Learns of a day that counts, or no longer does.
pub(crate) async fn learn(work: &Work, day: QualifyingDay) -> Result<Option<Reckoning>, StoreError> {
    let change = Change::begin(work, day.user_id, day.kind, day.told_at).await?;
    store::put(&**work, day).await?;
    change.finish(work).await
}
