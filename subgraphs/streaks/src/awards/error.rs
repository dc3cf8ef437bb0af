//! Why points were not redeemed.

use idempotency::IdempotencyError;

use super::model::FREEZE_PRICE;
use crate::{
    context::BeginError,
    streak::{model::MAX_FREEZES, store::StoreError},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum RedeemError {
    #[error("there is no streak of this kind that is running")]
    NotRunning,
    #[error("no more than {MAX_FREEZES} freezes can be held")]
    FreezesFull,
    #[error("a freeze costs {FREEZE_PRICE} points")]
    Insufficient,
    #[error(transparent)]
    Begin(#[from] BeginError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
