//! Why a tag was not made or changed.

use idempotency::IdempotencyError;
use ids::TagId;
use service::Unauthenticated;

use super::{
    model::{self, MergeTags},
    store::StoreError,
};
use crate::context::BeginError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum TagError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("a tag has 1 to {} characters, none of them control characters", model::MAX_TAG_CHARACTERS)]
    NameInvalid,
    #[error("you have a tag of this name already; tags are the same whatever their case")]
    NameTaken,
    #[error("you have no such tag")]
    Missing,
    /// Like [`Missing`](Self::Missing), of the one at `index` of those to be merged.
    #[error("you have no such tag")]
    SourceMissing { index: usize },
    /// Like [`Missing`](Self::Missing), of the one that others are to become.
    #[error("you have no such tag")]
    TargetMissing,
    #[error("1 to {} tags, other than the one they become, can be merged at once", model::MAX_MERGED)]
    MergeInvalid,
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BeginError> for TagError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Unauthenticated(error) => error.into(),
            BeginError::Store(error) => error.into(),
        }
    }
}

impl TagError {
    /// The same, when it is about the tag that others are to become.
    pub(super) fn of_target(self) -> Self {
        if matches!(self, Self::Missing) { Self::TargetMissing } else { self }
    }

    /// The same, when it is about the tag `id` of those that `command` merges.
    pub(super) fn of_source(self, command: &MergeTags, id: TagId) -> Self {
        match (self, command.from.iter().position(|source| *source == id)) {
            (Self::Missing, Some(index)) => Self::SourceMissing { index },
            (error, _) => error,
        }
    }
}
