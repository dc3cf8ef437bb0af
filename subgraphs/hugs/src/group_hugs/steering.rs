//! What a host does with a group hug, and how its state is written.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use events::hugs::GroupHugChanged;
use ids::{GroupHugId, UserId};
use outbox::Work;

use super::{GroupHug, GroupHugError, GroupHugState, store};
use crate::{
    context::Ctx,
    live::{self, Happening, Topic},
    store::StoreError,
};

/// What only the host does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Start,
    Complete,
    Cancel,
}

impl Step {
    fn leads_to(self) -> GroupHugState {
        match self {
            Self::Start => GroupHugState::Active,
            Self::Complete => GroupHugState::Completed,
            Self::Cancel => GroupHugState::Cancelled,
        }
    }
}

/// Takes the step on behalf of the viewer, who is the host. Taking it again changes nothing.
pub(crate) async fn steer(ctx: &Ctx, id: &str, step: Step) -> Result<GroupHug, GroupHugError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.settle().await;
    let work = ctx.begin().await?;
    let mut group = take(&work, id, viewer, now).await?;
    if group.host_id != viewer {
        return Err(GroupHugError::NotHost);
    }
    if group.state == step.leads_to() {
        return Ok(group);
    }
    let people = store::participants(&*work, group.id).await?;
    match (step, group.state) {
        (_, state) if state.is_end() => return Err(GroupHugError::Ended),
        (Step::Start, GroupHugState::Scheduled) => return Err(GroupHugError::NotOpen),
        (Step::Start, _) if people.len() < 2 => return Err(GroupHugError::TooFew),
        (Step::Complete, GroupHugState::Scheduled | GroupHugState::Open) => {
            return Err(GroupHugError::NotStarted);
        }
        _ => {}
    }
    let told = write(&work, &mut group, step.leads_to(), now).await?;
    work.commit().await?;
    wake(ctx, group.id, &told);
    Ok(group)
}

/// The group hug, locked and as the clock has it, if `viewer` may see it.
pub(super) async fn take(
    work: &Work,
    id: &str,
    viewer: UserId,
    now: DateTime<Utc>,
) -> Result<GroupHug, GroupHugError> {
    let mut group = find(work, id, viewer).await?;
    let due = group.state_at(now);
    write(work, &mut group, due, now).await?;
    Ok(group)
}

/// The group hug, locked, if `viewer` may see it.
pub(super) async fn find(work: &Work, id: &str, viewer: UserId) -> Result<GroupHug, GroupHugError> {
    let id = GroupHugId::parse(id).map_err(|_| GroupHugError::NotFound)?;
    let locked = store::find_locked(&**work, id).await?;
    let visible = store::visible(&**work, viewer, &[id]).await?;
    locked.filter(|_| !visible.is_empty()).ok_or(GroupHugError::NotFound)
}

/// Writes that the group hug, which is locked, stands at `state`, and tells it; gives back who was told live. Nothing is
/// done when it stands there.
pub(super) async fn write(
    work: &Work,
    group: &mut GroupHug,
    state: GroupHugState,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>, StoreError> {
    if !group.move_to(state, now) {
        return Ok(Vec::new());
    }
    store::save(&**work, group).await?;
    let mut people: BTreeSet<_> = store::participants(&**work, group.id).await?.into_iter().collect();
    let kind = match state {
        GroupHugState::Open => live::Kind::GroupOpened,
        GroupHugState::Active => live::Kind::GroupStarted,
        _ => live::Kind::GroupEnded,
    };
    let participant_ids = people.iter().copied().collect();
    if state == GroupHugState::Open {
        let invited = store::invited(&**work, group.id).await?;
        people.extend(invited.iter().filter(|invitee| !invitee.quietly).map(|invitee| invitee.person));
    }
    let told: Vec<_> = people.into_iter().collect();
    log(work, group.id, &told, Happening::to_group(kind, group.id, None, now)).await?;
    tell(work, group, participant_ids, now).await?;
    Ok(told)
}

/// Logs `happening` in the group hug's own log and those of `people`, who are in ascending order.
pub(super) async fn log(
    work: &Work,
    group: GroupHugId,
    people: &[UserId],
    happening: Happening,
) -> Result<(), StoreError> {
    let topics: Vec<_> =
        [Topic::Group(group)].into_iter().chain(people.iter().copied().map(Topic::Person)).collect();
    live::append_to_each(&**work, &topics, happening).await
}

/// Tells the bus how the group hug stands.
pub(super) async fn tell(
    work: &Work,
    group: &GroupHug,
    participant_ids: Vec<UserId>,
    changed_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    work.emit(&GroupHugChanged {
        group_hug_id: group.id,
        host_id: group.host_id,
        audience: group.audience.into(),
        state: group.state.into(),
        participant_ids,
        changed_at,
    })
    .await
}

/// Wakes the streams of a group hug and of those who were told.
pub(super) fn wake(ctx: &Ctx, group: GroupHugId, told: &[UserId]) {
    ctx.live.wake(group);
    ctx.live.wake_each(told);
}
