//! Following and blocking.

mod error;
pub(crate) mod graphql;
mod model;
mod store;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
pub(crate) use error::RelationshipError;
use events::social::{Blocked, FollowCreated, FollowRemoved, Unblocked};
use idempotency::{Begun, Request};
use ids::{FollowId, UserId};
pub(crate) use model::{Action, Relationship};
use model::{Change, Pair, Refused};
use outbox::Work;
use service::{Ctx, Unauthenticated};

use crate::people;

/// What the viewer wants to be otherwise between herself and somebody else.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub(crate) action: Action,
    pub(crate) other: UserId,
    pub(crate) idempotency_key: Option<String>,
}

/// Does it, unless it is so already, and tells what has changed.
pub(crate) async fn change(ctx: &Ctx, command: Command) -> Result<Relationship, RelationshipError> {
    let Command { action, other, idempotency_key } = command;
    let pair = Pair { viewer: ctx.viewer()?.user_id, other };
    if pair.viewer == other {
        return Err(RelationshipError::Oneself(action));
    }
    // Before the transaction: on SQLite the projection could not move while it is open. Nobody unregisters.
    if !people::is_registered(ctx, other).await? {
        return Err(Refused::Missing.into());
    }
    let work = ctx.begin().await?;
    let now = ctx.now();
    let request = Request { user_id: pair.viewer, operation: action.name(), key: idempotency_key.as_deref() };
    let claim = match idempotency::begin(&*work, request, &other, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(relationship) => {
            work.rollback().await?;
            return Ok(relationship);
        }
    };
    store::take_turn(&*work, pair, now).await?;
    let mut standing = store::standing(&*work, pair).await?;
    for change in standing.changes(action)? {
        apply(&work, pair, *change, now).await?;
        standing = standing.after(*change);
    }
    let relationship = Relationship::new(other, standing);
    claim.complete(&*work, &relationship).await?;
    work.commit().await?;
    Ok(relationship)
}

async fn apply(work: &Work, pair: Pair, change: Change, at: DateTime<Utc>) -> Result<(), store::StoreError> {
    let Pair { viewer, other } = pair;
    match change {
        Change::Follow => {
            store::insert_follow(&**work, FollowId::at(at), pair, at).await?;
            work.emit(&FollowCreated { follower_id: viewer, followed_id: other, at }).await
        }
        Change::Unfollow => {
            store::delete_follow(&**work, pair).await?;
            work.emit(&FollowRemoved { follower_id: viewer, followed_id: other, at }).await
        }
        Change::LoseFollower => {
            store::delete_follow(&**work, pair.reversed()).await?;
            work.emit(&FollowRemoved { follower_id: other, followed_id: viewer, at }).await
        }
        Change::Block => {
            store::insert_block(&**work, pair, at).await?;
            work.emit(&Blocked { blocker_id: viewer, blocked_id: other, at }).await
        }
        Change::Unblock => {
            store::delete_block(&**work, pair).await?;
            work.emit(&Unblocked { blocker_id: viewer, blocked_id: other, at }).await
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Database(#[from] store::StoreError),
}

/// The viewer's relationship with each of `others`. Somebody who blocks the viewer is as a stranger, and so is an id
/// that nobody has: a block leaves no follow behind, and who is blocked can't block back.
pub(crate) async fn with(ctx: &Ctx, others: &[UserId]) -> Result<HashMap<UserId, Relationship>, ReadError> {
    let viewer = ctx.viewer()?.user_id;
    let connection = ctx.db.reader();
    let following = store::followed_by(connection, viewer, others).await?;
    let followers = store::followers_of(connection, viewer, others).await?;
    let blocked = store::blocked_by(connection, viewer, others).await?;
    let relationship = |other: &UserId| Relationship {
        other: *other,
        following: following.contains(other),
        followed_by: followers.contains(other),
        blocking: blocked.contains(other),
    };
    Ok(others.iter().map(|other| (*other, relationship(other))).collect())
}
