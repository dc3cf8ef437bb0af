//! The live stream as clients see it.

use async_graphql::{Context, Result, Subscription};
use futures::{Stream, StreamExt as _};
use graphql::{Failure, Interrupted, breaking_off};

use crate::{context::Ctx, entries::graphql::MoodEntry};

#[derive(Debug, Default)]
pub(crate) struct LiveSubscription;

#[Subscription]
impl LiveSubscription {
    /// The viewer's moods as they are logged, on whatever device, from now on. When one may have been missed the stream
    /// breaks off: subscribe again, then read the history.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn mood_logged(
        &self,
        gql: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<MoodEntry, Interrupted>> + use<>> {
        let logged = super::logged(gql.data::<Ctx>()?).await.map_err(|_| Failure::unauthenticated())?;
        Ok(breaking_off(logged.map(MoodEntry::from)))
    }
}
