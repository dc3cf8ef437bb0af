//! What people do for their streaks: look in, repair a missed day, and plan pauses.

mod error;
pub(crate) mod graphql;
mod model;

use chrono::{DateTime, Datelike as _, Utc};
use events::streaks::StreakKind;
use idempotency::{Begun, Claim};
use ids::{PointsEntryId, UserId};
use outbox::Work;
use serde::Serialize;
use uuid::Uuid;

use self::{
    error::UpkeepError,
    model::{CheckIn, PlanPause, Repair},
};
use crate::{
    context::{BeginError, Ctx},
    settings,
    streak::{
        change::{Change, learn},
        compute,
        model::{Calendar, QualifyingDay, Reckoning},
        store::{
            self, Connection, StoreError,
            holds::{self, Hold},
        },
    },
};

/// Looks in: today counts for the viewer's streak of doing so.
pub(crate) async fn check_in(ctx: &Ctx, command: CheckIn) -> Result<Option<Reckoning>, UpkeepError> {
    ctx.settle_settings().await;
    let (work, user_id) = ctx.begin_own::<BeginError>().await?;
    let (kind, now) = (StreakKind::CheckIn, ctx.now());
    let key = command.idempotency_key.as_deref();
    let Some(claim) = claim(&work, request(user_id, "checkIn", key), &(), now).await? else {
        return Ok(compute(&*work, user_id, kind, now).await?);
    };
    let calendar = settings::store::calendar_of(&*work, user_id).await?;
    let date = calendar.date_of(now);
    // One source for each date: looking in again on the same day is nothing new.
    let source_id = Uuid::from_u64_pair(0, date.num_days_from_ce().unsigned_abs().into());
    let day = QualifyingDay { user_id, kind, source_id, date, calendar, gone: false, told_at: now, seq: 0 };
    let streak = learn(&work, day).await?;
    claim.complete(&*work, &()).await?;
    work.commit().await?;
    Ok(streak)
}

/// Makes the one missed day count that stands between the viewer and their streak.
pub(crate) async fn repair(ctx: &Ctx, command: Repair) -> Result<Option<Reckoning>, UpkeepError> {
    ctx.settle_days().await;
    let (work, user_id) = ctx.begin_own::<BeginError>().await?;
    let (kind, now) = (command.kind, ctx.now());
    let key = command.idempotency_key.as_deref();
    let Some(claim) = claim(&work, request(user_id, "repairStreak", key), &kind, now).await? else {
        return Ok(compute(&*work, user_id, kind, now).await?);
    };
    let change = Change::begin(&work, user_id, kind, now).await?;
    if store::history(&*work, user_id, kind).await?.was_repaired_lately(now) {
        return Err(UpkeepError::RepairedLately);
    }
    let missed = change.before().and_then(|streak| streak.repairable_date);
    let missed = missed.ok_or(UpkeepError::NothingToRepair)?;
    holds::insert(&*work, user_id, kind, Hold::Repair(missed), (new_id(now), now)).await?;
    let streak = change.finish(&work).await?;
    claim.complete(&*work, &()).await?;
    work.commit().await?;
    Ok(streak)
}

/// Plans a pause of one of the viewer's streaks.
pub(crate) async fn pause(ctx: &Ctx, command: PlanPause) -> Result<Option<Reckoning>, UpkeepError> {
    ctx.settle_days().await;
    ctx.settle_settings().await;
    let (work, user_id) = ctx.begin_own::<BeginError>().await?;
    let (kind, now) = (command.kind, ctx.now());
    let key = command.idempotency_key.as_deref();
    let input = (kind, command.first, command.last);
    let Some(claim) = claim(&work, request(user_id, "pauseStreak", key), &input, now).await? else {
        return Ok(compute(&*work, user_id, kind, now).await?);
    };
    let change = Change::begin(&work, user_id, kind, now).await?;
    let pause = command.pause(calendar(&*work, user_id, kind).await?.date_of(now))?;
    let planned = store::history(&*work, user_id, kind).await?.pauses;
    if planned.iter().any(|other| other.overlaps(pause)) {
        return Err(UpkeepError::PauseOverlaps);
    }
    holds::insert(&*work, user_id, kind, Hold::Pause(pause), (new_id(now), now)).await?;
    let streak = change.finish(&work).await?;
    claim.complete(&*work, &()).await?;
    work.commit().await?;
    Ok(streak)
}

/// Ends the pauses of one of the viewer's streaks: from today on every day is needed.
pub(crate) async fn resume(ctx: &Ctx, kind: StreakKind) -> Result<Option<Reckoning>, UpkeepError> {
    ctx.settle_days().await;
    ctx.settle_settings().await;
    let (work, user_id) = ctx.begin_own::<BeginError>().await?;
    let now = ctx.now();
    let change = Change::begin(&work, user_id, kind, now).await?;
    let today = calendar(&*work, user_id, kind).await?.date_of(now);
    if !holds::end_pauses(&*work, user_id, kind, today).await? {
        return Err(UpkeepError::PauseNotFound);
    }
    let streak = change.finish(&work).await?;
    work.commit().await?;
    Ok(streak)
}

fn request<'a>(user_id: UserId, operation: &'static str, key: Option<&'a str>) -> idempotency::Request<'a> {
    idempotency::Request { user_id, operation, key }
}

/// The right to do the work, or none when it was done before.
async fn claim(
    work: &Work,
    request: idempotency::Request<'_>,
    input: &impl Serialize,
    now: DateTime<Utc>,
) -> Result<Option<Claim>, UpkeepError> {
    Ok(match idempotency::begin::<()>(&**work, request, input, now).await? {
        Begun::First(claim) => Some(claim),
        Begun::Again(()) => None,
    })
}

/// Where the streak's days begin and end; by the settings, while there is none.
async fn calendar(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
) -> Result<Calendar, StoreError> {
    match store::latest_calendar(connection, user_id, kind).await? {
        Some(calendar) => Ok(calendar),
        None => settings::store::calendar_of(connection, user_id).await,
    }
}

/// An id of this instant, for a row that nobody refers to.
fn new_id(now: DateTime<Utc>) -> Uuid {
    PointsEntryId::at(now).as_uuid()
}
