//! Posts: a mood, a hug, a streak or a badge that somebody shares, with some words.

mod error;
pub(crate) mod graphql;
mod model;
pub(crate) mod store;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use events::social::{PostCreated, PostRemoved, PostShared};
use idempotency::{Begun, Request};
use ids::{MoodId, PostId, UserId};
use outbox::Work;
use service::Ctx;

pub(crate) use self::{
    error::PostError,
    model::{NewPost, Position, Post, Share, Shared, Text, Visibility},
};
use crate::{
    achievements, limits, moments, moods,
    people::viewer,
    projection::up_to_date,
    reactions,
    store::{Connection, StoreError},
};
use moments::MomentId;
use pagination::{PageRequest, Slice};

/// How many posts go with one statement.
const SLICE: usize = 100;

/// Shares something of the viewer's own, no more widely than it may be.
pub(crate) async fn create(ctx: &Ctx, new: NewPost) -> Result<Post, PostError> {
    let author = ctx.viewer()?.user_id;
    // Before the transaction: on SQLite no projection could move while it is open.
    up_to_date(ctx, group(&new.share)).await?;
    let (work, _) = ctx.begin_own::<PostError>().await?;
    let now = ctx.now();
    let request = Request { user_id: author, operation: "createPost", key: new.idempotency_key.as_deref() };
    let claim = match idempotency::begin(&*work, request, &new.input(), now).await? {
        Begun::First(claim) => claim,
        Begun::Again(post) => {
            work.rollback().await?;
            return Ok(post);
        }
    };
    let shared = find_shared(ctx, &work, author, &new).await?;
    limits::count(&work, limits::POSTS, author).await??;
    let post = Post {
        id: PostId::at(now),
        author,
        text: new.text,
        visibility: new.visibility,
        shared,
        created_at: now,
    };
    store::insert(&*work, &post).await?;
    let (post_id, author_id) = (post.id, author);
    work.emit(&PostCreated { post_id, author_id, visibility: post.visibility.into(), created_at: now })
        .await?;
    claim.complete(&*work, &post).await?;
    work.commit().await?;
    Ok(post)
}

/// What has to be up to date before this is shared.
fn group(share: &Share) -> &'static str {
    match share {
        Share::Mood(_) => moods::GROUP,
        Share::Hug(_) => moments::GROUP,
        Share::Streak(_) | Share::Badge(_) => achievements::GROUP,
    }
}

/// What the post is of, if it is the author's to share as widely as they want; it stays so until the transaction ends.
async fn find_shared(ctx: &Ctx, work: &Work, author: UserId, new: &NewPost) -> Result<Shared, PostError> {
    Ok(match &new.share {
        Share::Mood(id) => {
            let mood = moods::hold(&**work, *id).await?.filter(|mood| mood.owner == author);
            let mood = mood.ok_or(PostError::MoodMissing)?;
            if new.visibility > mood.visibility {
                return Err(PostError::TooWide);
            }
            Shared::Mood(*id)
        }
        Share::Hug(id) => {
            let hug = moments::hold(ctx, &**work, MomentId::Hug(*id)).await?;
            let hug = hug.ok_or(PostError::HugMissing)?;
            if hug.hidden == Some(author) {
                return Err(PostError::Anonymous);
            }
            Shared::Hug(*id)
        }
        Share::Streak(kind) => {
            let days = achievements::streak_days(&**work, author, *kind).await?;
            Shared::Streak { kind: *kind, days: days.ok_or(PostError::StreakMissing)? }
        }
        Share::Badge(badge) if achievements::has_badge(&**work, author, badge).await? => {
            Shared::Badge(badge.clone())
        }
        Share::Badge(_) => return Err(PostError::BadgeMissing),
    })
}

/// Takes a post of the viewer's back.
pub(crate) async fn delete(ctx: &Ctx, id: PostId) -> Result<PostId, PostError> {
    let (work, viewer) = ctx.begin_own::<PostError>().await?;
    let own = store::hold(&*work, id).await?.filter(|post| post.author == viewer);
    remove(&work, &own.ok_or(PostError::Missing)?, ctx.now()).await?;
    work.commit().await?;
    Ok(id)
}

/// Shows a post of the viewer's to others than before. One that they had kept to themselves is told to others, and counts as if it
/// were made.
pub(crate) async fn update_visibility(
    ctx: &Ctx,
    id: PostId,
    visibility: Visibility,
) -> Result<Post, PostError> {
    let viewer = ctx.viewer()?.user_id;
    up_to_date(ctx, moods::GROUP).await?;
    let (work, _) = ctx.begin_own::<PostError>().await?;
    // What is shared before the post, in the order in which its news lock them.
    let post = store::find(&*work, id).await?.filter(|post| post.author == viewer);
    let shared = post.ok_or(PostError::Missing)?.shared;
    if let Shared::Mood(mood) = shared {
        let mood = moods::hold(&*work, mood).await?.ok_or(PostError::Missing)?;
        if visibility > mood.visibility {
            return Err(PostError::TooWide);
        }
    }
    let post = store::hold(&*work, id).await?.ok_or(PostError::Missing)?;
    if post.visibility == Visibility::Private && visibility > Visibility::Private {
        limits::count(&work, limits::POSTS, viewer).await??;
        let shared_at = ctx.now();
        let shared = PostShared { post_id: id, author_id: viewer, visibility: visibility.into(), shared_at };
        work.emit(&shared).await?;
    }
    store::set_visibility(&*work, id, visibility).await?;
    work.commit().await?;
    Ok(Post { visibility, ..post })
}

/// Takes the post away with all reactions to it, and tells.
pub(crate) async fn remove(work: &Work, post: &Post, at: DateTime<Utc>) -> Result<(), StoreError> {
    remove_all(work, &[(post.id, post.author)], at).await
}

/// Takes all posts away of somebody who is gone.
pub(crate) async fn remove_all_of(work: &Work, author: UserId, at: DateTime<Utc>) -> Result<(), StoreError> {
    remove_all(work, &store::hold_all_of(&**work, author).await?, at).await
}

/// Takes all posts away of things that are gone.
pub(crate) async fn remove_shared(
    work: &Work,
    shared: &[store::SharedId],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    remove_all(work, &store::hold_shared(&**work, shared).await?, at).await
}

/// Takes these posts, each with its author, away with all reactions to them, and tells.
async fn remove_all(
    work: &Work,
    posts: &[(PostId, UserId)],
    removed_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    for posts in posts.chunks(SLICE) {
        let ids: Vec<store::SharedId> = posts.iter().map(|(post, _)| post.as_uuid()).collect();
        store::delete(&**work, &ids).await?;
        reactions::forget(&**work, &ids).await?;
        let removed = posts.iter().map(|(post_id, author_id)| PostRemoved {
            post_id: *post_id,
            author_id: *author_id,
            removed_at,
        });
        work.emit_all(&removed.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Has the posts of a mood reach nobody whom the mood doesn't.
pub(crate) async fn limit_to_mood(
    connection: &impl Connection,
    mood: MoodId,
    visibility: Visibility,
) -> Result<(), StoreError> {
    store::limit_reach(connection, mood.as_uuid(), visibility).await
}

/// Those of the posts that the viewer may see.
pub(crate) async fn visible(ctx: &Ctx, ids: &[PostId]) -> Result<HashMap<PostId, Post>, StoreError> {
    let posts = store::visible(ctx.db.reader(), ids, viewer(ctx)).await?;
    Ok(posts.into_iter().map(|post| (post.id, post)).collect())
}

/// The post, which stays until the transaction ends, if the viewer may see it.
pub(crate) async fn hold(
    ctx: &Ctx,
    transaction: &impl Connection,
    id: PostId,
) -> Result<Option<Post>, StoreError> {
    if store::hold(transaction, id).await?.is_none() {
        return Ok(None);
    }
    Ok(store::visible(transaction, &[id], viewer(ctx)).await?.pop())
}

/// A page of somebody's posts, those that the viewer may see, the newest first.
pub(crate) async fn of_author(
    ctx: &Ctx,
    author: UserId,
    page: &PageRequest<Position>,
) -> Result<Slice<Post>, StoreError> {
    store::of_author(ctx.db.reader(), author, viewer(ctx), page).await
}

/// The post, if the viewer may know of it, were there no block of theirs.
pub(crate) async fn reportable(ctx: &Ctx, id: PostId) -> Result<Option<Post>, StoreError> {
    let Some(viewer) = viewer(ctx) else { return Ok(None) };
    store::reportable(ctx.db.reader(), id, viewer).await
}

/// Those of the posts that there are, whoever may see them: for moderators.
pub(crate) async fn any(ctx: &Ctx, ids: &[PostId]) -> Result<Vec<Post>, StoreError> {
    store::any(ctx.db.reader(), ids).await
}
