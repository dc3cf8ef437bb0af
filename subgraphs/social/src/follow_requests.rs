//! Wishes to follow that wait for consent: those made to the viewer, and those of the viewer's own.

pub(crate) mod graphql;
mod store;

use chrono::{DateTime, Utc};
use ids::{FollowId, UserId};
use pagination::{Key, PageRequest, Slice};
use serde::{Deserialize, Serialize};
use service::Ctx;

use crate::relationships::ReadError;

/// Which of the viewer's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Others ask to follow the viewer.
    Incoming,
    /// The viewer asks to follow others.
    Outgoing,
}

/// A request, as one of its ends sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FollowRequest {
    pub(crate) id: FollowId,
    /// The person at the other end.
    pub(crate) other: UserId,
    pub(crate) requested_at: DateTime<Utc>,
}

/// Where a request stands in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Position(pub(crate) FollowId);

impl Key for Position {
    const KIND: &'static str = "follow-request";
}

/// A page of the viewer's requests, the newest first. None stands in a blocked pair.
pub(crate) async fn list(
    ctx: &Ctx,
    direction: Direction,
    page: &PageRequest<Position>,
) -> Result<Slice<FollowRequest>, ReadError> {
    let viewer = ctx.viewer()?.user_id;
    Ok(store::page(ctx.db.reader(), viewer, direction, page).await?)
}
