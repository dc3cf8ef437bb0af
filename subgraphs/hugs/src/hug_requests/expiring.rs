//! Telling that requests have expired.

use events::hugs::{HugRequestEnd, HugRequestEnded};
use ids::HugRequestId;

use super::{HugRequestStatus, store};
use crate::{context::Ctx, store::StoreError};

/// How many are looked at in one go.
const SLICE: u64 = 100;

/// Notes and tells that those requests have expired whose time is over. Each is looked at again under its lock, so it
/// doesn't matter how many processes do this. One that can't be read keeps no other from its time.
pub(crate) async fn expire(ctx: &Ctx) -> Result<(), StoreError> {
    for id in store::due(ctx.db.reader(), ctx.now(), SLICE).await? {
        if let Err(error) = expire_one(ctx, id).await {
            tracing::warn!(%error, request = %id, "a request has not expired; trying again");
        }
    }
    Ok(())
}

async fn expire_one(ctx: &Ctx, id: HugRequestId) -> Result<(), StoreError> {
    let work = ctx.begin().await?;
    let now = ctx.now();
    let request = store::find_locked(&*work, id).await?;
    let request = request.filter(|request| request.status(now) == HugRequestStatus::Expired);
    let Some(request) = request else {
        return Ok(());
    };
    if !store::note_expired(&*work, id, now).await? {
        return Ok(());
    }
    let (request_id, requester_id) = (id, request.requester_id);
    let end = HugRequestEnd::Expired;
    work.emit(&HugRequestEnded { request_id, requester_id, end, ended_at: request.expires_at }).await?;
    work.commit().await
}
