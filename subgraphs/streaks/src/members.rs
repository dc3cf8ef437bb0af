//! People as `streaks` knows them: what they have chosen, and whose things are changing just now.

mod error;
pub(crate) mod graphql;
pub(crate) mod store;

use events::streaks::{StreakChanged, StreakKind};
use ids::UserId;

use self::error::MemberError;
use crate::{
    awards,
    context::{BeginError, Ctx},
    streak::{
        self, KINDS,
        store::{StoreError, standings},
    },
};

/// What somebody chose about their streaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choices {
    pub(crate) tracked: Vec<StreakKind>,
    /// Others may see their badges.
    pub(crate) shows_badges: bool,
    /// They may be compared with those who consented as well.
    pub(crate) on_leaderboard: bool,
}

/// What somebody chose, if it is they who ask.
pub(crate) async fn choices(ctx: &Ctx, user_id: UserId) -> Result<Option<Choices>, StoreError> {
    if !ctx.is_viewer(user_id) {
        return Ok(None);
    }
    read(ctx.db.reader(), user_id).await.map(Some)
}

/// Begins or ends to keep a streak of the viewer's. What it is computed from stays, so that it is there when they change
/// their mind; but nobody is told of it, and it earns nothing meanwhile.
pub(crate) async fn set_tracking(
    ctx: &Ctx,
    kind: StreakKind,
    is_tracked: bool,
) -> Result<Choices, MemberError> {
    let (work, user_id) = ctx.begin_own::<BeginError>().await?;
    store::hold(&*work, user_id).await?;
    if standings::is_tracked(&*work, user_id, kind).await? != is_tracked {
        standings::set_tracked(&*work, user_id, kind, is_tracked).await?;
        let now = ctx.now();
        let streak = streak::compute(&*work, user_id, kind, now).await?.map(|reckoning| reckoning.streak);
        standings::put(&*work, user_id, kind, streak.as_ref()).await?;
        if let Some(streak) = &streak {
            awards::grant(&work, user_id, streak, now).await?;
        }
        let current = Some(streak.as_ref().map_or(0, |streak| streak.current));
        work.emit(&StreakChanged { user_id, kind, current, changed_at: now }).await?;
    }
    let choices = read(&*work, user_id).await?;
    work.commit().await?;
    Ok(choices)
}

/// Whether others may see the viewer's badges.
pub(crate) async fn set_badges_shown(ctx: &Ctx, shown: bool) -> Result<Choices, MemberError> {
    let (work, user_id) = ctx.begin_own::<BeginError>().await?;
    store::hold(&*work, user_id).await?;
    store::set_badges_shown(&*work, user_id, shown).await?;
    let choices = read(&*work, user_id).await?;
    work.commit().await?;
    Ok(choices)
}

/// Whether the viewer may be compared with people who consented as well.
pub(crate) async fn set_leaderboard_consent(ctx: &Ctx, consents: bool) -> Result<Choices, MemberError> {
    let (work, user_id) = ctx.begin_own::<BeginError>().await?;
    store::hold(&*work, user_id).await?;
    store::set_leaderboard_consent(&*work, user_id, consents).await?;
    let choices = read(&*work, user_id).await?;
    work.commit().await?;
    Ok(choices)
}

async fn read(connection: &impl streak::store::Connection, user_id: UserId) -> Result<Choices, StoreError> {
    let untracked = standings::untracked(connection, user_id).await?;
    let member = store::find(connection, user_id).await?;
    Ok(Choices {
        tracked: KINDS.into_iter().filter(|kind| !untracked.contains(kind)).collect(),
        shows_badges: member.shows_badges,
        on_leaderboard: member.on_leaderboard,
    })
}
