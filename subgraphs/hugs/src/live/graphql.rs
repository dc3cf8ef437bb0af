//! The live stream as clients see it.

use async_graphql::{Context, Enum, Error, ID, Object, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt as _};
use graphql::{Cursor, Failure, Interrupted};

use super::{LiveError, LiveEvent, News, Stopped};
use crate::{
    context::Ctx, group_hugs::graphql::GroupHug, hug_requests::graphql::HugRequest, hugs::graphql::Hug,
    users::graphql::User,
};

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
    /// The recipient of the viewer's hug returned it, with the hug.
    Returned,
    /// Somebody whom the viewer follows made a group hug, or somebody invited the viewer to one.
    GroupHugPosted,
    /// A group hug that the viewer takes part in or is invited to can be joined now.
    GroupHugOpened,
    /// A group hug that the viewer takes part in goes on now.
    GroupHugStarted,
    /// Somebody joined a group hug that the viewer takes part in.
    GroupHugJoined,
    /// Somebody left a group hug that the viewer takes part in.
    GroupHugLeft,
    /// A group hug that the viewer took part in was completed or cancelled, or its time is over.
    GroupHugEnded,
    /// What happened between the cursor that was given and this one is not known any more: read the lists again.
    Gap,
}

/// Something that happened to a hug, a request or a group hug that concerns the viewer.
#[derive(SimpleObject)]
pub(crate) struct HugEvent {
    /// Where the stream is after this event: hand it back as `after`, and the stream goes on from here.
    cursor: Cursor,
    /// What happened.
    kind: HugEventKind,
    /// When it happened.
    at: DateTime<Utc>,
    /// The hug it happened to, as it is now; null for what is about no hug.
    hug: Option<Hug>,
    /// The request that was posted, or answered; null for the other kinds.
    request: Option<HugRequest>,
    /// The group hug it happened to, as it is now; null for what is about none.
    group_hug: Option<GroupHug>,
    /// Who joined or left the group hug; null for the other kinds.
    #[graphql(provides = "username displayName")]
    participant: Option<User>,
}

/// What happened to a group hug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum GroupHugEventKind {
    /// It was made.
    Posted,
    /// It can be joined now.
    Opened,
    /// It goes on now.
    Started,
    /// Somebody joined.
    Joined,
    /// Somebody left; the host may be another now.
    Left,
    /// It was completed or cancelled, or its time is over. The stream is complete after this.
    Ended,
    /// What happened between the cursor that was given and this one is not known any more: read the group hug again.
    Gap,
}

/// Something that happened to a group hug.
#[derive(SimpleObject)]
pub(crate) struct GroupHugEvent {
    /// Where the stream is after this event: hand it back as `after`, and the stream goes on from here.
    cursor: Cursor,
    /// What happened.
    kind: GroupHugEventKind,
    /// When it happened.
    at: DateTime<Utc>,
    /// The group hug as it is now; null for `GAP`.
    group_hug: Option<GroupHug>,
    /// Who joined or left; null for the other kinds.
    #[graphql(provides = "username displayName")]
    participant: Option<User>,
}

impl From<LiveEvent> for GroupHugEvent {
    fn from(event: LiveEvent) -> Self {
        use super::Kind;
        let kind = match event.news {
            News::Happened(Kind::GroupOpened) => GroupHugEventKind::Opened,
            News::Happened(Kind::GroupStarted) => GroupHugEventKind::Started,
            News::Happened(Kind::GroupJoined) => GroupHugEventKind::Joined,
            News::Happened(Kind::GroupLeft) => GroupHugEventKind::Left,
            News::Happened(Kind::GroupEnded) => GroupHugEventKind::Ended,
            News::Happened(_) => GroupHugEventKind::Posted,
            News::Gap => GroupHugEventKind::Gap,
        };
        Self {
            cursor: event.cursor.into(),
            kind,
            at: event.at,
            group_hug: event.group_hug.map(GroupHug),
            participant: event.person.map(User::new),
        }
    }
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
            super::Kind::Returned => Self::Returned,
            super::Kind::GroupPosted => Self::GroupHugPosted,
            super::Kind::GroupOpened => Self::GroupHugOpened,
            super::Kind::GroupStarted => Self::GroupHugStarted,
            super::Kind::GroupJoined => Self::GroupHugJoined,
            super::Kind::GroupLeft => Self::GroupHugLeft,
            super::Kind::GroupEnded => Self::GroupHugEnded,
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
            group_hug: event.group_hug.map(GroupHug),
            participant: event.person.map(User::new),
        }
    }
}

fn failure(error: LiveError) -> Error {
    match error {
        LiveError::Unauthenticated(_) => Failure::unauthenticated(),
        LiveError::Cursor => Failure::BadUserInput.error(error),
        LiveError::NoSuchGroup => Failure::NotFound.error(error),
        LiveError::Store(error) => Failure::internal(error),
    }
}

/// The stream ends with its process, and goes on after it.
fn interrupted(_: Stopped) -> Interrupted {
    Interrupted
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

    /// Where the events of a group hug are now: what to subscribe after, having read it. Null when there is none of that id
    /// that the viewer may see.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn group_hug_cursor(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The group hug.")] id: ID,
    ) -> Result<Option<Cursor>> {
        let cursor = super::present_of_group(gql.data::<Ctx>()?, &id).await.map_err(failure)?;
        Ok(cursor.map(Cursor::from))
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
        Ok(events.map(|event| event.map(HugEvent::from).map_err(interrupted)))
    }

    /// What happens to a group hug that the viewer may see, each thing once and in order, until it ends. Fails with
    /// `NOT_FOUND` when there is none of that id.
    #[graphql(
        directive = graphql::authenticated::apply(),
        directive = graphql::resumable::apply("after".to_owned(), "cursor".to_owned(), None)
    )]
    async fn group_hug_updated(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The group hug.")] id: ID,
        #[graphql(
            desc = "The cursor of the last event that the client knows: what happened since comes first. \
                          Without it, the stream begins now."
        )]
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = Result<GroupHugEvent, Interrupted>> + use<>> {
        let after = after.map(|cursor| cursor.0);
        let events = super::follow_group(gql.data::<Ctx>()?, &id, after).await.map_err(failure)?;
        Ok(events.map(|event| event.map(GroupHugEvent::from).map_err(interrupted)))
    }
}
