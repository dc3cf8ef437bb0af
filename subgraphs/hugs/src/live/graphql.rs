//! The live stream as clients see it.

use async_graphql::{Context, Enum, Error, Object, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt as _, future::ready, stream};
use graphql::{Cursor, Failure, Interrupted};

use super::{
    LiveError,
    follow::{LiveEvent, News},
};
use crate::{context::Ctx, hug_requests::graphql::HugRequest, hugs::graphql::Hug};

/// What happened, from the viewer's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum HugEventKind {
    /// Somebody sent the viewer a hug.
    Received,
    /// The recipient of the viewer's hug has seen it.
    Seen,
    /// The recipient of the viewer's hug is thankful for it.
    Thanked,
    /// The sender of a hug to the viewer took it back.
    Cancelled,
    /// Somebody whom the viewer follows, or who names the viewer, asks for a hug.
    RequestPosted,
    /// Somebody answered the viewer's request, with the hug.
    RequestAnswered,
    /// What happened between the cursor that was given and this one is not known any more: read the lists again.
    Gap,
}

/// Something that happened to a hug or a request that concerns the viewer.
#[derive(SimpleObject)]
pub(crate) struct HugEvent {
    /// Where the stream is after this event: hand it back as `after`, and the stream goes on from here.
    cursor: Cursor,
    /// What happened.
    kind: HugEventKind,
    /// When it happened.
    at: DateTime<Utc>,
    /// The hug it happened to, as it is now; null for `REQUEST_POSTED` and `GAP`.
    hug: Option<Hug>,
    /// The request that was posted, or answered; null for the other kinds.
    request: Option<HugRequest>,
}

impl From<super::Kind> for HugEventKind {
    fn from(kind: super::Kind) -> Self {
        match kind {
            super::Kind::Received => Self::Received,
            super::Kind::Seen => Self::Seen,
            super::Kind::Thanked => Self::Thanked,
            super::Kind::Cancelled => Self::Cancelled,
            super::Kind::RequestPosted => Self::RequestPosted,
            super::Kind::RequestAnswered => Self::RequestAnswered,
        }
    }
}

impl From<LiveEvent> for HugEvent {
    fn from(event: LiveEvent) -> Self {
        let kind = match event.news {
            News::Happened(kind) => kind.into(),
            News::Gap => HugEventKind::Gap,
        };
        Self {
            cursor: event.cursor.into(),
            kind,
            at: event.at,
            hug: event.hug.map(Hug),
            request: event.request.map(HugRequest),
        }
    }
}

fn failure(error: LiveError) -> Error {
    match error {
        LiveError::Unauthenticated(_) => Failure::unauthenticated(),
        LiveError::Cursor => Failure::BadUserInput.error(error),
        LiveError::Store(error) => Failure::internal(error),
    }
}

#[derive(Debug, Default)]
pub(crate) struct LiveQuery;

#[Object]
impl LiveQuery {
    /// Where the viewer's `hugEvents` are now. A client that takes this first, reads its lists, and then subscribes
    /// after it misses nothing. Null, with an error, when nobody is logged in.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn hug_events_cursor(&self, gql: &Context<'_>) -> Result<Option<Cursor>> {
        Ok(Some(super::present(gql.data::<Ctx>()?).await.map_err(failure)?.into()))
    }
}

#[derive(Debug, Default)]
pub(crate) struct LiveSubscription;

#[Subscription]
impl LiveSubscription {
    /// What happens to the viewer's hugs and to requests that concern them, each thing once and in order. Events are
    /// kept for 30 days.
    #[graphql(
        directive = graphql::authenticated::apply(),
        directive = graphql::resumable::apply("after".to_owned(), "cursor".to_owned(), Some("hugEventsCursor".to_owned()))
    )]
    async fn hug_events(
        &self,
        gql: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last event that the client knows: what happened since comes first. \
                          Without it, the stream begins now."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = Result<HugEvent, Interrupted>> + use<>> {
        let events =
            super::follow(gql.data::<Ctx>()?, after.map(|cursor| cursor.0)).await.map_err(failure)?;
        // They end with the process, and go on after it.
        let interrupted = stream::once(ready(Err(Interrupted)));
        Ok(events.map(|event| Ok(event.into())).chain(interrupted))
    }
}
