//! Why insights were not computed, dismissed or brought back.

use service::Unauthenticated;

use super::store::StoreError;
use crate::context::BeginError;

/// What computing may fail of.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ComputeError {
    #[error("the computation broke off")]
    BrokeOff,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio::task::JoinError> for ComputeError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::BrokeOff
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum InsightError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("you have no such insight")]
    Missing,
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BeginError> for InsightError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Unauthenticated(error) => error.into(),
            BeginError::Store(error) => error.into(),
        }
    }
}
