//! Reading again what the stream still holds.

use std::time::{Duration, SystemTime};

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use chrono::{DateTime, Utc};
use events::Envelope;
use futures::StreamExt;

use super::Shared;
use crate::{BusError, subject::Pattern};

/// How many events are asked for at once.
const BATCH: u64 = 500;
/// How long a batch may take; without an end of its own it would be waited for until it is full.
const BATCH_WITHIN: Duration = Duration::from_secs(5);
/// The server forgets a reader that has asked for nothing for this long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);

impl Shared {
    /// The events of one pattern, each with its place in the stream.
    pub(super) async fn history(
        &self,
        pattern: &Pattern,
        since: DateTime<Utc>,
    ) -> Result<Vec<(u64, Envelope)>, BusError> {
        let reader = self.reader(pattern, since).await?;
        let mut left = reader.cached_info().num_pending;
        let mut events = Vec::new();
        while left > 0 {
            let wanted = usize::try_from(left.min(BATCH)).unwrap_or(usize::MAX);
            let batch = reader.batch().max_messages(wanted).expires(BATCH_WITHIN).messages().await;
            let mut batch = batch.map_err(BusError::unreachable)?;
            let mut got = 0;
            while let Some(message) = batch.next().await {
                let message = message.map_err(BusError::unreachable)?;
                got += 1;
                let sequence = message.info().map_err(BusError::unreachable)?.stream_sequence;
                match serde_json::from_slice(&message.payload) {
                    Ok(event) => events.push((sequence, event)),
                    Err(error) => tracing::error!(subject = %message.subject, %error, "not an event"),
                }
            }
            if got == 0 {
                return Err(BusError::unreachable("the server holds back what it has"));
            }
            left = left.saturating_sub(got);
        }
        Ok(events)
    }

    /// A place in the stream that nobody keeps.
    async fn reader(&self, pattern: &Pattern, since: DateTime<Utc>) -> Result<PullConsumer, BusError> {
        let stream = self.stream().await?;
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartTime { start_time: SystemTime::from(since).into() },
            ack_policy: AckPolicy::None,
            filter_subject: pattern.under(&self.options.prefix),
            inactive_threshold: FORGOTTEN_AFTER,
            ..pull::Config::default()
        };
        stream.create_consumer(config).await.map_err(BusError::unreachable)
    }
}
