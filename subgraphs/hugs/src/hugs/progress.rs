//! What becomes of a hug: seen, thanked, taken back.

use chrono::{DateTime, Utc};
use events::hugs::{HugCancelled, HugSeen, HugThanked};
use ids::{HugId, UserId};
use outbox::Work;

use super::{Hug, HugError, HugStatus, SeenHug, store};
use crate::{
    consents,
    context::Ctx,
    live::{self, Happening},
    store::StoreError,
};

/// The viewer saw a hug that they received. Saying so again changes nothing.
pub(crate) async fn mark_seen(ctx: &Ctx, id: &str) -> Result<SeenHug, HugError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.settle().await;
    let work = ctx.begin().await?;
    let mut hug = take(&work, id, viewer, |hug| hug.recipient_id).await?;
    if hug.see(now)? {
        store::save_progress(&*work, &hug).await?;
        log(&work, &hug, live::Kind::Seen, hug.sender_id, now).await?;
        tell_seen(&work, &hug, now).await?;
        work.commit().await?;
        ctx.live.wake(hug.sender_id);
    }
    hug.seen_by(viewer).ok_or(HugError::NotFound)
}

/// The viewer is thankful for a hug that they received. Saying so again changes nothing.
pub(crate) async fn thank(ctx: &Ctx, id: &str) -> Result<SeenHug, HugError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.settle().await;
    let work = ctx.begin().await?;
    let mut hug = take(&work, id, viewer, |hug| hug.recipient_id).await?;
    let unseen = hug.status() == HugStatus::Sent;
    if hug.thank(now)? {
        store::save_progress(&*work, &hug).await?;
        if !hug.anonymous {
            consents::note_known(&*work, &mut [(viewer, hug.sender_id)], now).await?;
        }
        log(&work, &hug, live::Kind::Thanked, hug.sender_id, now).await?;
        if unseen {
            tell_seen(&work, &hug, now).await?;
        }
        let Hug { id: hug_id, sender_id, recipient_id, .. } = hug;
        work.emit(&HugThanked { hug_id, sender_id, recipient_id, thanked_at: now }).await?;
        work.commit().await?;
        ctx.live.wake(hug.sender_id);
    }
    hug.seen_by(viewer).ok_or(HugError::NotFound)
}

/// The viewer takes back a hug that they sent, unless it was seen. Doing so again changes nothing.
pub(crate) async fn cancel(ctx: &Ctx, id: &str) -> Result<SeenHug, HugError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.settle().await;
    let work = ctx.begin().await?;
    let mut hug = take(&work, id, viewer, |hug| hug.sender_id).await?;
    if hug.cancel(now)? {
        store::save_progress(&*work, &hug).await?;
        store::remove_side(&*work, hug.id, hug.recipient_id).await?;
        if !hug.filtered && hug.declined_at.is_none() {
            log(&work, &hug, live::Kind::Cancelled, hug.recipient_id, now).await?;
        }
        let Hug { id: hug_id, sender_id, recipient_id, .. } = hug;
        work.emit(&HugCancelled { hug_id, sender_id, recipient_id, cancelled_at: now }).await?;
        work.commit().await?;
        ctx.live.wake(hug.recipient_id);
    }
    hug.seen_by(viewer).ok_or(HugError::NotFound)
}

/// The hug, locked, if the viewer is the right one of its parties and the two are no blocked pair. Who doesn't know the
/// other is not to find out by blocking them.
pub(super) async fn take(
    work: &Work,
    id: &str,
    viewer: UserId,
    party: impl Fn(&Hug) -> UserId,
) -> Result<Hug, HugError> {
    let id = HugId::parse(id).map_err(|_| HugError::NotFound)?;
    let hug = store::find_locked(&**work, id).await?.filter(|hug| party(hug) == viewer);
    let hug = hug.filter(|hug| hug.declined_at.is_none() || viewer == hug.sender_id);
    let hug = hug.ok_or(HugError::NotFound)?;
    let hidden = hug.hides_other_from(viewer);
    if !hidden && relationships::blocked_pair(&**work, hug.sender_id, hug.recipient_id).await? {
        return Err(HugError::NotFound);
    }
    Ok(hug)
}

async fn log(
    work: &Work,
    hug: &Hug,
    kind: live::Kind,
    person: UserId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    live::append(&**work, person, Happening::to_hug(kind, hug.id, at)).await
}

pub(super) async fn tell_seen(work: &Work, hug: &Hug, seen_at: DateTime<Utc>) -> Result<(), StoreError> {
    let Hug { id: hug_id, sender_id, recipient_id, .. } = *hug;
    work.emit(&HugSeen { hug_id, sender_id, recipient_id, seen_at }).await
}
