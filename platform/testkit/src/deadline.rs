//! Waiting for a condition, never for a time.

use std::{future::Future, time::Duration};

/// How long a test waits for something that must happen.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Asks again and again until `probe` gives something; fails the test with `what` after [`DEADLINE`].
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut probe: impl FnMut() -> F) -> T {
    let waiting = async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}
