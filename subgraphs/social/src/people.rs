//! Who has registered: a projection of what `auth` tells.

mod events;
pub(crate) mod graphql;
mod store;

use ::events::{Event as _, auth::UserRegistered};
use ids::UserId;
use service::{Consumer, Ctx};

use crate::{
    erasure::guarded,
    projection::{ProjectionError, up_to_date},
};

const GROUP: &str = "social.people";

pub(crate) fn consumer() -> Consumer {
    Consumer {
        group: GROUP,
        subjects: vec![UserRegistered::subject()],
        handler: guarded(events::Registrations),
    }
}

/// Whether somebody with this id has registered. «No» is said only when the projection is up to date.
pub(crate) async fn is_registered(ctx: &Ctx, user: UserId) -> Result<bool, ProjectionError> {
    if store::exists(ctx.db.reader(), user).await? {
        return Ok(true);
    }
    up_to_date(ctx, GROUP).await?;
    Ok(store::exists(ctx.db.reader(), user).await?)
}

/// Who is logged in, if anybody is.
pub(crate) fn viewer(ctx: &Ctx) -> Option<UserId> {
    ctx.viewer().ok().map(|viewer| viewer.user_id)
}
