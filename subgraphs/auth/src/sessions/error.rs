//! Why a session doesn't go on, or doesn't end.

use crate::{access_tokens::IssueError, sessions::model::RefreshTokenError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshError {
    /// Unknown, spent, expired or of a session that has ended: the client needn't know which.
    #[error("this refresh token is no longer good; log in again")]
    Invalid,
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl From<RefreshTokenError> for RefreshError {
    fn from(_: RefreshTokenError) -> Self {
        Self::Invalid
    }
}

impl From<getrandom::Error> for RefreshError {
    fn from(error: getrandom::Error) -> Self {
        Self::Issue(error.into())
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LogoutError {
    #[error("log in first")]
    Unauthenticated,
    #[error(transparent)]
    Database(#[from] StoreError),
}
