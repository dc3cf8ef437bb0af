//! Why a stream doesn't begin, or ends.

use service::Unauthenticated;

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum LiveError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Database(#[from] StoreError),
}
