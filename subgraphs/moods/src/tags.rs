//! Tags: words of somebody's own that their moods are found by. A tag is one thing however many entries have it, so that
//! renaming or merging it holds for all of them at once.

mod error;
pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod store;

use idempotency::Begun;
use ids::{TagId, UserId};
use pagination::{PageRequest, Slice};

use self::{
    error::TagError,
    model::{CreateTag, MergeTags, RenameTag, Tag, TagKey, UsedTag},
    store::StoreError,
};
use crate::{context::Ctx, insights};

/// A page of somebody's tags, if it is they who ask.
pub(crate) async fn list(
    ctx: &Ctx,
    owner: UserId,
    page: &PageRequest<TagKey>,
) -> Result<Option<Slice<UsedTag>>, StoreError> {
    if !ctx.is_viewer(owner) {
        return Ok(None);
    }
    store::page(ctx.db.reader(), owner, page).await.map(Some)
}

/// Makes a tag that no entry has yet.
pub(crate) async fn create(ctx: &Ctx, command: CreateTag) -> Result<UsedTag, TagError> {
    let user_id = ctx.viewer()?.user_id;
    let now = ctx.now();
    let work = ctx.begin().await?;
    let request =
        idempotency::Request { user_id, operation: "createMoodTag", key: command.idempotency_key.as_deref() };
    let claim = match idempotency::begin::<TagId>(&*work, request, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => return own(&*work, user_id, id).await,
    };
    let tag = Tag { id: TagId::at(now), name: command.name };
    if !store::insert(&*work, user_id, &tag, now).await? {
        return Err(TagError::NameTaken);
    }
    claim.complete(&*work, &tag.id).await?;
    work.commit().await?;
    Ok(UsedTag { tag, entries: 0 })
}

/// Calls a tag something else, in every entry that has it.
pub(crate) async fn rename(ctx: &Ctx, command: RenameTag) -> Result<UsedTag, TagError> {
    let user_id = ctx.viewer()?.user_id;
    let work = ctx.begin().await?;
    let current = own(&*work, user_id, command.id).await?;
    let namesake = store::find_by_name(&*work, user_id, &command.name).await?;
    if namesake.is_some_and(|namesake| namesake.id != command.id) {
        return Err(TagError::NameTaken);
    }
    let tag = Tag { id: command.id, name: command.name };
    if !store::rename(&*work, &tag).await? {
        return Err(TagError::NameTaken);
    }
    insights::moods_changed(&*work, user_id, ctx.now()).await?;
    work.commit().await?;
    Ok(UsedTag { tag, ..current })
}

/// Puts one tag in the place of others, in every entry that has any of them.
pub(crate) async fn merge(ctx: &Ctx, command: MergeTags) -> Result<UsedTag, TagError> {
    let user_id = ctx.viewer()?.user_id;
    let work = ctx.begin().await?;
    let all: Vec<TagId> = command.from.iter().copied().chain([command.into]).collect();
    store::lock(&*work, user_id, &all).await?;
    own(&*work, user_id, command.into).await.map_err(TagError::of_target)?;
    for id in &command.from {
        own(&*work, user_id, *id).await.map_err(|error| error.of_source(&command, *id))?;
    }
    store::merge(&*work, &command.from, command.into).await?;
    insights::moods_changed(&*work, user_id, ctx.now()).await?;
    let merged = own(&*work, user_id, command.into).await?;
    work.commit().await?;
    Ok(merged)
}

/// Takes a tag away, from every entry that has it.
pub(crate) async fn delete(ctx: &Ctx, id: TagId) -> Result<TagId, TagError> {
    let user_id = ctx.viewer()?.user_id;
    let work = ctx.begin().await?;
    store::lock(&*work, user_id, &[id]).await?;
    own(&*work, user_id, id).await?;
    store::delete(&*work, &[id]).await?;
    insights::moods_changed(&*work, user_id, ctx.now()).await?;
    work.commit().await?;
    Ok(id)
}

/// A tag of `user_id`'s own; anybody else's is as missing as one that never was.
async fn own(connection: &impl store::Connection, user_id: UserId, id: TagId) -> Result<UsedTag, TagError> {
    store::find_own(connection, user_id, id).await?.ok_or(TagError::Missing)
}
