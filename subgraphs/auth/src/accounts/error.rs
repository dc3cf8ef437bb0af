//! Why nobody is registered or logged in.

use crate::{
    access_tokens::IssueError,
    accounts::{email::EmailError, names::NameRefusal},
    passwords::{HashError, PasswordError},
    store::StoreError,
    throttle::TooMany,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    #[error(transparent)]
    Email(#[from] EmailError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// `users` doesn't take the name.
    #[error("{}", .0.message)]
    Name(NameRefusal),
    #[error("an account can't be made with this e-mail address")]
    EmailUnavailable,
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error("names can't be checked right now; try again in a moment")]
    UsersUnavailable,
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(transparent)]
    Database(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    /// Which of the two is wrong is nobody's business.
    #[error("the e-mail address or the password is wrong")]
    InvalidCredentials,
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(transparent)]
    Database(#[from] StoreError),
}
