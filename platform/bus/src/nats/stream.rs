//! The stream, and how only one of many processes makes it.
//!
//! When two connections make the same stream at the same time, nats-server 2.9 can end up with one that stores events
//! and never delivers any, until it is restarted (seen with 2.9.10). A whole product that starts on a new server
//! would do just that, so the processes settle among themselves who does it: whoever finds no stream says so, with a name
//! of its own; the one with the lowest name of those heard within a moment makes it, the others look again.

use std::{sync::atomic::Ordering, time::Duration};

use async_nats::jetstream::{
    context::GetStreamErrorKind,
    stream::{Config, RetentionPolicy, StorageType, Stream},
};
use futures::StreamExt;
use tokio::time::{Instant, sleep, sleep_until};

use super::Shared;
use crate::BusError;

/// How long events are kept for groups that are away.
const KEEP_EVENTS: Duration = Duration::from_hours(7 * 24);
/// Within this time an event that is published again is dropped; later ones are for the inbox to drop.
const DEDUPLICATE_WITHIN: Duration = Duration::from_mins(5);
/// How long a process listens for others that want to make the stream; longer than making it takes.
const LISTEN_FOR_RIVALS: Duration = Duration::from_millis(500);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

impl Shared {
    /// The stream, made if there is none. From then on its settings are the operator's.
    pub(super) async fn stream(&self) -> Result<Stream, BusError> {
        let _turn = self.making_stream.lock().await;
        loop {
            if let Some(stream) = self.find_stream().await? {
                self.stream_is_there.store(true, Ordering::Release);
                return Ok(stream);
            }
            if self.comes_first().await? && self.find_stream().await?.is_none() {
                let made = self.jetstream.create_stream(self.stream_config()).await;
                made.map_err(BusError::unreachable)?;
            }
            sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    async fn find_stream(&self) -> Result<Option<Stream>, BusError> {
        match self.jetstream.get_stream(&self.options.stream).await {
            Ok(stream) => Ok(Some(stream)),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(answer) if answer.code() == 404 => Ok(None),
                _ => Err(BusError::unreachable(error)),
            },
        }
    }

    fn stream_config(&self) -> Config {
        Config {
            name: self.options.stream.clone(),
            subjects: vec![format!("{}.*.*", self.options.prefix)],
            storage: StorageType::File,
            retention: RetentionPolicy::Limits,
            max_age: KEEP_EVENTS,
            duplicate_window: DEDUPLICATE_WITHIN,
            ..Config::default()
        }
    }

    /// Whether this process is the one to make the stream.
    async fn comes_first(&self) -> Result<bool, BusError> {
        let subject = format!("{}.setup", self.options.prefix);
        let mut rivals = self.client.subscribe(subject.clone()).await.map_err(BusError::unreachable)?;
        let announce = async || {
            self.client
                .publish(subject.clone(), self.name.clone().into())
                .await
                .map_err(BusError::unreachable)
        };
        announce().await?;
        let until = Instant::now() + LISTEN_FOR_RIVALS;
        loop {
            let rival = tokio::select! {
                rival = rivals.next() => rival.ok_or(BusError::Closed)?,
                () = sleep_until(until) => return Ok(true),
            };
            match rival.payload.as_ref().cmp(self.name.as_bytes()) {
                std::cmp::Ordering::Less => return Ok(false),
                std::cmp::Ordering::Equal => {}
                // It may have come too late to hear this process the first time.
                std::cmp::Ordering::Greater => announce().await?,
            }
        }
    }
}
