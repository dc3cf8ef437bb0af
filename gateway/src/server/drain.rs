//! A graceful stop: streams are told, spread over a moment, and waited for.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Knows every open stream.
#[derive(Debug)]
pub(super) struct Drain {
    stop: CancellationToken,
    open: TaskTracker,
    jitter: Duration,
    random: RandomState,
}

impl Drain {
    pub(super) fn new(jitter: Duration) -> Self {
        Self { stop: CancellationToken::new(), open: TaskTracker::new(), jitter, random: RandomState::new() }
    }

    /// To be kept for as long as a stream is open.
    pub(super) fn track(&self) -> TaskTrackerToken {
        self.open.token()
    }

    /// Returns when the stream named `id` has to close, each at its own moment, so that not all come back at once.
    pub(super) fn stopped(&self, id: &str) -> impl Future<Output = ()> + Send + use<> {
        let most = u64::try_from(self.jitter.as_millis()).unwrap_or(u64::MAX);
        let pause = Duration::from_millis(self.random.hash_one(id) % most.saturating_add(1));
        let stop = self.stop.clone();
        async move {
            stop.cancelled().await;
            tokio::time::sleep(pause).await;
        }
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    pub(super) async fn run(&self, within: Duration) {
        self.stop.cancel();
        self.open.close();
        if tokio::time::timeout(within, self.open.wait()).await.is_err() {
            tracing::warn!(open = self.open.len(), "some streams did not close in time");
        }
    }
}
