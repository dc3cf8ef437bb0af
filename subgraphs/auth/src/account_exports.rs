//! Taking along what is kept of oneself: asked for with the password, ready when every service has let its owner read, and
//! over after a week.

mod answers;
mod contribution;
mod error;
pub(crate) mod graphql;
mod model;
mod request;
mod store;

use chrono::TimeDelta;
use ids::{ExportId, UserId};
use outbox::Work;

pub(crate) use self::{
    answers::consumer,
    error::RequestExportError,
    model::{AccountExport, Part, State},
    request::{RequestExport, request},
};
use crate::{Auth, context::Ctx, store::StoreError};

/// How long an export can be read.
const READABLE_FOR: TimeDelta = TimeDelta::days(7);
/// How long somebody waits before they ask anew.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::hours(24);
/// The services that keep something of people, each of which contributes a part.
const SERVICES: [&str; 6] =
    [<Auth as service::Subgraph>::NAME, "users", "moods", "hugs", "social", "streaks"];

/// The export that `user` asked for last, if the viewer is that user.
pub(crate) async fn own(ctx: &Ctx, user: UserId) -> Result<Option<AccountExport>, StoreError> {
    if ctx.viewer_id() != Some(user) {
        return Ok(None);
    }
    store::of_user(ctx.db.reader(), user).await
}

/// The export `id`, if it is the last one that the viewer asked for.
pub(crate) async fn find(ctx: &Ctx, id: ExportId) -> Result<Option<AccountExport>, StoreError> {
    let Some(viewer) = ctx.viewer_id() else {
        return Ok(None);
    };
    Ok(own(ctx, viewer).await?.filter(|export| export.id == id))
}

/// Forgets what `user` asked for, and who may read it.
pub(crate) async fn forget(work: &Work, user: UserId) -> Result<(), StoreError> {
    store::delete(&**work, user).await?;
    exports::forget(&**work, user).await?;
    idempotency::forget(&**work, user).await
}
