//! Profiles: how people present themselves, and how they are found.

mod activation;
mod error;
pub(crate) mod events;
pub(crate) mod graphql;
pub(crate) mod http;
mod model;
mod search;
pub(crate) mod store;
mod update;

use std::collections::{HashMap, HashSet};

use ids::UserId;

pub(crate) use self::{
    activation::Registration,
    error::{RenameError, UpdateProfileError},
    model::{DisplayName, DisplayNameError, Profile},
    search::{Found, search},
    update::{Change, UpdateProfile, update},
};
use crate::{context::Ctx, store::StoreError, usernames::Username};

/// The profiles of those that are there for the viewer.
pub(crate) async fn by_ids(ctx: &Ctx, ids: &[UserId]) -> Result<HashMap<UserId, Profile>, StoreError> {
    let mut found = store::find_by_ids(ctx.db.reader(), ids).await?;
    if ctx.viewer_id().is_some_and(|viewer| ids.contains(&viewer) && !found.contains_key(&viewer)) {
        found.extend(activation::activate_own(ctx).await?.map(|profile| (profile.user_id, profile)));
    }
    if ids.iter().any(|id| !found.contains_key(id)) {
        ctx.settle_accounts().await;
        found = store::find_by_ids(ctx.db.reader(), ids).await?;
    }
    without_hidden(ctx, found).await
}

/// The same, by username.
pub(crate) async fn by_usernames(
    ctx: &Ctx,
    names: &[Username],
) -> Result<HashMap<Username, Profile>, StoreError> {
    let mut found = store::find_by_usernames(ctx.db.reader(), names).await?;
    if found.len() < names.iter().collect::<HashSet<_>>().len() {
        ctx.settle_accounts().await;
        found = store::find_by_usernames(ctx.db.reader(), names).await?;
    }
    let found = found.into_iter().map(|profile| (profile.user_id, profile)).collect();
    let shown = without_hidden(ctx, found).await?;
    Ok(shown.into_values().map(|profile| (Username::folded(&profile.username), profile)).collect())
}

/// Leaves out whom the viewer must not see.
async fn without_hidden(
    ctx: &Ctx,
    mut profiles: HashMap<UserId, Profile>,
) -> Result<HashMap<UserId, Profile>, StoreError> {
    if let Some(viewer) = ctx.viewer_id() {
        ctx.settle_blocks().await;
        let ids: Vec<_> = profiles.keys().copied().collect();
        let hidden = relationships::hidden_from(ctx.db.reader(), viewer, &ids).await?;
        profiles.retain(|id, _| !hidden.contains(id));
    }
    Ok(profiles)
}
