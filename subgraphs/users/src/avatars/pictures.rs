//! Making pictures and keeping them: what all requests of a process share.

use bytes::Bytes;
use ids::AvatarId;
use service::Files;
use tokio::{
    sync::{Semaphore, TryAcquireError},
    task,
};

use crate::avatars::{
    SetAvatarError,
    picture::{self, PictureError, Rendition, SIZES},
    storage::{Storage, StorageError},
};

/// How many pictures are drawn at the same time: each may take as much memory as reading one may.
const AT_ONCE: usize = 2;
/// How many may wait for that; whoever comes then is sent away.
const WAITING: usize = 16;

/// Draws pictures, and keeps them.
#[derive(Debug)]
pub(crate) struct Pictures {
    storage: Storage,
    base_url: String,
    drawing: Semaphore,
    queue: Semaphore,
}

impl Pictures {
    pub(crate) fn open(files: &Files) -> anyhow::Result<Self> {
        Ok(Self {
            storage: Storage::open(&files.avatar_store)?,
            base_url: files.avatar_base_url.trim_end_matches('/').to_owned(),
            drawing: Semaphore::new(AT_ONCE),
            queue: Semaphore::new(AT_ONCE + WAITING),
        })
    }

    /// Draws a picture in all sizes, away from the threads that answer.
    pub(super) async fn draw(&self, file: Bytes) -> Result<Vec<Rendition>, SetAvatarError> {
        let _place = match self.queue.try_acquire() {
            Ok(place) => place,
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => return Err(SetAvatarError::Busy),
        };
        let _turn = self.drawing.acquire().await.map_err(|_| SetAvatarError::Busy)?;
        let drawn = task::spawn_blocking(move || picture::draw(&file)).await;
        Ok(drawn.unwrap_or_else(|error| {
            tracing::warn!(%error, "a picture broke its decoder");
            Err(PictureError::Broken)
        })?)
    }

    pub(super) async fn keep(
        &self,
        avatar: AvatarId,
        renditions: Vec<Rendition>,
    ) -> Result<(), StorageError> {
        for Rendition { size, jpeg } in renditions {
            self.storage.put(&name(avatar, size), jpeg.into()).await?;
        }
        Ok(())
    }

    pub(super) async fn find(&self, avatar: AvatarId, size: u32) -> Result<Option<Bytes>, StorageError> {
        self.storage.get(&name(avatar, size)).await
    }

    pub(super) async fn delete(&self, avatar: AvatarId) -> Result<(), StorageError> {
        for size in SIZES {
            self.storage.delete(&name(avatar, size)).await?;
        }
        Ok(())
    }

    /// Where a picture is, in all of its sizes.
    pub(crate) fn urls(&self, avatar: AvatarId) -> Vec<String> {
        SIZES.into_iter().map(|size| self.url(avatar, size)).collect()
    }

    /// Where browsers get a picture in one of its sizes.
    pub(super) fn url(&self, avatar: AvatarId, size: u32) -> String {
        format!("{}/avatars/{}", self.base_url, name(avatar, size))
    }
}

fn name(avatar: AvatarId, size: u32) -> String {
    format!("{avatar}/{size}.jpg")
}
