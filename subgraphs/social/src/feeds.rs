//! Feeds: what those whom the viewer follows share, and what everybody may see.
//!
//! A page is made when it is read. For the home feed the database first finds, for each person followed, their newest post that
//! fits (one look into an index each), and from these the few authors who can be on the page; then the page among the
//! posts of those few. However many posts or followers anybody has, it is the same two statements.

pub(crate) mod graphql;
mod store;

use pagination::{PageRequest, Slice};
use service::{Ctx, Unauthenticated};

use crate::{
    people::viewer,
    posts::{Position, Post},
    store::StoreError,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum FeedError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// What the viewer and those whom they follow show to others, without the muted; the newest first.
pub(crate) async fn home(ctx: &Ctx, page: &PageRequest<Position>) -> Result<Slice<Post>, FeedError> {
    let viewer = ctx.viewer()?.user_id;
    Ok(store::home(ctx.db.reader(), viewer, page, ctx.now()).await?)
}

/// What everybody may see, without those whom the viewer can't see or mutes; the newest first.
pub(crate) async fn public(ctx: &Ctx, page: &PageRequest<Position>) -> Result<Slice<Post>, StoreError> {
    store::public(ctx.db.reader(), viewer(ctx), page, ctx.now()).await
}
