//! Who wants to hear of whose posts.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    entities::follow,
    store::{Connection, StoreError, not_muted},
};

/// How many people are asked about at once: databases take only so many values.
const CHUNK: usize = 500;

/// Those of `people` who follow `author`.
pub(super) async fn followers_among(
    connection: &impl Connection,
    author: UserId,
    people: &[UserId],
) -> Result<Vec<UserId>, StoreError> {
    let mut followers = Vec::new();
    for people in people.chunks(CHUNK) {
        let found: Vec<UserId> = follow::Entity::find()
            .select_only()
            .column(follow::Column::FollowerId)
            .filter(follow::Column::FollowedId.eq(author))
            .filter(follow::Column::FollowerId.is_in(people.iter().copied()))
            .into_tuple()
            .all(connection)
            .await?;
        followers.extend(found);
    }
    Ok(followers)
}

/// Whether `viewer` follows `author`, and doesn't mute them.
pub(super) async fn is_wanted(
    connection: &impl Connection,
    viewer: UserId,
    author: UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let follow = follow::Entity::find()
        .filter(follow::Column::FollowerId.eq(viewer))
        .filter(follow::Column::FollowedId.eq(author))
        .filter(not_muted(&follow::Column::FollowedId.into_expr(), Some(viewer), now));
    Ok(follow.one(connection).await?.is_some())
}
