//! Long computations: on threads that answer nobody, and on one core fewer than there are, so that one is left for answering.

use std::{num::NonZero, sync::LazyLock, thread};

use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

/// One permit for each core that may compute.
static CORES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(cores_that_compute()));

fn cores_that_compute() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).saturating_sub(1).max(1)
}

/// Computes when it is its turn: whoever came first goes first, and much that one asks for comes one after the other.
pub(crate) async fn compute<T: Send + 'static>(
    computation: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    // Nobody closes it. The computation gives its turn back itself: it goes on when whoever asked for it has gone.
    let turn = CORES.acquire().await.ok();
    spawn_blocking(move || {
        let computed = computation();
        drop(turn);
        computed
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_core_is_left_for_answering() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let computations = (0..16).map(|number| {
            compute(move || {
                let now = NOW.fetch_add(1, Ordering::SeqCst) + 1;
                MOST.fetch_max(now, Ordering::SeqCst);
                for _ in 0..1_000 {
                    thread::yield_now();
                }
                NOW.fetch_sub(1, Ordering::SeqCst);
                number
            })
        });
        let computed = futures::future::try_join_all(computations).await.unwrap();
        assert_eq!(computed, (0..16).collect::<Vec<_>>());
        assert!(MOST.load(Ordering::SeqCst) <= cores_that_compute());
    }
}
