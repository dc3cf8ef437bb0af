//! The stream, made by whichever process needs it first.
//!
//! While nats-server 2.9 makes a stream, it already shows it to others. A consumer that is made in that moment stores its
//! place and never delivers anything, until the server is restarted (seen with 2.9.10, when several processes start
//! at once on a new server). So nobody uses the stream before it has answered a question that only the finished stream can.

use std::{sync::atomic::Ordering, time::Duration};

use async_nats::jetstream::{
    ErrorCode,
    context::{CreateStreamError, CreateStreamErrorKind, PublishErrorKind},
    message::PublishMessage,
    stream::{Config, RetentionPolicy, StorageType, Stream},
};
use tokio::time::sleep;

use super::Shared;
use crate::BusError;

/// How long events are kept for groups that are away.
const KEEP_EVENTS: Duration = Duration::from_hours(7 * 24);
/// Within this time an event that is published again is dropped; later ones are for the inbox to drop.
const DEDUPLICATE_WITHIN: Duration = Duration::from_mins(5);
/// The sequence of no message ever.
const NO_SEQUENCE: u64 = u64::MAX;
/// Beyond this, the stream is not about to be finished by another process.
const MOST_LOOKS: u32 = 50;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);

impl Shared {
    /// The stream, made if there is none. From then on its settings are the operator's.
    pub(super) async fn stream(&self) -> Result<Stream, BusError> {
        // One of a process's tasks makes it; the others find it.
        let _turn = self.making_stream.lock().await;
        for _ in 0..MOST_LOOKS {
            self.check_connection()?;
            match self.jetstream.get_or_create_stream(self.stream_config()).await {
                Ok(stream) if self.stream_is_finished().await? => return Ok(stream),
                Ok(_) => {}
                // Another process is making it: its subjects are taken by a stream that isn't shown yet.
                Err(error) if overlaps(&error) => {}
                Err(error) => return Err(BusError::unreachable(error)),
            }
            sleep(LOOK_AGAIN_AFTER).await;
        }
        Err(BusError::unreachable("the subjects belong to another stream"))
    }

    async fn stream_is_finished(&self) -> Result<bool, BusError> {
        if !self.stream_is_there.load(Ordering::Acquire) && self.stream_answers().await? {
            self.stream_is_there.store(true, Ordering::Release);
        }
        Ok(self.stream_is_there.load(Ordering::Acquire))
    }

    /// A finished stream refuses a message whose place in it can't be right.
    async fn stream_answers(&self) -> Result<bool, BusError> {
        let question =
            PublishMessage::build().expected_stream(&self.options.stream).expected_last_sequence(NO_SEQUENCE);
        match self.store(format!("{}.stream.Question", self.options.prefix), question).await {
            Ok(()) => Ok(true),
            Err(error) => match error.kind() {
                PublishErrorKind::WrongLastSequence => Ok(true),
                PublishErrorKind::StreamNotFound => Ok(false),
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
}

fn overlaps(error: &CreateStreamError) -> bool {
    matches!(
        error.kind(),
        CreateStreamErrorKind::JetStream(answer) if answer.error_code() == ErrorCode::STREAM_SUBJECT_OVERLAP
    )
}
