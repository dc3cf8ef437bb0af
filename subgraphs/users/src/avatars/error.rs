//! Why a picture isn't taken.

use crate::{
    avatars::{picture::PictureError, storage::StorageError},
    store::StoreError,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum SetAvatarError {
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("too many pictures are being drawn right now; try again in a moment")]
    Busy,
    #[error("log in first")]
    Unauthenticated,
    #[error("there is no such profile")]
    Missing,
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl From<service::Unauthenticated> for SetAvatarError {
    fn from(_: service::Unauthenticated) -> Self {
        Self::Unauthenticated
    }
}
