//! Patterns in somebody's moods, each said in a sentence with what it rests on, for their owner alone.
//!
//! They are computed in the background after moods have changed, or at once when their owner asks; logging a mood never waits
//! for them.

mod background;
#[cfg(test)]
pub(crate) mod banned_words;
mod error;
#[cfg(test)]
mod examples;
mod findings;
pub(crate) mod graphql;
mod identity;
pub(crate) mod model;
pub(crate) mod sentence;
pub(crate) mod store;

use ids::{InsightId, UserId};
use pagination::{PageRequest, Slice};

pub(crate) use self::{
    background::{compute_until, moods_changed},
    identity::named,
};
use self::{
    error::InsightError,
    model::{Freshness, Insight, InsightKey},
    store::StoreError,
};
use crate::{
    context::Ctx,
    entries::{
        self,
        model::{EntryKey, MoodEntry},
    },
};

/// A page of somebody's insights, if it is they who ask; with those that they dismissed, if they want.
pub(crate) async fn list(
    ctx: &Ctx,
    owner: UserId,
    dismissed: bool,
    page: &PageRequest<InsightKey>,
) -> Result<Option<Slice<Insight>>, StoreError> {
    if !ctx.is_viewer(owner) {
        return Ok(None);
    }
    store::page(ctx.db.reader(), owner, dismissed, page).await.map(Some)
}

/// How old somebody's insights are, if it is they who ask.
pub(crate) async fn freshness(ctx: &Ctx, owner: UserId) -> Result<Option<Freshness>, StoreError> {
    if !ctx.is_viewer(owner) {
        return Ok(None);
    }
    let state = store::state(ctx.db.reader(), owner).await?;
    let stale = state.changes > state.computed;
    Ok(Some(Freshness { computed_at: state.computed_at, stale }))
}

/// A page of the entries that an insight of the viewer's rests on, newest first; those that are gone by now aren't in it.
pub(crate) async fn cited(
    ctx: &Ctx,
    insight: &Insight,
    page: &PageRequest<EntryKey>,
) -> Result<Slice<MoodEntry>, StoreError> {
    let Some(viewer) = ctx.caller.viewer() else {
        return Ok(Slice::empty());
    };
    entries::own_among(ctx, viewer.user_id, &insight.finding.entries, page).await
}

/// Computes the viewer's insights anew, if their moods have changed since the last time.
pub(crate) async fn refresh(ctx: &Ctx) -> Result<UserId, InsightError> {
    let owner = ctx.viewer()?.user_id;
    let state = store::state(ctx.db.reader(), owner).await?;
    if state.computed_at.is_none() || state.changes > state.computed {
        background::compute(&ctx.db, owner, &ctx.clock).await?;
    }
    Ok(owner)
}

/// Puts an insight of the viewer's away, until its evidence is materially another.
pub(crate) async fn dismiss(ctx: &Ctx, id: InsightId) -> Result<Insight, InsightError> {
    let owner = ctx.viewer()?.user_id;
    let now = ctx.now();
    let work = ctx.begin().await?;
    store::lock(&*work, owner).await?;
    let insight = own(&*work, owner, id).await?;
    if insight.dismissed_at.is_some() {
        return Ok(insight);
    }
    store::keep_dismissal(&*work, owner, &insight, now).await?;
    store::set_dismissed(&*work, id, Some(now)).await?;
    work.commit().await?;
    Ok(Insight { dismissed_at: Some(now), ..insight })
}

/// Brings an insight of the viewer's back that they dismissed.
pub(crate) async fn restore(ctx: &Ctx, id: InsightId) -> Result<Insight, InsightError> {
    let owner = ctx.viewer()?.user_id;
    let work = ctx.begin().await?;
    store::lock(&*work, owner).await?;
    let insight = own(&*work, owner, id).await?;
    let dismissals = store::dismissals(&*work, owner).await?;
    let of_it = dismissals.iter().filter(|one| identity::covers(&one.finding, &insight.finding));
    store::forget_dismissals(&*work, owner, &of_it.map(|one| one.id).collect::<Vec<_>>()).await?;
    store::set_dismissed(&*work, id, None).await?;
    work.commit().await?;
    Ok(Insight { dismissed_at: None, ..insight })
}

/// An insight of `owner`'s own; anybody else's is as missing as one that never was.
async fn own(
    connection: &impl store::Connection,
    owner: UserId,
    id: InsightId,
) -> Result<Insight, InsightError> {
    store::find_own(connection, owner, id).await?.ok_or(InsightError::Missing)
}
