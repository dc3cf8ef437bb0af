//! The tables of follows, requests, blocks and mutes, and the turns that changes to them take.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use ids::{FollowId, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::model::{Mute, Pair, Standing, Ties};
use crate::{
    entities::{block, follow, follow_request as request, mute, pair as pairs},
    store::{StoreError, blocking},
};

/// Waits until no other transaction is changing what is between these two, and keeps others waiting until this one
/// ends. What is read afterwards stays true.
pub(super) async fn take_turn(
    transaction: &impl ConnectionTrait,
    pair: Pair,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (low, high) = pair.in_order();
    let row = pairs::ActiveModel { low_id: Set(low), high_id: Set(high), touched_at: Set(now) };
    let touch = OnConflict::columns([pairs::Column::LowId, pairs::Column::HighId])
        .update_column(pairs::Column::TouchedAt)
        .to_owned();
    pairs::Entity::insert(row).on_conflict(touch).exec_without_returning(transaction).await?;
    Ok(())
}

/// What is between the two as far as these tables tell: not whether following takes consent.
pub(super) async fn standing(
    connection: &impl ConnectionTrait,
    pair: Pair,
    now: DateTime<Utc>,
) -> Result<Standing, StoreError> {
    let Pair { viewer, other } = pair;
    let either = |tie: fn(UserId, UserId) -> Expr| tie(viewer, other).or(tie(other, viewer));
    let follows = follow::Entity::find()
        .filter(either(|from, to| follow::Column::FollowerId.eq(from).and(follow::Column::FollowedId.eq(to))))
        .all(connection)
        .await?;
    let requests = request::Entity::find()
        .filter(either(|from, to| {
            request::Column::RequesterId.eq(from).and(request::Column::TargetId.eq(to))
        }))
        .all(connection)
        .await?;
    let blocks = block::Entity::find()
        .filter(either(|from, to| block::Column::BlockerId.eq(from).and(block::Column::BlockedId.eq(to))))
        .all(connection)
        .await?;
    let mutes = mute::Entity::find()
        .filter(either(|from, to| mute::Column::MuterId.eq(from).and(mute::Column::MutedId.eq(to))))
        .filter(mute::in_force(now))
        .all(connection)
        .await?;
    let ties = |of| Ties {
        follows: follows.iter().any(|row| row.follower_id == of),
        requests: requests.iter().any(|row| row.requester_id == of),
        blocks: blocks.iter().any(|row| row.blocker_id == of),
        mutes: mutes.iter().find(|row| row.muter_id == of).map(|row| Mute { until: row.muted_until }),
    };
    Ok(Standing { outgoing: ties(viewer), incoming: ties(other), by_consent: false })
}

pub(super) async fn insert_follow(
    transaction: &impl ConnectionTrait,
    id: FollowId,
    pair: Pair,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = follow::ActiveModel {
        id: Set(id),
        follower_id: Set(pair.viewer),
        followed_id: Set(pair.other),
        followed_at: Set(at),
    };
    follow::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

pub(super) async fn delete_follow(transaction: &impl ConnectionTrait, pair: Pair) -> Result<(), StoreError> {
    follow::Entity::delete_many()
        .filter(follow::Column::FollowerId.eq(pair.viewer))
        .filter(follow::Column::FollowedId.eq(pair.other))
        .exec(transaction)
        .await?;
    Ok(())
}

pub(super) async fn insert_request(
    transaction: &impl ConnectionTrait,
    id: FollowId,
    pair: Pair,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = request::ActiveModel {
        id: Set(id),
        requester_id: Set(pair.viewer),
        target_id: Set(pair.other),
        requested_at: Set(at),
    };
    request::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

pub(super) async fn delete_request(transaction: &impl ConnectionTrait, pair: Pair) -> Result<(), StoreError> {
    request::Entity::delete_many()
        .filter(request::Column::RequesterId.eq(pair.viewer))
        .filter(request::Column::TargetId.eq(pair.other))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Puts the mute in the place of one that is there, in force or ended.
pub(super) async fn put_mute(
    transaction: &impl ConnectionTrait,
    pair: Pair,
    mute: Mute,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = mute::ActiveModel {
        muter_id: Set(pair.viewer),
        muted_id: Set(pair.other),
        muted_until: Set(mute.until),
        muted_at: Set(at),
    };
    let former = OnConflict::columns([mute::Column::MuterId, mute::Column::MutedId])
        .update_columns([mute::Column::MutedUntil, mute::Column::MutedAt])
        .to_owned();
    mute::Entity::insert(row).on_conflict(former).exec_without_returning(transaction).await?;
    Ok(())
}

pub(super) async fn delete_mute(transaction: &impl ConnectionTrait, pair: Pair) -> Result<(), StoreError> {
    mute::Entity::delete_by_id((pair.viewer, pair.other)).exec(transaction).await?;
    Ok(())
}

pub(super) async fn insert_block(
    transaction: &impl ConnectionTrait,
    pair: Pair,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row =
        block::ActiveModel { blocker_id: Set(pair.viewer), blocked_id: Set(pair.other), blocked_at: Set(at) };
    block::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

pub(super) async fn delete_block(transaction: &impl ConnectionTrait, pair: Pair) -> Result<(), StoreError> {
    block::Entity::delete_by_id((pair.viewer, pair.other)).exec(transaction).await?;
    Ok(())
}

/// Those of `others` whom `viewer` follows.
pub(super) async fn followed_by(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>, StoreError> {
    let rows = follow::Entity::find()
        .filter(follow::Column::FollowerId.eq(viewer))
        .filter(follow::Column::FollowedId.is_in(others.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.followed_id).collect())
}

/// Those of `others` who follow `viewer`.
pub(super) async fn followers_of(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>, StoreError> {
    let rows = follow::Entity::find()
        .filter(follow::Column::FollowedId.eq(viewer))
        .filter(follow::Column::FollowerId.is_in(others.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.follower_id).collect())
}

/// Those of `others` whom `viewer` asks to follow.
pub(super) async fn requested_by(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>, StoreError> {
    let rows = request::Entity::find()
        .filter(request::Column::RequesterId.eq(viewer))
        .filter(request::Column::TargetId.is_in(others.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.target_id).collect())
}

/// Those of `others` who ask to follow `viewer`.
pub(super) async fn requesters_of(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>, StoreError> {
    let rows = request::Entity::find()
        .filter(request::Column::TargetId.eq(viewer))
        .filter(request::Column::RequesterId.is_in(others.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.requester_id).collect())
}

/// Those of `others` whom `viewer` mutes.
pub(super) async fn muted_by(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    others: &[UserId],
    now: DateTime<Utc>,
) -> Result<HashMap<UserId, Mute>, StoreError> {
    let rows = mute::Entity::find()
        .filter(mute::Column::MuterId.eq(viewer))
        .filter(mute::Column::MutedId.is_in(others.iter().copied()))
        .filter(mute::in_force(now))
        .filter(mute::Column::MutedId.into_expr().not_in_subquery(blocking(viewer)))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.muted_id, Mute { until: row.muted_until })).collect())
}

/// Those of `others` whom `viewer` blocks.
pub(super) async fn blocked_by(
    connection: &impl ConnectionTrait,
    viewer: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>, StoreError> {
    let rows = block::Entity::find()
        .filter(block::Column::BlockerId.eq(viewer))
        .filter(block::Column::BlockedId.is_in(others.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.blocked_id).collect())
}

pub(super) async fn blocks(
    connection: &impl ConnectionTrait,
    blocker: UserId,
    blocked: UserId,
) -> Result<bool, StoreError> {
    Ok(block::Entity::find_by_id((blocker, blocked)).one(connection).await?.is_some())
}
