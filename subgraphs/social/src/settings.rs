//! What people have set about being followed and suggested: a projection of what `users` tells.

mod events;
mod store;

use ::events::{Event as _, users::SettingsChanged};
use ids::UserId;
use service::{Consumer, Ctx};

use crate::{
    erasure::guarded,
    projection::{ProjectionError, up_to_date},
};

const GROUP: &str = "social.settings";

pub(crate) fn consumer() -> Consumer {
    Consumer { group: GROUP, subjects: vec![SettingsChanged::subject()], handler: guarded(events::Settings) }
}

/// Whether following `user` takes their consent. «No» is said only when the projection is up to date: whoever wants to be
/// asked must never be followed unasked.
pub(crate) async fn approves_followers(ctx: &Ctx, user: UserId) -> Result<bool, ProjectionError> {
    if store::approves_followers(ctx.db.reader(), user).await? {
        return Ok(true);
    }
    up_to_date(ctx, GROUP).await?;
    Ok(store::approves_followers(ctx.db.reader(), user).await?)
}
