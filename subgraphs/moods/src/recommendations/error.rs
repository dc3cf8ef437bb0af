//! Why a recommendation was not rated.

use idempotency::IdempotencyError;
use service::Unauthenticated;

use super::store::StoreError;

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
