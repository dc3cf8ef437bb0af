//! Why an import was not even read.

use idempotency::IdempotencyError;
use service::Unauthenticated;

use super::model::{MAX_BYTES, MAX_ENTRIES, MAX_MAPPINGS};
use crate::{
    context::BeginError,
    entries::{InputError, StoreError},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("there is no such time zone; give an IANA name such as Europe/Berlin")]
    UnknownTimeZone,
    #[error("one import takes at most {} MiB: send the file in parts", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("one import takes at most {MAX_ENTRIES} entries: send the file in parts")]
    TooManyEntries,
    #[error("at most {MAX_MAPPINGS} names can be given a meaning")]
    TooManyMappings,
    /// Of the name at `index`.
    #[error("a name means either a mood of your own making or a score")]
    MappingInvalid { index: usize },
    /// Of the name at `index`.
    #[error("you have no such mood")]
    MoodMissing { index: usize },
    /// Of the name at `index`.
    #[error("{error}")]
    Score { index: usize, error: InputError },
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the file could not be read: {0}")]
    Broken(String),
}

impl From<BeginError> for ImportError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Unauthenticated(error) => error.into(),
            BeginError::Store(error) => error.into(),
        }
    }
}
