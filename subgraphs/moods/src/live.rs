//! What somebody logs on one device, told to their others as it happens.

pub(crate) mod graphql;
mod hub;
mod listen;

use futures::{Stream, StreamExt as _, stream};

pub(crate) use self::{hub::Hub, listen::listen};
use crate::{
    context::Ctx,
    entries::{self, model::MoodEntry},
};
use service::Unauthenticated;

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
    Ok(told.filter_map(std::future::ready))
}
