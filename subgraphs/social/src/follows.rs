//! Followers and followed people: lists and counts, without those who don't exist for the viewer.

pub(crate) mod graphql;
mod store;

use std::collections::HashMap;

use ids::{FollowId, UserId};
use pagination::{Key, PageRequest, Slice};
use serde::{Deserialize, Serialize};
use service::Ctx;

use crate::{people::viewer, store::StoreError};

/// Which end of a person's follows is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// The people who follow this person.
    Followers,
    /// The people whom this person follows.
    Following,
}

/// A follow, as one of its ends sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Follow {
    pub(crate) id: FollowId,
    /// The person at the other end.
    pub(crate) other: UserId,
}

/// Where a follow stands in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Position(pub(crate) FollowId);

impl Key for Position {
    const KIND: &'static str = "follow";
}

/// A page of `person`'s followers or of those whom `person` follows, the newest first.
pub(crate) async fn list(
    ctx: &Ctx,
    person: UserId,
    side: Side,
    page: &PageRequest<Position>,
) -> Result<Slice<Follow>, StoreError> {
    store::page(ctx.db.reader(), person, side, viewer(ctx), page).await
}

/// How many there are for each of `people`; who isn't in the answer has none.
pub(crate) async fn counts(
    ctx: &Ctx,
    people: &[UserId],
    side: Side,
) -> Result<HashMap<UserId, i32>, StoreError> {
    store::counts(ctx.db.reader(), people, side, viewer(ctx)).await
}
