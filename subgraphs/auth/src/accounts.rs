//! Accounts: who may log in, and with what.

mod email;
mod error;
pub(crate) mod graphql;
mod login;
mod names;
mod registration;
mod store;

use chrono::{DateTime, Utc};
use ids::UserId;

pub(crate) use self::{
    email::Email,
    error::{LoginError, RegisterError},
    login::{LogIn, log_in},
    names::Names,
    registration::{Register, Registered, register},
};
use crate::{context::Ctx, roles::Roles, store::StoreError};

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
