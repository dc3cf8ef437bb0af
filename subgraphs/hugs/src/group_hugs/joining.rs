//! Joining a group hug, and leaving it.

use chrono::{DateTime, Utc};
use events::hugs::{GroupHugJoined, GroupHugLeft};
use ids::UserId;
use outbox::Work;

use super::{
    GroupHug, GroupHugError, GroupHugState,
    steering::{log, take, wake, write},
    store,
};
use crate::{
    context::Ctx,
    live::{self, Happening},
    store::StoreError,
};

/// The viewer takes part from now on. Joining again changes nothing.
pub(crate) async fn join(ctx: &Ctx, id: &str) -> Result<GroupHug, GroupHugError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.require_projections().await?;
    let (work, _) = ctx.begin_own::<GroupHugError>().await?;
    let group = take(&work, id, viewer, now).await?;
    let mut others = store::participants(&*work, group.id).await?;
    match group.state {
        state if state.is_end() => return Err(GroupHugError::Ended),
        _ if others.contains(&viewer) => return Ok(group),
        GroupHugState::Scheduled => return Err(GroupHugError::NotOpen),
        _ => {}
    }
    if !store::take_place(&*work, group.id).await? {
        return Err(GroupHugError::Full);
    }
    store::add_participant(&*work, group.id, viewer, now).await?;
    others.sort_unstable();
    let joined = Happening::to_group(live::Kind::GroupJoined, group.id, Some(viewer), now);
    log(&work, group.id, &others, joined).await?;
    let (group_hug_id, host_id) = (group.id, group.host_id);
    work.emit(&GroupHugJoined { group_hug_id, host_id, user_id: viewer, joined_at: now }).await?;
    work.commit().await?;
    wake(ctx, group.id, &others);
    Ok(group)
}

/// The viewer takes part no more. A host hands over to whoever has taken part for longest; when nobody is left, the
/// group hug is cancelled. Leaving again changes nothing.
pub(crate) async fn leave(ctx: &Ctx, id: &str) -> Result<GroupHug, GroupHugError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.settle().await;
    let work = ctx.begin().await?;
    let mut group = take(&work, id, viewer, now).await?;
    if group.state.is_end() {
        return Err(GroupHugError::Ended);
    }
    let Some(others) = part(&work, &mut group, viewer, now).await? else {
        return Ok(group);
    };
    work.commit().await?;
    wake(ctx, group.id, &others);
    Ok(group)
}

/// Takes `person` out of the group hug, which is locked and not over, and gives back who was told; `None` when they didn't
/// take part.
pub(super) async fn part(
    work: &Work,
    group: &mut GroupHug,
    person: UserId,
    now: DateTime<Utc>,
) -> Result<Option<Vec<UserId>>, StoreError> {
    let Some(mut others) = take_out(work, group, person).await? else {
        return Ok(None);
    };
    others.sort_unstable();
    let left = Happening::to_group(live::Kind::GroupLeft, group.id, Some(person), now);
    log(work, group.id, &others, left).await?;
    let (group_hug_id, host_id) = (group.id, group.host_id);
    work.emit(&GroupHugLeft { group_hug_id, host_id, user_id: person, left_at: now }).await?;
    if others.is_empty() {
        write(work, group, GroupHugState::Cancelled, now).await?;
    }
    Ok(Some(others))
}

/// Takes `person` out of those who take part, and hands over when they host. Gives back who is left, those first who have
/// taken part for longest; `None` when `person` didn't.
pub(super) async fn take_out(
    work: &Work,
    group: &mut GroupHug,
    person: UserId,
) -> Result<Option<Vec<UserId>>, StoreError> {
    if !store::remove_participant(&**work, group.id, person).await? {
        return Ok(None);
    }
    store::free_place(&**work, group.id).await?;
    let others = store::participants(&**work, group.id).await?;
    if group.host_id == person {
        group.host_id = others.first().copied().unwrap_or(person);
        store::save(&**work, group).await?;
    }
    Ok(Some(others))
}
