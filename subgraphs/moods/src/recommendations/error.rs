//! Why a recommendation was not rated.

use idempotency::IdempotencyError;
use service::Unauthenticated;

use super::store::StoreError;
use crate::context::BeginError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RecommendationError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("nothing of this id is recommended to you")]
    Missing,
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BeginError> for RecommendationError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Unauthenticated(error) => error.into(),
            BeginError::Store(error) => error.into(),
        }
    }
}
