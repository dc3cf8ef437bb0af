//! Who has registered: a projection of what `auth` tells.

mod events;
pub(crate) mod graphql;
mod store;

use std::{sync::Arc, time::Duration};

use ::events::{Event as _, auth::UserRegistered};
use ids::UserId;
use service::{Consumer, Ctx};

const GROUP: &str = "social.people";
/// How long to wait for news of somebody who isn't known yet.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub(crate) enum PeopleError {
    #[error("who has registered lately can't be told right now")]
    Behind,
    #[error(transparent)]
    Database(#[from] store::StoreError),
}

pub(crate) fn consumer() -> Consumer {
    Consumer {
        group: GROUP,
        subjects: vec![UserRegistered::subject()],
        handler: Arc::new(events::Registrations),
    }
}

/// Whether somebody with this id has registered. «No» is said only when the projection is up to date.
pub(crate) async fn is_registered(ctx: &Ctx, user: UserId) -> Result<bool, PeopleError> {
    if store::exists(ctx.db.reader(), user).await? {
        return Ok(true);
    }
    ctx.outbox.caught_up(GROUP, PATIENCE).await.map_err(|_| PeopleError::Behind)?;
    Ok(store::exists(ctx.db.reader(), user).await?)
}
