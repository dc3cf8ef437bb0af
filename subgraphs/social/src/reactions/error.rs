//! Why there is no reaction.

use service::Unauthenticated;
use throttle::TooMany;

use super::model::Target;
use crate::{projection::ProjectionError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReactionError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("there is nothing of this id for the viewer to react to")]
    Missing(Target),
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error(transparent)]
    Database(#[from] StoreError),
}
