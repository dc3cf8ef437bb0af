//! Which of somebody's days in a row a day was, for as many days as a request asks about.

use chrono::NaiveDate;
use ids::UserId;
use tokio::sync::OnceCell;

use super::{
    model::{Reckoning, StreakKind},
    store::StoreError,
};
use crate::context::Ctx;

/// The streak of logging moods of the request's viewer, computed once however many of its days are asked about.
pub(crate) struct OwnMoodStreak {
    ctx: Ctx,
    computed: OnceCell<Option<Reckoning>>,
}

impl OwnMoodStreak {
    pub(crate) fn new(ctx: Ctx) -> Self {
        Self { ctx, computed: OnceCell::new() }
    }

    /// Which of `owner`'s days in a row `date` was, 1 for the first. None for everybody but them, when it didn't count, and
    /// when they don't keep the streak.
    pub(crate) async fn number_of(&self, owner: UserId, date: NaiveDate) -> Result<Option<u32>, StoreError> {
        if !self.ctx.is_viewer(owner) {
            return Ok(None);
        }
        let computing = || super::streak_of(&self.ctx, owner, StreakKind::MoodLogging);
        let streak = self.computed.get_or_try_init(computing).await?;
        Ok(streak.as_ref().and_then(|streak| streak.number_of(date)))
    }
}
