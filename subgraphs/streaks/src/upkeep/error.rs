//! Why nothing could be done for a streak.

use idempotency::IdempotencyError;

use super::model::{MAX_DAYS_AHEAD, MAX_PAUSE_DAYS};
use crate::{context::BeginError, streak::store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum UpkeepError {
    #[error("no single missed day stands between you and your streak")]
    NothingToRepair,
    #[error("a streak can be repaired once in seven days")]
    RepairedLately,
    #[error("a pause begins today at the earliest, and in {MAX_DAYS_AHEAD} days at the latest")]
    PauseStartOutOfRange,
    #[error("a pause has 1 to {MAX_PAUSE_DAYS} days")]
    PauseLengthOutOfRange,
    #[error("there is a pause on some of these days")]
    PauseOverlaps,
    #[error("there is no pause")]
    PauseNotFound,
    #[error(transparent)]
    Begin(#[from] BeginError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
