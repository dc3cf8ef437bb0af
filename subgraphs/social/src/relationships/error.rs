//! Why a relationship stays as it is.

use idempotency::IdempotencyError;
use service::Unauthenticated;

use super::{
    model::{Action, Refused},
    store::StoreError,
};
use crate::people::PeopleError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RelationshipError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("nobody can {} herself", .0.name())]
    Oneself(Action),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    People(#[from] PeopleError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] StoreError),
}
