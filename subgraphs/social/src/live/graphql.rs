//! The live stream as clients see it.

use async_graphql::{Context, Result, Subscription};
use futures::{Stream, StreamExt as _};
use graphql::{Failure, Interrupted, breaking_off};
use service::Ctx;

use super::{Hub, error::LiveError};
use crate::posts::graphql::Post;

#[derive(Debug, Default)]
pub(crate) struct LiveSubscription;

#[Subscription]
impl LiveSubscription {
    /// What comes into the viewer's home feed: their own posts and those of people they follow, as they are shared, from now on;
    /// a post that somebody had kept to themselves when they show it to others.
    /// When one may have been missed the stream breaks off: subscribe again, then read the feed.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn feed_item_added(
        &self,
        gql: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<Post, Interrupted>> + use<>> {
        let added = super::added(gql.data::<Ctx>()?, gql.data::<Hub>()?).await;
        let added = added.map_err(|error| match error {
            LiveError::Unauthenticated(_) => Failure::unauthenticated(),
            LiveError::Database(error) => Failure::internal(error),
        })?;
        Ok(breaking_off(added.map(Post)))
    }
}
