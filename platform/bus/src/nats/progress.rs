//! How far a group is.

use std::{sync::PoisonError, time::Duration};

use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};

use super::{Shared, durable::durable_name};
use crate::BusError;

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

impl Shared {
    /// Returns once the group has acknowledged the last event that it could want at the time of the call.
    ///
    /// The consumer's own count of what is pending would be one question less, but the server brings it up to date
    /// after it has answered the publisher: for a moment it would vouch for what it doesn't know yet.
    pub(super) async fn settled(&self, group: &str) {
        let mut last = None;
        let mut pause = FIRST_PAUSE;
        loop {
            match self.progress(group, &mut last).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::debug!(group, %error, "progress is unknown"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Whether the group is as far as `last`, which is asked for along the way unless it is known.
    async fn progress(&self, group: &str, last: &mut Option<u64>) -> Result<bool, BusError> {
        let stream =
            self.jetstream.get_stream_no_info(&self.options.stream).await.map_err(BusError::unreachable)?;
        let name = durable_name(group);
        let consumer = async { stream.consumer_info(&name).await.map_err(BusError::unreachable) };
        let (info, wanted) = match (*last, self.filter(group)) {
            (Some(last), _) => (consumer.await?, last),
            (None, Some(filter)) => futures::try_join!(consumer, last_sequence(&stream, &filter))?,
            (None, None) => {
                let info = consumer.await?;
                let wanted = last_sequence(&stream, &info.config.filter_subject).await?;
                (info, wanted)
            }
        };
        *last = Some(wanted);
        Ok(info.ack_floor.stream_sequence >= wanted)
    }

    pub(super) fn note_filter(&self, group: &str, filter: &str) {
        let mut filters = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        filters.insert(group.to_owned(), filter.to_owned());
    }

    fn filter(&self, group: &str) -> Option<String> {
        self.filters.lock().unwrap_or_else(PoisonError::into_inner).get(group).cloned()
    }
}

/// Zero when there is no such event.
async fn last_sequence<I>(stream: &Stream<I>, filter: &str) -> Result<u64, BusError> {
    match stream.get_last_raw_message_by_subject(filter).await {
        Ok(message) => Ok(message.sequence),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(0),
        Err(error) => Err(BusError::unreachable(error)),
    }
}
