//! What somebody logs on one device, told to their others as it happens.

pub(crate) mod graphql;

use std::sync::Arc;

use bus::Bus;
use events::{Event as _, moods::MoodLogged};
use futures::{Stream, StreamExt as _, future::ready, stream};
use ids::MoodId;
use service::Unauthenticated;
use tokio_util::sync::CancellationToken;

use crate::{
    context::Ctx,
    entries::{self, model::MoodEntry},
};

/// Tells streams what was logged.
pub(crate) type Hub = audience::Hub<MoodId>;

/// Tells streams what the bus tells, until `stop`.
pub(crate) async fn listen(hub: Hub, bus: Arc<dyn Bus>, stop: CancellationToken) {
    let subjects = [MoodLogged::subject()];
    let telling = audience::tell(hub.clone(), &*bus, &subjects, stop, |event| {
        if let Some(Ok(logged)) = event.read::<MoodLogged>() {
            hub.tell(logged.user_id, logged.mood_id);
        }
        ready(())
    });
    telling.await;
}

/// The viewer's entries as they are logged from now on. Ends when one may have been missed, or when the process stops.
pub(crate) async fn logged(
    ctx: &Ctx,
) -> Result<impl Stream<Item = MoodEntry> + Send + use<>, Unauthenticated> {
    let seat = ctx.live.join(ctx.viewer()?.user_id).await;
    let told = stream::unfold((ctx.clone(), seat), async |(ctx, mut seat)| {
        let id = seat.next().await?;
        // It may be gone or other than it was by now: what is shown is what there is.
        let entry = match entries::visible(&ctx, &[id]).await {
            Ok(mut entries) => entries.remove(&id),
            Err(error) => {
                tracing::warn!(%error, "an entry that was logged can't be read");
                return None;
            }
        };
        Some((entry, (ctx, seat)))
    });
    Ok(told.filter_map(ready))
}
