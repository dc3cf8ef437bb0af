//! What the clock does to group hugs: it opens them and lets them expire.

use ids::GroupHugId;

use super::{
    steering::{wake, write},
    store,
};
use crate::{context::Ctx, store::StoreError};

/// How many are looked at in one go.
const SLICE: u64 = 100;

/// Opens those whose time has come, and ends those whose time is over. Each is looked at again under its lock, so it doesn't
/// matter how many processes do this. One that can't be read keeps no other from its time.
pub(crate) async fn keep_time(ctx: &Ctx) -> Result<(), StoreError> {
    for id in store::due(ctx.db.reader(), ctx.now(), SLICE).await? {
        if let Err(error) = move_on(ctx, id).await {
            tracing::warn!(%error, group_hug = %id, "a group hug has not moved on; trying again");
        }
    }
    Ok(())
}

async fn move_on(ctx: &Ctx, id: GroupHugId) -> Result<(), StoreError> {
    let work = ctx.begin().await?;
    let Some(mut group) = store::find_locked(&*work, id).await? else {
        return Ok(());
    };
    let now = ctx.now();
    let due = group.state_at(now);
    let told = write(&work, &mut group, due, now).await?;
    if !told.is_empty() {
        work.commit().await?;
        wake(ctx, id, &told);
    }
    Ok(())
}
