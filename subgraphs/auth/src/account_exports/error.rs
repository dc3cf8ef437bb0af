//! Why nothing is exported.

use idempotency::IdempotencyError;

use crate::{accounts::ConfirmError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestExportError {
    #[error("log in first")]
    Unauthenticated,
    #[error(transparent)]
    Confirm(#[from] ConfirmError),
    #[error("there is an export of the last 24 hours: `account.export`")]
    RequestedLately,
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl From<service::Unauthenticated> for RequestExportError {
    fn from(_: service::Unauthenticated) -> Self {
        Self::Unauthenticated
    }
}
