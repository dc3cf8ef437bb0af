//! Settings: what people have chosen for themselves.

mod error;
pub(crate) mod graphql;
mod model;
pub(crate) mod store;
mod update;

use std::collections::HashMap;

use ids::UserId;

pub(crate) use self::{
    error::UpdateSettingsError,
    model::{NotificationChange, NotificationKind, Notifications, Settings, ShownTo},
    update::{UpdateHugPolicy, UpdatePrivacy, UpdateSettings, update},
};
use crate::{context::Ctx, store::StoreError};

/// The settings of people.
pub(crate) async fn of(ctx: &Ctx, users: &[UserId]) -> Result<HashMap<UserId, Settings>, StoreError> {
    store::find_by_ids(ctx.db.reader(), users).await
}
