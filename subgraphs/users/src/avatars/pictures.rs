//! Making pictures and keeping them: what all requests of a process share.

use std::sync::Arc;

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
    drawing: Arc<Semaphore>,
    queue: Semaphore,
}

impl Pictures {
    pub(crate) fn open(files: &Files) -> anyhow::Result<Self> {
        Ok(Self {
            storage: Storage::open(&files.avatar_store)?,
            base_url: files.avatar_base_url.trim_end_matches('/').to_owned(),
            drawing: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Semaphore::new(AT_ONCE + WAITING),
        })
    }

    /// Draws a picture in all sizes, away from the threads that answer.
    pub(super) async fn draw(&self, file: Bytes) -> Result<Vec<Rendition>, SetAvatarError> {
        let _place = match self.queue.try_acquire() {
            Ok(place) => place,
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => return Err(SetAvatarError::Busy),
        };
        let turn = self.drawing.clone().acquire_owned().await.map_err(|_| SetAvatarError::Busy)?;
        let drawn = task::spawn_blocking(move || {
            // Held until the work is done, even when nobody waits for it any more.
            let _turn = turn;
            picture::draw(&file)
        });
        let drawn = drawn.await;
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use futures::FutureExt as _;
    use image::{DynamicImage, ImageFormat};
    use testkit::eventually;

    use super::*;

    #[tokio::test]
    async fn a_picture_that_nobody_waits_for_any_more_keeps_its_turn_until_it_is_drawn() {
        let pictures = Pictures::open(&Files::in_memory()).unwrap();
        let mut file = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(1_000, 1_000).write_to(&mut file, ImageFormat::Png).unwrap();
        assert!(pictures.draw(file.into_inner().into()).now_or_never().is_none(), "it takes a while");
        assert_eq!(pictures.drawing.available_permits(), AT_ONCE - 1);
        eventually("the turn to be over", || async {
            (pictures.drawing.available_permits() == AT_ONCE).then_some(())
        })
        .await;
    }
}
