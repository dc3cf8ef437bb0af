//! Why hugs are neither accepted nor declined.

use crate::{context::ProjectionBehind, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsentError {
    #[error(transparent)]
    Unauthenticated(#[from] service::Unauthenticated),
    #[error("name a person or a hug, not both")]
    PersonOrHug,
    /// Missing, the viewer themself, or in a blocked pair with them.
    #[error("there is no such person")]
    PersonNotFound,
    #[error("there is no such hug")]
    HugNotFound,
    #[error(transparent)]
    Behind(#[from] ProjectionBehind),
    #[error(transparent)]
    Store(#[from] StoreError),
}
