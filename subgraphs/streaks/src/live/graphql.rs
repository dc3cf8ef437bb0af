//! The live streams as clients see them.

use async_graphql::{Context, Result, SimpleObject, Subscription};
use futures::{Stream, StreamExt as _};
use graphql::{Failure, Interrupted, breaking_off};

use super::Changed;
use crate::{
    awards::graphql::AwardedBadge,
    context::Ctx,
    streak::graphql::{Streak, StreakKind},
};

/// A streak that stands otherwise than before.
#[derive(Debug, SimpleObject)]
struct StreakChange {
    /// Which of the viewer's streaks.
    kind: StreakKind,
    /// What it is now; null when nothing counts any more, and when it isn't kept any more.
    streak: Option<Streak>,
}

impl From<Changed> for StreakChange {
    fn from(changed: Changed) -> Self {
        Self { kind: changed.kind.into(), streak: changed.streak.map(Streak::from) }
    }
}

#[derive(Debug, Default)]
pub(crate) struct LiveSubscription;

#[Subscription]
impl LiveSubscription {
    /// The viewer's streaks as they change, whatever the reason, from now on. When a change may have been missed the stream
    /// breaks off: subscribe again, then read the streaks. That a new day has begun isn't told: see `deadline`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn streak_changed(
        &self,
        gql: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<StreakChange, Interrupted>> + use<>> {
        let changed = super::changed_streaks(gql.data::<Ctx>()?).await;
        let changed = changed.map_err(|_| Failure::unauthenticated())?;
        Ok(breaking_off(changed.map(StreakChange::from)))
    }

    /// The viewer's badges as they are awarded, from now on. When one may have been missed the stream breaks off: subscribe
    /// again, then read the badges.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn badge_awarded(
        &self,
        gql: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<AwardedBadge, Interrupted>> + use<>> {
        let awarded = super::awarded_badges(gql.data::<Ctx>()?).await;
        let awarded = awarded.map_err(|_| Failure::unauthenticated())?;
        Ok(breaking_off(awarded.map(AwardedBadge::from)))
    }
}
