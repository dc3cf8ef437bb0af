//! Why a name can't be had.

use crate::{profiles::DisplayNameError, store::StoreError, usernames::UsernameError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReserveError {
    #[error(transparent)]
    Username(#[from] UsernameError),
    #[error(transparent)]
    DisplayName(#[from] DisplayNameError),
    #[error("this username is taken, or too much like one that is")]
    Taken,
    #[error(transparent)]
    Database(#[from] StoreError),
}
