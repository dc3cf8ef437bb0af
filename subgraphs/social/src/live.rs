//! Posts told to those in whose home feed they come, as they are shared.

mod error;
pub(crate) mod graphql;
mod hub;
mod listen;
mod store;

use futures::{Stream, StreamExt as _, stream};
use service::Ctx;

use self::error::LiveError;
pub(crate) use self::{hub::Hub, listen::listen};
use crate::posts::{self, Post, Visibility};
use ids::PostId;

/// The posts of the viewer and of those whom they follow, as they are shared from now on. Ends when one may have been missed,
/// or when the process stops.
pub(crate) async fn added(
    ctx: &Ctx,
    hub: &Hub,
) -> Result<impl Stream<Item = Post> + Send + use<>, LiveError> {
    let seat = hub.join(ctx.viewer()?.user_id).await;
    let told = stream::unfold((ctx.clone(), seat), async |(ctx, mut seat)| {
        let id = seat.next().await?;
        // Whether the viewer may see it, and wants to, is decided now: somebody may have been blocked or muted since.
        match shown(&ctx, id).await {
            Ok(post) => Some((post, (ctx, seat))),
            Err(error) => {
                tracing::warn!(%error, "a post that was shared can't be read");
                None
            }
        }
    });
    Ok(told.filter_map(std::future::ready))
}

async fn shown(ctx: &Ctx, id: PostId) -> Result<Option<Post>, LiveError> {
    let viewer = ctx.viewer()?.user_id;
    let post = posts::visible(ctx, &[id]).await?.remove(&id);
    let Some(post) = post.filter(|post| post.visibility > Visibility::Private) else { return Ok(None) };
    let wanted =
        post.author == viewer || store::is_wanted(ctx.db.reader(), viewer, post.author, ctx.now()).await?;
    Ok(wanted.then_some(post))
}
