//! What streaks earn: points for milestones, badges, and freezes for points.
//!
//! Everything is earned once and kept: whoever deletes a day afterwards keeps what it earned, and doesn't earn it again.

mod error;
pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod store;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use events::streaks::{BadgeAwarded, MilestoneReached};
use idempotency::Begun;
use ids::{PointsEntryId, UserId};
use outbox::Work;
use pagination::{PageRequest, Slice};

use self::{
    error::RedeemError,
    model::{Award, BADGES, BuyFreeze, FREEZE_PRICE, PointsEntry, PointsKey, Reason},
};
use crate::{
    context::{BeginError, Ctx},
    members,
    streak::{
        change::Change,
        compute,
        model::{MAX_FREEZES, Reckoning, Streak},
        store::{self as days, StoreError, holds},
    },
};

/// Grants what the longest of somebody's streaks has come to, and wasn't granted yet.
pub(crate) async fn grant(
    work: &Work,
    user_id: UserId,
    streak: &Streak,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let kind = streak.kind;
    let known = store::milestones(&**work, user_id, kind).await?;
    let reached = model::milestones().take_while(|milestone| milestone.days <= streak.longest);
    for milestone in reached.filter(|milestone| !known.contains(&milestone.days)) {
        let reason = Reason::Milestone(milestone.days);
        let entry =
            PointsEntry { id: PointsEntryId::at(at), amount: milestone.points, kind, reason, made_at: at };
        store::add_points(&**work, user_id, &entry).await?;
        work.emit(&MilestoneReached { user_id, kind, days: milestone.days, reached_at: at }).await?;
    }
    for badge in BADGES.iter().filter(|badge| badge.kind == kind && badge.days <= streak.longest) {
        if store::award(&**work, user_id, badge.code, at).await? {
            work.emit(&BadgeAwarded { user_id, badge: badge.code.to_owned(), awarded_at: at }).await?;
        }
    }
    Ok(())
}

/// How many points somebody has, if it is they who ask.
pub(crate) async fn points(ctx: &Ctx, user_id: UserId) -> Result<Option<i64>, StoreError> {
    if !ctx.is_viewer(user_id) {
        return Ok(None);
    }
    ctx.settle_days().await;
    store::balance(ctx.db.reader(), user_id).await.map(Some)
}

/// How somebody came to their points, newest first, if it is they who ask.
pub(crate) async fn points_history(
    ctx: &Ctx,
    user_id: UserId,
    page: &PageRequest<PointsKey>,
) -> Result<Option<Slice<PointsEntry>>, StoreError> {
    if !ctx.is_viewer(user_id) {
        return Ok(None);
    }
    ctx.settle_days().await;
    store::page(ctx.db.reader(), user_id, page).await.map(Some)
}

/// The badges of each of `people`, as far as they show them to the viewer, in the order in which they were awarded.
pub(crate) async fn badges_of(
    ctx: &Ctx,
    people: &[UserId],
) -> Result<HashMap<UserId, Vec<Award>>, StoreError> {
    ctx.settle_relationships().await;
    ctx.settle_days().await;
    let connection = ctx.db.reader();
    let mut hidden = members::store::hiding_badges(connection, people).await?;
    if let Some(viewer) = ctx.viewer_id() {
        hidden.remove(&viewer);
        hidden.extend(relationships::hidden_from(connection, viewer, people).await?);
    }
    let shown: Vec<_> = people.iter().copied().filter(|person| !hidden.contains(person)).collect();
    store::awards_of(connection, &shown).await
}

/// Buys a freeze for one of the viewer's streaks.
pub(crate) async fn buy_freeze(ctx: &Ctx, command: BuyFreeze) -> Result<Option<Reckoning>, RedeemError> {
    let (kind, key) = (command.kind, command.idempotency_key.as_deref());
    ctx.settle_days().await;
    let (work, user_id) = ctx.begin_own::<BeginError>().await?;
    let now = ctx.now();
    let request = idempotency::Request { user_id, operation: "redeemPoints", key };
    let claim = match idempotency::begin::<()>(&*work, request, &kind, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(()) => return Ok(compute(&*work, user_id, kind, now).await?),
    };
    let change = Change::begin(&work, user_id, kind, now).await?;
    let streak = change.before().filter(|streak| streak.is_running()).ok_or(RedeemError::NotRunning)?;
    if streak.freezes_held >= MAX_FREEZES {
        return Err(RedeemError::FreezesFull);
    }
    if store::balance(&*work, user_id).await? < i64::from(FREEZE_PRICE) {
        return Err(RedeemError::Insufficient);
    }
    let calendar = days::latest_calendar(&*work, user_id, kind).await?.unwrap_or_default();
    let id = PointsEntryId::at(now);
    let entry = PointsEntry { id, amount: -FREEZE_PRICE, kind, reason: Reason::Freeze, made_at: now };
    store::add_points(&*work, user_id, &entry).await?;
    let freeze = holds::Hold::Freeze(calendar.date_of(now));
    holds::insert(&*work, user_id, kind, freeze, (id.as_uuid(), now)).await?;
    let bought = change.finish(&work).await?;
    claim.complete(&*work, &()).await?;
    work.commit().await?;
    Ok(bought)
}
