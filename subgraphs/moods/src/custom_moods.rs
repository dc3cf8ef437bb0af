//! Moods of somebody's own making: a name of theirs for how they feel, and where it lies on the scales that all share.

mod error;
pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod store;

use idempotency::Begun;
use ids::{CustomMoodId, UserId};

use self::{
    error::CustomMoodError,
    model::{CreateCustomMood, CustomMood, MAX_CUSTOM_MOODS, UpdateCustomMood},
    store::StoreError,
};
use crate::context::Ctx;

/// The moods of somebody's own making, by name, if it is they who ask.
pub(crate) async fn list(
    ctx: &Ctx,
    owner: UserId,
    archived: bool,
) -> Result<Option<Vec<CustomMood>>, StoreError> {
    if !ctx.is_viewer(owner) {
        return Ok(None);
    }
    store::of_owner(ctx.db.reader(), owner, archived).await.map(Some)
}

pub(crate) async fn create(ctx: &Ctx, command: CreateCustomMood) -> Result<CustomMood, CustomMoodError> {
    let user_id = ctx.viewer()?.user_id;
    let now = ctx.now();
    let work = ctx.begin().await?;
    let request = idempotency::Request {
        user_id,
        operation: "createCustomMood",
        key: command.idempotency_key.as_deref(),
    };
    let claim = match idempotency::begin::<CustomMoodId>(&*work, request, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => return own(&*work, user_id, id).await,
    };
    store::take_turn(&*work, user_id).await?;
    if store::count(&*work, user_id).await? >= MAX_CUSTOM_MOODS {
        return Err(CustomMoodError::TooMany);
    }
    let mood = command.into_mood(now);
    if !store::insert(&*work, user_id, &mood, now).await? {
        return Err(CustomMoodError::NameTaken);
    }
    claim.complete(&*work, &mood.id).await?;
    work.commit().await?;
    Ok(mood)
}

/// Changes a mood of the viewer's making; entries that have it show it as it is now, with the score they were given.
pub(crate) async fn update(ctx: &Ctx, command: UpdateCustomMood) -> Result<CustomMood, CustomMoodError> {
    let user_id = ctx.viewer()?.user_id;
    let work = ctx.begin().await?;
    let current = own(&*work, user_id, command.id).await?;
    let changed = command.apply(current);
    let namesake = store::find_by_name(&*work, user_id, &changed.name).await?;
    if namesake.is_some_and(|namesake| namesake.id != changed.id) {
        return Err(CustomMoodError::NameTaken);
    }
    if !store::replace(&*work, &changed).await? {
        return Err(CustomMoodError::NameTaken);
    }
    work.commit().await?;
    Ok(changed)
}

/// A mood of `user_id`'s making; anybody else's is as missing as one that never was.
async fn own(
    connection: &impl store::Connection,
    user_id: UserId,
    id: CustomMoodId,
) -> Result<CustomMood, CustomMoodError> {
    store::find_own(connection, user_id, id).await?.ok_or(CustomMoodError::Missing)
}
