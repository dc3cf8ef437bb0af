//! Why a sender isn't told.

use crate::{context::RightMissing, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum DisclosureError {
    #[error(transparent)]
    Right(#[from] RightMissing),
    #[error("there is no such hug")]
    HugNotFound,
    /// The moderator sent or received it.
    #[error("somebody else asks about hugs of yours")]
    OwnHug,
    #[error("a reason has 10 to 500 characters")]
    ReasonInvalid,
    #[error(transparent)]
    Store(#[from] StoreError),
}
