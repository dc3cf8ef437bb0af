//! Why an account isn't going to be erased, or still is.

use crate::{accounts::ConfirmError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestErasureError {
    #[error("log in first")]
    Unauthenticated,
    #[error(transparent)]
    Confirm(#[from] ConfirmError),
    #[error("somebody has to be an admin: make somebody else one first")]
    LastAdmin,
    #[error(transparent)]
    Database(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CancelErasureError {
    #[error("log in first")]
    Unauthenticated,
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl From<service::Unauthenticated> for RequestErasureError {
    fn from(_: service::Unauthenticated) -> Self {
        Self::Unauthenticated
    }
}

impl From<service::Unauthenticated> for CancelErasureError {
    fn from(_: service::Unauthenticated) -> Self {
        Self::Unauthenticated
    }
}
