//! Background work that is never done.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

/// Does `pass` now and again, `pause` after it was done, until `stop`; then also one that is under way is dropped, and what it hasn't
/// committed with it. A pass that panics ends that pass; the next one comes after the pause.
pub async fn repeat<F: Future<Output = ()>>(
    stop: CancellationToken,
    pause: Duration,
    mut pass: impl FnMut() -> F,
) {
    let repeating = async {
        loop {
            if AssertUnwindSafe(async { pass().await }).catch_unwind().await.is_err() {
                tracing::error!("a pass of a background task panicked");
            }
            tokio::time::sleep(pause).await;
        }
    };
    stop.run_until_cancelled(repeating).await;
}

#[cfg(test)]
mod tests {
    use std::{future::pending, sync::Mutex};

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pass_comes_at_once_and_then_a_pause_after_the_one_before() {
        let (begun, passes) = (Instant::now(), Mutex::new(Vec::new()));
        let stop = CancellationToken::new();
        let pass = || async {
            passes.lock().unwrap().push(begun.elapsed().as_secs());
            tokio::time::sleep(Duration::from_secs(2)).await;
            if begun.elapsed() > Duration::from_mins(1) {
                stop.cancel();
            }
        };
        repeat(stop.clone(), Duration::from_secs(30), pass).await;
        assert_eq!(passes.into_inner().unwrap(), [0, 32, 64]);
    }

    #[tokio::test]
    async fn a_pass_that_hangs_keeps_nobody_from_stopping() {
        let stop = CancellationToken::new();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let mut begun = Some(begun);
        let pass = || {
            begun.take().expect("one pass").send(()).expect("somebody waits for it");
            pending()
        };
        let stopping = async {
            has_begun.await.expect("a pass has begun");
            stop.cancel();
        };
        tokio::join!(repeat(stop.clone(), Duration::from_secs(30), pass), stopping);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_that_panics_does_not_keep_the_next_one_from_coming() {
        let (stop, mut passes) = (CancellationToken::new(), 0);
        let pass = || {
            passes += 1;
            assert!(passes > 1, "a row that nobody expected");
            stop.cancel();
            pending()
        };
        repeat(stop.clone(), Duration::from_secs(30), pass).await;
        assert_eq!(passes, 2);
    }
}
