//! Asking a consumer for one event at a time.
//!
//! The client's own stream of messages is not used: when an event arrives before the client has noted that it asked
//! for one, it counts a request that is no longer there, and with a batch of one it never asks again.

use std::time::Duration;

use async_nats::{
    StatusCode, Subscriber,
    jetstream::{
        AckKind, Message,
        consumer::{PullConsumer, pull::BatchConfig},
    },
};
use futures::StreamExt;
use tokio::sync::watch;

use super::Shared;
use crate::BusError;

/// How long the server keeps a request for an event that there isn't yet.
const LONG_POLL: Duration = Duration::from_secs(30);
/// How often the server says that it does.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Without a sign of life for this long the server has forgotten the request.
const SILENCE: Duration = Duration::from_secs(11);
/// How long leaving may take.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// One member's place in the queue of those who ask.
pub(super) struct Pull<'a> {
    shared: &'a Shared,
    consumer: PullConsumer,
    inbox: String,
    /// Hears the answers to all requests; each request is answered at an address of its own.
    answers: Subscriber,
    requests: u64,
    reconnections: watch::Receiver<u64>,
}

impl<'a> Pull<'a> {
    pub(super) async fn new(shared: &'a Shared, consumer: PullConsumer) -> Result<Self, BusError> {
        let reconnections = shared.reconnections.subscribe();
        let inbox = shared.client.new_inbox();
        let all = format!("{inbox}.*");
        let answers = shared.client.subscribe(all).await.map_err(BusError::unreachable)?;
        Ok(Self { shared, consumer, inbox, answers, requests: 0, reconnections })
    }

    /// How long the server waits to hear of an event before it offers it to another member.
    pub(super) fn ack_wait(&self) -> Duration {
        self.consumer.cached_info().config.ack_wait
    }

    /// The next event, however long it takes. Fails when the connection breaks or the server falls silent.
    pub(super) async fn next(&mut self) -> Result<Message, BusError> {
        loop {
            self.request().await?;
            if let Some(message) = self.answer().await? {
                return Ok(message);
            }
        }
    }

    async fn request(&mut self) -> Result<(), BusError> {
        self.requests += 1;
        let request = BatchConfig {
            batch: 1,
            expires: Some(LONG_POLL),
            idle_heartbeat: HEARTBEAT,
            ..BatchConfig::default()
        };
        let address = self.address();
        self.consumer.request_batch(request, address.into()).await.map_err(BusError::unreachable)
    }

    fn address(&self) -> String {
        format!("{}.{}", self.inbox, self.requests)
    }

    /// The event that was asked for, or `None` when the request has ended without one.
    async fn answer(&mut self) -> Result<Option<Message>, BusError> {
        loop {
            let message = tokio::select! {
                biased;
                message = self.answers.next() => message.ok_or(BusError::Closed)?,
                // The server may have lost the request with the connection, or be another one.
                _ = self.reconnections.changed() => return Err(BusError::unreachable("the connection broke")),
                () = tokio::time::sleep(SILENCE) => return Err(BusError::unreachable("the server is silent")),
            };
            match message.status {
                None | Some(StatusCode::OK) => {
                    return Ok(Some(Message { message, context: self.shared.jetstream.clone() }));
                }
                Some(StatusCode::IDLE_HEARTBEAT) => {}
                // The end of an earlier request is none of this one.
                Some(StatusCode::TIMEOUT | StatusCode::REQUEST_TERMINATED)
                    if message.subject.as_str() != self.address() => {}
                Some(StatusCode::TIMEOUT) => return Ok(None),
                Some(status) => {
                    let why = message.description.unwrap_or_default();
                    return Err(BusError::unreachable(format!("the server answered {status}: {why}")));
                }
            }
        }
    }

    /// Leaves the queue. What arrives while leaving goes to another member at once, not after `ack_wait`.
    pub(super) async fn leave(mut self) -> Result<(), BusError> {
        self.answers.drain().await.map_err(BusError::unreachable)?;
        let rest = async {
            while let Some(message) = self.answers.next().await {
                if message.status.is_none() {
                    let message = Message { message, context: self.shared.jetstream.clone() };
                    message.ack_with(AckKind::Nak(None)).await.map_err(BusError::unreachable)?;
                }
            }
            self.shared.client.flush().await.map_err(BusError::unreachable)
        };
        tokio::time::timeout(LEAVE_WITHIN, rest).await.map_err(BusError::unreachable)?
    }
}
