//! Why a sign of life isn't taken.

use crate::{presence::model::ConnectionIdError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum HeartbeatError {
    #[error(transparent)]
    ConnectionId(#[from] ConnectionIdError),
    #[error("log in first")]
    Unauthenticated,
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl From<service::Unauthenticated> for HeartbeatError {
    fn from(_: service::Unauthenticated) -> Self {
        Self::Unauthenticated
    }
}
