//! Requests to follow in the schema.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{Connection, connection, page_request};
use service::Ctx;

use super::Position;
use crate::{people::graphql::User, relationships::ReadError};

/// Which requests to follow to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum FollowRequestDirection {
    /// Of people who ask to follow the viewer.
    Incoming,
    /// To people whom the viewer asks to follow.
    Outgoing,
}

impl From<FollowRequestDirection> for super::Direction {
    fn from(direction: FollowRequestDirection) -> Self {
        match direction {
            FollowRequestDirection::Incoming => Self::Incoming,
            FollowRequestDirection::Outgoing => Self::Outgoing,
        }
    }
}

/// A wish to follow somebody who decides for themselves.
#[derive(SimpleObject)]
pub(crate) struct FollowRequest {
    /// The person at the other end: who asks, or who is asked.
    user: User,
    /// When it was made.
    requested_at: DateTime<Utc>,
}

impl From<super::FollowRequest> for FollowRequest {
    fn from(request: super::FollowRequest) -> Self {
        Self { user: User(request.other), requested_at: request.requested_at }
    }
}

#[derive(Debug, Default)]
pub(crate) struct FollowRequestQuery;

#[Object]
impl FollowRequestQuery {
    /// The requests to follow that wait for consent: the viewer's, or of the viewer; the newest first. They wait on when the
    /// person who was asked no longer wants to be.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn follow_requests(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which of them, `INCOMING` by default.")] direction: Option<FollowRequestDirection>,
        #[graphql(desc = "At most so many from the start: 0 to 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 0 to 100; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<FollowRequest>>> {
        let page = page_request(first, after, last, before)?;
        let direction = direction.unwrap_or(FollowRequestDirection::Incoming).into();
        let found = super::list(gql.data::<Ctx>()?, direction, &page).await;
        let found = found.map_err(ReadError::into_failure)?;
        let position = |request: &super::FollowRequest| Position(request.id);
        Ok(Some(connection(found, position, FollowRequest::from)))
    }
}
