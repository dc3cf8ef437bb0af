//! How long a fetch may take when several clients wait for it: each of them as long as one alone could.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout_at},
};

use crate::engine::upstream::UpstreamError;

/// The time of one fetch. An exchange ends when the time of the last one who joined is up; those who came earlier leave
/// it at their own time.
#[derive(Debug)]
pub(super) struct TimeLimit {
    each: Duration,
    times: watch::Sender<Times>,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    /// When the exchange was begun that goes on now.
    begun: Instant,
    /// When the last one joined.
    joined: Instant,
    over: bool,
}

impl Times {
    fn of(&self, joined: Instant, each: Duration) -> Instant {
        self.begun.max(joined) + each
    }
}

impl TimeLimit {
    pub(super) fn new(each: Duration) -> Self {
        let now = Instant::now();
        Self { each, times: watch::Sender::new(Times { begun: now, joined: now, over: false }) }
    }

    /// Another one waits from now on. Refused once the first one's time is up: a fetch that hangs must not hold up
    /// everybody who ever comes.
    pub(super) fn join(&self) -> Option<Instant> {
        let now = Instant::now();
        let joined = self.times.send_if_modified(|times| {
            let open = !times.over && now < times.begun + self.each;
            if open {
                times.joined = times.joined.max(now);
            }
            open
        });
        joined.then_some(now)
    }

    /// When the one who waits since the beginning came.
    pub(super) fn beginning(&self) -> Instant {
        self.times.borrow().begun
    }

    /// Runs one exchange within the time.
    pub(super) async fn hold<T>(
        &self,
        exchange: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        let mut exchange = std::pin::pin!(exchange);
        self.times.send_modify(|times| times.begun = Instant::now());
        loop {
            let Times { begun, joined, .. } = *self.times.borrow();
            match timeout_at(begun.max(joined) + self.each, &mut exchange).await {
                Ok(outcome) => return outcome,
                Err(_) if self.ends() => return Err(UpstreamError::Timeout),
                Err(_) => {}
            }
        }
    }

    /// Whether everybody's time is up; then nobody joins any more.
    fn ends(&self) -> bool {
        self.times.send_if_modified(|times| {
            times.over = times.of(times.joined, self.each) <= Instant::now();
            times.over
        })
    }

    /// Returns when the time of the one who came at `joined` is up while the fetch goes on for others.
    pub(super) async fn overstayed(&self, joined: Instant) {
        let mut times = self.times.subscribe();
        loop {
            // The fetch itself ends with the time of whoever came last.
            let Ok(until) =
                times.wait_for(|times| times.joined > joined).await.map(|times| times.of(joined, self.each))
            else {
                return std::future::pending().await;
            };
            sleep_until(until).await;
            if times.borrow().of(joined, self.each) == until {
                return;
            }
        }
    }
}
