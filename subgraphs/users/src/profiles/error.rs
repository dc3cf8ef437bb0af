//! Why a profile stays as it is.

use crate::{
    profiles::model::{BioError, DisplayNameError, PronounsError},
    store::StoreError,
    usernames::UsernameError,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum UpdateProfileError {
    #[error(transparent)]
    Rename(#[from] RenameError),
    #[error(transparent)]
    DisplayName(#[from] DisplayNameError),
    #[error(transparent)]
    Bio(#[from] BioError),
    #[error(transparent)]
    Pronouns(#[from] PronounsError),
    #[error("log in first")]
    Unauthenticated,
    /// The viewer's account has no profile: it was never registered here.
    #[error("there is no such profile")]
    Missing,
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// Why a username stays as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenameError {
    #[error(transparent)]
    Malformed(#[from] UsernameError),
    #[error("this username is taken, or too much like one that is")]
    Taken,
    #[error("the username was changed lately; it can be changed again on {0}")]
    TooSoon(chrono::NaiveDate),
}

impl From<service::Unauthenticated> for UpdateProfileError {
    fn from(_: service::Unauthenticated) -> Self {
        Self::Unauthenticated
    }
}
