//! Why a stream doesn't begin.

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum LiveError {
    #[error(transparent)]
    Unauthenticated(#[from] service::Unauthenticated),
    /// Malformed, of another stream, or somebody else's.
    #[error("`after` is not a cursor of this stream")]
    Cursor,
    #[error("there is no such group hug")]
    NoSuchGroup,
    #[error(transparent)]
    Store(#[from] StoreError),
}
