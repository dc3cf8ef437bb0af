//! Why a kind of hug isn't made or changed.

use idempotency::IdempotencyError;

use super::model::{DURATIONS, INTENSITIES, MAX_NAME_LENGTH};
use crate::{context::RightMissing, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum HugTypeError {
    #[error(transparent)]
    Right(#[from] RightMissing),
    #[error("there is no such kind of hug")]
    NotFound,
    #[error("a name has 1 to {MAX_NAME_LENGTH} characters on one line")]
    NameInvalid,
    #[error("another kind of hug has this name")]
    NameTaken,
    #[error("an emoji is a single picture")]
    EmojiInvalid,
    #[error("an animation lasts from {} to {} milliseconds", DURATIONS.start(), DURATIONS.end())]
    DurationOutOfRange,
    #[error("an intensity is from {} to {}", INTENSITIES.start(), INTENSITIES.end())]
    IntensityOutOfRange,
    #[error(transparent)]
    Key(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
