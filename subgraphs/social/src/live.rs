//! Posts told to those in whose home feed they come, as they are shared.

mod error;
pub(crate) mod graphql;
mod store;

use std::sync::Arc;

use audience::Audience as _;
use bus::Bus;
use database::Database;
use events::{
    Envelope, Event as _,
    social::{PostCreated, PostShared},
};
use futures::{Stream, StreamExt as _, stream};
use ids::{PostId, UserId};
use service::Ctx;
use tokio_util::sync::CancellationToken;

use self::error::LiveError;
use crate::posts::{self, Post, Visibility};

/// Tells streams what was shared.
pub(crate) type Hub = audience::Hub<PostId>;

/// Tells streams what the bus tells, until `stop`.
pub(crate) async fn listen(hub: Hub, bus: Arc<dyn Bus>, db: Database, stop: CancellationToken) {
    let subjects = [PostCreated::subject(), PostShared::subject()];
    let telling = audience::tell(hub.clone(), &*bus, &subjects, stop, |event| pass_on(&hub, &db, event));
    telling.await;
}

/// Tells the author's own streams and those of followers, of as many people as listen with a few questions to the database.
async fn pass_on(hub: &Hub, db: &Database, event: Arc<Envelope>) {
    let Some((post, author)) = shown_by(&event) else { return };
    let listening = hub.people();
    if listening.is_empty() {
        return;
    }
    match store::followers_among(db.reader(), author, &listening).await {
        Ok(followers) => {
            for person in followers.into_iter().chain([author]) {
                hub.tell(person, post);
            }
        }
        Err(error) => {
            tracing::warn!(%error, "who follows an author can't be read");
            hub.miss();
        }
    }
}

/// The post that others may see since this happened, and whose it is.
fn shown_by(event: &Envelope) -> Option<(PostId, UserId)> {
    if let Some(Ok(created)) = event.read::<PostCreated>() {
        return Some((created.post_id, created.author_id));
    }
    let shared = event.read::<PostShared>()?.ok()?;
    Some((shared.post_id, shared.author_id))
}

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
