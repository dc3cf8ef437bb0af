//! Why a relationship stays as it is.

use idempotency::IdempotencyError;
use service::Unauthenticated;
use throttle::TooMany;

use super::model::{Action, Refused};
use crate::{projection::ProjectionError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RelationshipError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("nobody can {} themselves", .0.name())]
    Oneself(Action),
    #[error("a mute ends in the future")]
    MuteEnd,
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] StoreError),
}
