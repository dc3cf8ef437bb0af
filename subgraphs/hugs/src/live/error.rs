//! Why a stream doesn't begin.

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum LiveError {
    #[error(transparent)]
    Unauthenticated(#[from] service::Unauthenticated),
    /// Malformed, of another stream, or somebody else's.
    #[error("`after` is not a cursor of your hug events")]
    Cursor,
    #[error(transparent)]
    Store(#[from] StoreError),
}
