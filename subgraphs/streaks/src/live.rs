//! What becomes of the viewer's streaks, told on all their devices as it happens.

pub(crate) mod graphql;

use std::sync::Arc;

use bus::Bus;
use chrono::{DateTime, Utc};
use events::{
    Event as _,
    streaks::{BadgeAwarded, StreakChanged, StreakKind},
};
use futures::{Stream, StreamExt as _, future::ready, stream};
use service::Unauthenticated;
use tokio_util::sync::CancellationToken;

use crate::{
    awards::model::Award,
    context::Ctx,
    streak::{self, model::Reckoning},
};

/// What a stream hears of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// A streak of this kind stands otherwise than before.
    Streak(StreakKind),
    Badge {
        badge: String,
        awarded_at: DateTime<Utc>,
    },
}

/// Tells streams the news.
pub(crate) type Hub = audience::Hub<News>;

/// Tells streams what the bus tells, until `stop`.
pub(crate) async fn listen(hub: Hub, bus: Arc<dyn Bus>, stop: CancellationToken) {
    let subjects = [StreakChanged::subject(), BadgeAwarded::subject()];
    let telling = audience::tell(hub.clone(), &*bus, &subjects, stop, |event| {
        if let Some(Ok(changed)) = event.read::<StreakChanged>() {
            hub.tell(changed.user_id, News::Streak(changed.kind));
        } else if let Some(Ok(awarded)) = event.read::<BadgeAwarded>() {
            let BadgeAwarded { user_id, badge, awarded_at } = awarded;
            hub.tell(user_id, News::Badge { badge, awarded_at });
        }
        ready(())
    });
    telling.await;
}

/// A streak as it is now; none when nothing counts any more, or it isn't wanted.
pub(crate) struct Changed {
    pub(crate) kind: StreakKind,
    pub(crate) streak: Option<Reckoning>,
}

/// The viewer's streaks as they change from now on. Ends when a change may have been missed, or when the process stops.
pub(crate) async fn changed_streaks(
    ctx: &Ctx,
) -> Result<impl Stream<Item = Changed> + Send + use<>, Unauthenticated> {
    let viewer = ctx.viewer()?.user_id;
    let seat = ctx.live.join(viewer).await;
    Ok(stream::unfold((ctx.clone(), viewer, seat), async |(ctx, viewer, mut seat)| {
        let kind = loop {
            if let News::Streak(kind) = seat.next().await? {
                break kind;
            }
        };
        match streak::compute(ctx.db.reader(), viewer, kind, ctx.now()).await {
            Ok(streak) => Some((Changed { kind, streak }, (ctx, viewer, seat))),
            Err(error) => {
                tracing::warn!(%error, "a streak that changed can't be read");
                None
            }
        }
    }))
}

/// The viewer's badges as they are awarded from now on. Ends when one may have been missed, or when the process stops.
pub(crate) async fn awarded_badges(
    ctx: &Ctx,
) -> Result<impl Stream<Item = Award> + Send + use<>, Unauthenticated> {
    let seat = ctx.live.join(ctx.viewer()?.user_id).await;
    let news = stream::unfold(seat, async |mut seat| Some((seat.next().await?, seat)));
    Ok(news.filter_map(|news| {
        ready(match news {
            News::Badge { badge, awarded_at } => Some(Award { badge, awarded_at }),
            News::Streak(_) => None,
        })
    }))
}
