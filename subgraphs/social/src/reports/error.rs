//! Why something isn't reported, or not decided upon.

use idempotency::IdempotencyError;
use service::{PeerError, Unauthenticated};
use throttle::TooMany;

use super::model::{ReportTarget, TextTooLong};
use crate::{projection::ProjectionError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("there is nothing of this id for the viewer")]
    Missing(ReportTarget),
    #[error("nobody reports themselves")]
    Oneself,
    #[error(transparent)]
    Text(#[from] TextTooLong),
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ModerationError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("only for moderators")]
    Forbidden,
    #[error("it can't be told right now who moderates; try again in a moment")]
    Unvouched(#[from] PeerError),
    #[error("there is no such report")]
    Missing,
    #[error("it was decided upon before")]
    Resolved,
    #[error("nobody decides upon a report of themselves")]
    Oneself,
    #[error("only a post can be removed")]
    NotAPost,
    #[error("a reason has 1 to 1000 characters")]
    Reason,
    #[error(transparent)]
    Database(#[from] StoreError),
}
