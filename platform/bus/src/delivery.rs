//! How an event is offered to a handler until it is settled.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use events::Envelope;
use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::{Handler, HandlerError};

/// When and how often an event comes again that its handler failed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redelivery {
    /// How often an event is tried before it is given up.
    pub max_attempts: u32,
    /// The pause after the first failure; it doubles with each further one.
    pub first_pause: Duration,
    pub longest_pause: Duration,
}

impl Default for Redelivery {
    fn default() -> Self {
        Self {
            max_attempts: 5,
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(5),
        }
    }
}

impl Redelivery {
    /// The pause after the `failures`th failure, counted from one.
    pub(crate) fn pause(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        self.first_pause.saturating_mul(1 << doublings).min(self.longest_pause)
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Handled, or given up.
    Settled,
    /// To be tried again after the pause.
    Again(Duration),
    /// The member was told to stop before the event was settled.
    Stopped,
}

/// A member of a group, at work.
pub(crate) struct Member {
    pub(crate) group: String,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) redelivery: Redelivery,
    pub(crate) stop: CancellationToken,
}

impl Member {
    /// Offers the event for the `number`th time, counted from one. Waits while what the handler needs is out of
    /// reach, and gives the event up when this was its last attempt.
    pub(crate) async fn attempt(&self, event: &Envelope, number: u32) -> Outcome {
        let mut waits = 0;
        loop {
            match guarded(self.handler.handle(event)).await {
                Ok(()) => return Outcome::Settled,
                Err(error @ HandlerError::Unavailable(_)) => {
                    waits += 1;
                    tracing::warn!(group = self.group, event = %event.id, %error, "a consumer waits");
                    if !self.pause(self.redelivery.pause(waits)).await {
                        return Outcome::Stopped;
                    }
                }
                Err(error) if number < self.redelivery.max_attempts => {
                    tracing::warn!(group = self.group, event = %event.id, number, %error, "an event failed");
                    return Outcome::Again(self.redelivery.pause(number));
                }
                Err(error) => return self.give_up(event, &error).await,
            }
        }
    }

    /// False when the member was told to stop meanwhile.
    pub(crate) async fn pause(&self, pause: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }

    async fn give_up(&self, event: &Envelope, error: &HandlerError) -> Outcome {
        tracing::error!(
            group = self.group, event = %event.id, subject = event.subject(), %error, "an event is given up"
        );
        let mut failures = 0;
        while let Err(error) = guarded(self.handler.give_up(event, error)).await {
            failures += 1;
            tracing::error!(group = self.group, event = %event.id, %error, "giving an event up failed");
            if !self.pause(self.redelivery.pause(failures)).await {
                return Outcome::Stopped;
            }
        }
        Outcome::Settled
    }
}

/// A handler that panics has failed; its group goes on.
async fn guarded(work: impl Future<Output = Result<(), HandlerError>>) -> Result<(), HandlerError> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(HandlerError::failed("the handler panicked")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let redelivery = Redelivery {
            max_attempts: 9,
            first_pause: Duration::from_millis(10),
            longest_pause: Duration::from_millis(50),
        };
        let pauses: Vec<u128> =
            [1, 2, 3, 4, 400].map(|failures| redelivery.pause(failures).as_millis()).into();
        assert_eq!(pauses, [10, 20, 40, 50, 50]);
    }
}
