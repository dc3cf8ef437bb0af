//! Reading group hugs.

use std::collections::{HashMap, HashSet};

use ids::{GroupHugId, UserId};
use pagination::{PageRequest, Slice};

use super::{GroupHug, GroupHugError, GroupHugPosition, GroupHugState, Listed, store};
use crate::{context::Ctx, store::StoreError};

/// Those of the group hugs that the viewer may see.
pub(crate) async fn visible(ctx: &Ctx, ids: &[GroupHugId]) -> Result<Vec<GroupHug>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(Vec::new());
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    ctx.settle().await;
    store::visible(ctx.db.reader(), viewer.user_id, ids).await
}

/// The group hug, if there is one of that id that the viewer may see.
pub(crate) async fn visible_one(ctx: &Ctx, id: &str) -> Result<Option<GroupHug>, StoreError> {
    let Ok(id) = GroupHugId::parse(id) else {
        return Ok(None);
    };
    Ok(visible(ctx, &[id]).await?.pop())
}

/// A page of group hugs, those first that were made last.
pub(crate) async fn page(
    ctx: &Ctx,
    listed: &Listed,
    page: PageRequest<GroupHugPosition>,
) -> Result<Slice<GroupHug>, GroupHugError> {
    let viewer = ctx.viewer()?.user_id;
    ctx.settle().await;
    let rows = store::page(ctx.db.reader(), viewer, listed, ctx.now(), &page).await?;
    Ok(Slice::from_rows(rows, &page))
}

/// Those of `people` who are in a blocked pair with the viewer; all of them for whoever isn't logged in.
pub(crate) async fn hidden(ctx: &Ctx, people: &[UserId]) -> Result<HashSet<UserId>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(people.iter().copied().collect());
    };
    ctx.settle().await;
    relationships::hidden_from(ctx.db.reader(), viewer.user_id, people).await
}

/// Who takes part in each of the group hugs, which the viewer may see, without people in a blocked pair with the viewer.
pub(crate) async fn participants(
    ctx: &Ctx,
    ids: &[GroupHugId],
) -> Result<HashMap<GroupHugId, Vec<UserId>>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(HashMap::new());
    };
    ctx.settle().await;
    store::shown_participants(ctx.db.reader(), viewer.user_id, ids).await
}

/// Who is invited to those of the group hugs that the viewer hosts: nobody else may know.
pub(crate) async fn invitees(
    ctx: &Ctx,
    ids: &[GroupHugId],
) -> Result<HashMap<GroupHugId, Vec<UserId>>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(HashMap::new());
    };
    ctx.settle().await;
    store::shown_invitees(ctx.db.reader(), viewer.user_id, ids).await
}

/// Whether it was written that the group hug is over.
pub(crate) async fn has_ended(ctx: &Ctx, id: GroupHugId) -> Result<bool, StoreError> {
    let state = store::state_of(ctx.db.reader(), id).await?;
    Ok(state.is_some_and(GroupHugState::is_end))
}
