//! How many streams may be open at once, over all clients and for one viewer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{HttpConfig, refusal::Refusal};
use crate::authenticate::Identity;

/// One place for each stream.
#[derive(Debug)]
pub(super) struct StreamSlots {
    all: Arc<Semaphore>,
    per_viewer: Option<usize>,
    taken: Taken,
}

/// How many places each viewer has taken.
#[derive(Debug, Clone, Default)]
struct Taken(Arc<Mutex<HashMap<String, usize>>>);

/// A place for a stream whose viewer is known, to be kept while it is open.
#[derive(Debug)]
pub(super) struct StreamSlot {
    _of_all: OwnedSemaphorePermit,
    _of_viewer: Option<ViewerSlot>,
}

/// One of a viewer's places, to be kept while the stream is open.
#[derive(Debug)]
pub(super) struct ViewerSlot {
    taken: Taken,
    viewer: String,
}

impl StreamSlots {
    pub(super) fn new(config: &HttpConfig) -> Self {
        let all = Arc::new(Semaphore::new(config.max_streams.min(Semaphore::MAX_PERMITS)));
        Self { all, per_viewer: config.max_streams_per_viewer, taken: Taken::default() }
    }

    /// A place for whoever it may be, to be kept while the stream is open.
    pub(super) fn take(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.all).try_acquire_owned().map_err(|_| Refusal::Overloaded)
    }

    /// A place for this viewer.
    pub(super) fn take_with(&self, viewer: Option<&Identity>) -> Result<StreamSlot, Refusal> {
        Ok(StreamSlot { _of_all: self.take()?, _of_viewer: self.take_for(viewer)? })
    }

    /// One of the viewer's places; none for somebody unknown, or where viewers aren't counted.
    pub(super) fn take_for(&self, viewer: Option<&Identity>) -> Result<Option<ViewerSlot>, Refusal> {
        let (Some(most), Some(viewer)) = (self.per_viewer, viewer) else { return Ok(None) };
        let mut taken = self.taken.lock();
        let count = taken.entry(viewer.subject.clone()).or_default();
        if *count >= most {
            return Err(Refusal::Overloaded);
        }
        *count += 1;
        Ok(Some(ViewerSlot { taken: self.taken.clone(), viewer: viewer.subject.clone() }))
    }
}

impl Taken {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ViewerSlot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock();
        if let Some(count) = taken.get_mut(&self.viewer) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.viewer);
            }
        }
    }
}
