//! Why a mood of somebody's own was not made or changed.

use idempotency::IdempotencyError;
use service::Unauthenticated;

use super::{model, store::StoreError};
use crate::{context::BeginError, entries::InputError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum CustomMoodError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(
        "a mood's name has 1 to {} characters, none of them control characters",
        model::MAX_NAME_CHARACTERS
    )]
    NameInvalid,
    #[error("an emoji is a single picture")]
    EmojiInvalid,
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("you have a mood of this name already, perhaps among those that are archived")]
    NameTaken,
    #[error("you can have {} moods of your own, archived ones included", model::MAX_CUSTOM_MOODS)]
    TooMany,
    #[error("you have no such mood")]
    Missing,
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BeginError> for CustomMoodError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Unauthenticated(error) => error.into(),
            BeginError::Store(error) => error.into(),
        }
    }
}
