//! Reactions to posts and to moments of `hugs`: one a person and target, shown as counts. Who reacts isn't shown: the two of
//! an anonymous hug don't learn of each other by it.

mod error;
pub(crate) mod graphql;
mod model;
mod store;

use std::collections::HashMap;

use service::Ctx;

pub(crate) use self::{
    error::ReactionError,
    model::{Kind, Tally, Target},
};
use crate::{
    limits, moments,
    people::viewer,
    posts,
    projection::up_to_date,
    store::{Connection, StoreError},
};

/// Has the viewer react in this way, in the place of another.
pub(crate) async fn add(ctx: &Ctx, target: Target, kind: Kind) -> Result<(), ReactionError> {
    let viewer = ctx.viewer()?.user_id;
    if let Target::Moment(_) = target {
        up_to_date(ctx, moments::GROUP).await?;
    }
    let (work, _) = ctx.begin_own::<ReactionError>().await?;
    let is_there = match target {
        Target::Post(id) => posts::hold(ctx, &*work, id).await?.is_some(),
        Target::Moment(id) => moments::hold(ctx, &*work, id).await?.is_some(),
    };
    if !is_there {
        return Err(ReactionError::Missing(target));
    }
    limits::count(&work, limits::REACTIONS, viewer).await??;
    store::put(&*work, target, viewer, kind, ctx.now()).await?;
    Ok(work.commit().await?)
}

/// Has the viewer react no more. There need not be anything left to react to.
pub(crate) async fn remove(ctx: &Ctx, target: Target) -> Result<(), ReactionError> {
    let (work, viewer) = ctx.begin_own::<ReactionError>().await?;
    store::delete(&*work, target, viewer).await?;
    Ok(work.commit().await?)
}

/// Takes all reactions along to things that are gone.
pub(crate) async fn forget(
    connection: &impl Connection,
    targets: &[posts::store::SharedId],
) -> Result<(), StoreError> {
    store::delete_all(connection, targets).await
}

/// The reactions to each of `targets`; to posts, requests and group hugs without those of people whom the viewer can't see.
/// Whoever asks has made sure that the
/// viewer may see the targets.
pub(crate) async fn tallies(ctx: &Ctx, targets: &[Target]) -> Result<HashMap<Target, Tally>, StoreError> {
    store::tallies(ctx.db.reader(), targets, viewer(ctx)).await
}
