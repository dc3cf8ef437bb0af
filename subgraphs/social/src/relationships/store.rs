//! The tables of follows and blocks, and the turns that changes to them take.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use ids::{FollowId, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait as _, QueryFilter,
    sea_query::OnConflict,
};

use super::model::{Pair, Standing, Ties};
use crate::entities::{block, follow, pair as pairs};

pub(crate) use sea_orm::DbErr as StoreError;

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

pub(super) async fn standing(connection: &impl ConnectionTrait, pair: Pair) -> Result<Standing, StoreError> {
    let Pair { viewer, other } = pair;
    let follows = Condition::any()
        .add(follow::Column::FollowerId.eq(viewer).and(follow::Column::FollowedId.eq(other)))
        .add(follow::Column::FollowerId.eq(other).and(follow::Column::FollowedId.eq(viewer)));
    let follows = follow::Entity::find().filter(follows).all(connection).await?;
    let blocks = Condition::any()
        .add(block::Column::BlockerId.eq(viewer).and(block::Column::BlockedId.eq(other)))
        .add(block::Column::BlockerId.eq(other).and(block::Column::BlockedId.eq(viewer)));
    let blocks = block::Entity::find().filter(blocks).all(connection).await?;
    let ties = |of| Ties {
        follows: follows.iter().any(|row| row.follower_id == of),
        blocks: blocks.iter().any(|row| row.blocker_id == of),
    };
    Ok(Standing { outgoing: ties(viewer), incoming: ties(other) })
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
