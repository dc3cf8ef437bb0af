//! Avatars: what people look like, or want to.
//!
//! A picture is made anew from what was sent: read by its content within limits, cut to a square, drawn in a few sizes and
//! written as JPEG, so that nothing else that was in the file (places, devices, programs) goes on. Its address holds an id that
//! nobody can guess and that no other picture ever has; only who sees the person learns it.

mod error;
pub(crate) mod graphql;
pub(crate) mod http;
mod picture;
mod pictures;
mod storage;
mod store;
mod transport;

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use ids::{AvatarId, UserId};
use outbox::Work;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{error::SetAvatarError, pictures::Pictures};
use crate::{
    context::Ctx,
    profiles::{self, Profile},
    store::StoreError,
};

/// How long a picture may take from being kept to being somebody's.
const UNUSED_FOR: TimeDelta = TimeDelta::hours(1);
/// When too many are drawn, there may be room again after this.
const BUSY_FOR: TimeDelta = TimeDelta::seconds(1);
/// A picture that can't be deleted is tried again after this, so that it keeps no other from it.
const TRIED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);
/// How often pictures that are nobody's any more are deleted, besides at once.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// Gives the viewer a new picture, in place of the one they had.
pub(crate) async fn set(ctx: &Ctx, file: Bytes) -> Result<Profile, SetAvatarError> {
    ctx.viewer()?;
    let renditions = ctx.pictures().draw(file).await?;
    let avatar = AvatarId::at(ctx.now());
    // Whatever happens from here on, a picture that doesn't become anybody's is deleted some day.
    let (noted, _) = ctx.begin_own::<SetAvatarError>().await?;
    store::discard(&*noted, avatar, ctx.now() + UNUSED_FOR).await?;
    noted.commit().await?;
    ctx.pictures().keep(avatar, renditions).await?;
    replace(ctx, Some(avatar)).await
}

/// Takes the viewer's picture away.
pub(crate) async fn remove(ctx: &Ctx) -> Result<Profile, SetAvatarError> {
    replace(ctx, None).await
}

async fn replace(ctx: &Ctx, avatar: Option<AvatarId>) -> Result<Profile, SetAvatarError> {
    // A reservation may be all there is yet.
    profiles::by_ids(ctx, &[ctx.viewer()?.user_id]).await?;
    let now = ctx.now();
    let (work, user) = ctx.begin_own::<SetAvatarError>().await?;
    let mut profile = profiles::store::find_for_update(&*work, user).await?.ok_or(SetAvatarError::Missing)?;
    let former = std::mem::replace(&mut profile.avatar_id, avatar);
    profiles::store::update(&*work, &profile).await?;
    if let Some(avatar) = avatar {
        store::take_up(&*work, avatar).await?;
    }
    if let Some(former) = former {
        store::discard(&*work, former, now).await?;
    }
    work.commit().await?;
    if let Some(former) = former
        && let Err(error) = delete(ctx, former).await
    {
        tracing::warn!(%error, avatar = %former, "a picture can't be deleted yet");
    }
    Ok(profile)
}

/// Has the picture of somebody deleted, soon after the transaction has ended.
pub(crate) async fn discard_of(work: &Work, user: UserId) -> Result<(), StoreError> {
    let profile = profiles::store::find_for_update(&**work, user).await?;
    match profile.and_then(|profile| profile.avatar_id) {
        Some(avatar) => store::discard(&**work, avatar, work.now()).await,
        None => Ok(()),
    }
}

/// Deletes the pictures that are nobody's any more. What can't be deleted now is tried again after the others.
async fn sweep(ctx: &Ctx) -> Result<(), StoreError> {
    loop {
        let due = store::due(ctx.db.reader(), ctx.now()).await?;
        for avatar in &due {
            if let Err(error) = delete(ctx, *avatar).await {
                tracing::warn!(%error, %avatar, "a picture can't be deleted; trying again");
                let transaction = ctx.db.begin().await?;
                store::put_off(&transaction, *avatar, ctx.now() + TRIED_AGAIN_AFTER).await?;
                transaction.commit().await?;
            }
        }
        if due.len() < usize::try_from(store::BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

async fn delete(ctx: &Ctx, avatar: AvatarId) -> Result<(), SetAvatarError> {
    ctx.pictures().delete(avatar).await?;
    let transaction = ctx.db.begin().await?;
    store::take_up(&transaction, avatar).await?;
    Ok(transaction.commit().await?)
}

/// The background task: deletes pictures until told to stop.
pub(crate) async fn sweep_until(stop: CancellationToken, ctx: Ctx) {
    service::repeat(stop, SWEEP_EVERY, || async {
        if let Err(error) = sweep(&ctx).await {
            tracing::warn!(%error, "pictures to delete can't be read; trying again");
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use testkit::TestApp;

    use super::*;
    use crate::Users;

    async fn discard(ctx: &Ctx, delete_at: chrono::DateTime<chrono::Utc>) -> AvatarId {
        let avatar = AvatarId::at(ctx.now());
        let transaction = ctx.db.begin().await.unwrap();
        store::discard(&transaction, avatar, delete_at).await.unwrap();
        transaction.commit().await.unwrap();
        avatar
    }

    #[tokio::test]
    async fn pictures_that_can_not_be_deleted_keep_no_other_from_it() {
        let app = TestApp::start::<Users>().await;
        let folder = tempfile::tempdir().unwrap();
        let mut foundation = app.foundation.clone();
        foundation.files.avatar_store = format!("file:{}", folder.path().display());
        let ctx = Ctx::new(&foundation).unwrap();
        let due = ctx.now() + UNUSED_FOR;
        for _ in 0..store::BATCH {
            let stuck = discard(&ctx, due).await;
            // A folder is no file, and not deleted as one.
            std::fs::create_dir_all(folder.path().join(format!("{stuck}/64.jpg/inside"))).unwrap();
        }
        let last = discard(&ctx, due + TimeDelta::seconds(1)).await;
        app.clock.advance(UNUSED_FOR + TimeDelta::seconds(1));
        sweep(&ctx).await.unwrap();
        assert_eq!(store::due(ctx.db.reader(), ctx.now()).await.unwrap(), []);
        app.clock.advance(TRIED_AGAIN_AFTER);
        let again = store::due(ctx.db.reader(), ctx.now()).await.unwrap();
        assert!(!again.contains(&last) && again.len() == 100);
        app.finish().await;
    }
}
