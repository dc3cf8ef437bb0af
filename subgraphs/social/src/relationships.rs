//! Following, with consent where it takes that, blocking and muting.

mod error;
pub(crate) mod graphql;
mod model;
mod store;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
pub(crate) use error::RelationshipError;
use events::social::{Blocked, FollowCreated, FollowRemoved, FollowRequested, Muted, Unblocked, Unmuted};
use idempotency::{Begun, Request};
use ids::{FollowId, UserId};
pub(crate) use model::{Action, Mute, Relationship};
use model::{Change, Pair, Refused, Standing, Ties};
use outbox::Work;
use service::{Ctx, Unauthenticated};

use crate::{
    erasure, limits, people, settings,
    store::{Connection, StoreError},
};

/// What the viewer wants to be otherwise between themselves and somebody else.
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
    let now = ctx.now();
    if pair.viewer == other {
        return Err(RelationshipError::Oneself(action));
    }
    if matches!(action, Action::Mute(Mute { until: Some(until) }) if until <= now) {
        return Err(RelationshipError::MuteEnd);
    }
    // Before the transaction: on SQLite no projection could move while it is open.
    if !people::is_registered(ctx, other).await? {
        return Err(Refused::Missing.into());
    }
    let by_consent = action == Action::Follow && settings::approves_followers(ctx, other).await?;
    let (work, _) = ctx.begin_own::<RelationshipError>().await?;
    if erasure::any_gone(&work, &[other]).await? {
        return Err(Refused::Missing.into());
    }
    let request = Request { user_id: pair.viewer, operation: action.name(), key: idempotency_key.as_deref() };
    let claim = match idempotency::begin(&*work, request, &other, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(relationship) => {
            work.rollback().await?;
            return Ok(relationship);
        }
    };
    store::take_turn(&*work, pair, now).await?;
    let mut standing = Standing { by_consent, ..store::standing(&*work, pair, now).await? };
    for change in standing.changes(action)? {
        if matches!(change, Change::Follow | Change::Request) {
            limits::count(&work, limits::FOLLOWS, pair.viewer).await??;
        }
        apply(&work, pair, change, now).await?;
        standing = standing.after(change);
    }
    let relationship = Relationship::new(other, standing);
    claim.complete(&*work, &relationship).await?;
    work.commit().await?;
    Ok(relationship)
}

async fn apply(work: &Work, pair: Pair, change: Change, at: DateTime<Utc>) -> Result<(), StoreError> {
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
        Change::Request => {
            store::insert_request(&**work, FollowId::at(at), pair, at).await?;
            work.emit(&FollowRequested { requester_id: viewer, target_id: other, at }).await
        }
        Change::Withdraw => store::delete_request(&**work, pair).await,
        Change::Accept => {
            store::delete_request(&**work, pair.reversed()).await?;
            store::insert_follow(&**work, FollowId::at(at), pair.reversed(), at).await?;
            work.emit(&FollowCreated { follower_id: other, followed_id: viewer, at }).await
        }
        Change::Reject => store::delete_request(&**work, pair.reversed()).await,
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
        Change::Mute(mute) => {
            store::put_mute(&**work, pair, mute, at).await?;
            work.emit(&Muted { muter_id: viewer, muted_id: other, until: mute.until, at }).await
        }
        Change::Unmute => {
            store::delete_mute(&**work, pair).await?;
            work.emit(&Unmuted { muter_id: viewer, muted_id: other, at }).await
        }
    }
}

/// Waits for its turn to change something between these two, and keeps it until the transaction ends.
pub(crate) async fn take_turn(
    transaction: &impl Connection,
    viewer: UserId,
    other: UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    store::take_turn(transaction, Pair { viewer, other }, now).await
}

/// Whether `blocker` blocks `blocked`.
pub(crate) async fn blocks(
    connection: &impl Connection,
    blocker: UserId,
    blocked: UserId,
) -> Result<bool, StoreError> {
    store::blocks(connection, blocker, blocked).await
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// The viewer's relationship with each of `others`. Somebody who blocks the viewer is as a stranger, and so is an id
/// that nobody has: a block leaves no follow and no request behind, and who is blocked can't block back. A mute from
/// before the block isn't shown either.
pub(crate) async fn with(ctx: &Ctx, others: &[UserId]) -> Result<HashMap<UserId, Relationship>, ReadError> {
    let viewer = ctx.viewer()?.user_id;
    let connection = ctx.db.reader();
    let following = store::followed_by(connection, viewer, others).await?;
    let followers = store::followers_of(connection, viewer, others).await?;
    let requested = store::requested_by(connection, viewer, others).await?;
    let requesters = store::requesters_of(connection, viewer, others).await?;
    let blocked = store::blocked_by(connection, viewer, others).await?;
    let muted = store::muted_by(connection, viewer, others, ctx.now()).await?;
    let relationship = |other: &UserId| {
        let outgoing = Ties {
            follows: following.contains(other),
            requests: requested.contains(other),
            blocks: blocked.contains(other),
            mutes: muted.get(other).copied(),
        };
        let incoming = Ties {
            follows: followers.contains(other),
            requests: requesters.contains(other),
            ..Ties::default()
        };
        Relationship::new(*other, Standing { outgoing, incoming, by_consent: false })
    };
    Ok(others.iter().map(|other| (*other, relationship(other))).collect())
}
