//! Accounts: who may log in, and with what.

mod confirmation;
mod email;
mod error;
pub(crate) mod graphql;
mod login;
mod names;
mod registration;
mod store;

use chrono::{DateTime, Utc};
use ids::UserId;
use outbox::Work;

pub(crate) use self::{
    confirmation::{ConfirmError, confirm},
    email::Email,
    error::{LoginError, RegisterError},
    login::{LogIn, log_in},
    names::Names,
    registration::{Register, Registered, register},
};
use crate::{
    context::Ctx,
    roles::Roles,
    store::{Connection, StoreError},
};

/// An account, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: UserId,
    pub(crate) email: String,
    pub(crate) email_verified_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) roles: Roles,
}

/// The account of `user`, if the viewer is that user.
pub(crate) async fn own(ctx: &Ctx, user: UserId) -> Result<Option<Account>, StoreError> {
    if ctx.viewer_id() != Some(user) {
        return Ok(None);
    }
    store::find(ctx.db.reader(), user).await
}

/// Whose account has this address.
pub(crate) async fn user_of(
    connection: &impl Connection,
    email: &Email,
) -> Result<Option<UserId>, StoreError> {
    Ok(store::credentials(connection, &email.key()).await?.map(|credentials| credentials.user))
}

/// Deletes the account of `user`, and what was counted for its address.
pub(crate) async fn forget(work: &Work, user: UserId) -> Result<(), StoreError> {
    if let Some((email_key, _)) = store::credentials_of(&**work, user).await? {
        login::forgive(work, &email_key).await?;
        registration::forgive(work, &email_key).await?;
    }
    store::delete(&**work, user).await
}
